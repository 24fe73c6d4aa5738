import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Cell } from '../../src/contracts/attempt.ts';
import { cellKey } from '../../src/contracts/cell-key.ts';
import { matrixSchema } from '../../src/contracts/matrix.ts';
import { type CellReport, type PlannedCell, reportSchema } from '../../src/contracts/run.ts';
import { readSwitches, type SwitchValues, switchesOfPairs, switchesText } from '../../src/contracts/switches.ts';
import { cellLabels } from '../../src/exporter/cell-labels.ts';
import { placeKey } from '../../src/gate/evidence/place.ts';
import { resolveSurface, timelineOf } from '../../src/replica/builds/resolve-surface.ts';
import { JsonReporter } from '../../src/report/json-reporter.ts';
import { storeSource } from '../../src/report/report-source.ts';
import { gridsOf } from '../../src/report/table.ts';
import { expectationOf, planCells } from '../../src/runner/plan.ts';
import { openStore } from '../../src/store/open-store.ts';
import { StoreRecorder } from '../../src/store/store-recorder.ts';
import { cellHash } from '../../src/web/report/cell-hash.ts';
import { cellName } from '../../src/words/cell-names.ts';
import { plannedSummary } from '../../src/words/cell-summary.ts';
import { repeatCommand } from '../../src/words/repeat.ts';
import { exampleCell, exampleRun, passedAttempt, playRun } from '../fixtures/example-run.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const known = (['comet', 'webpack'] as const).flatMap((face) => timelineOf(face).data.facts.switches ?? []);
const values = known.flatMap(({ name, from, values }) => values.map((value) => ({ name, value, build: from })));
const matrix = matrixSchema.parse({
  schemaVersion: 1,
  blocks: [{ library: ['1.34.7'], build: ['2.3000.1044822804'] }],
});

test.each(values)('$name=$value is on its way from the plan to the report', async ({ name, value, build }) => {
  const [pair = ''] = switchesOfPairs([`${name}=${value}`]);
  const [planned, ...others] = planCells(matrix, [], { choice: { build: [build], switches: [pair] } });
  expect(others).toEqual([]);
  expect(planned?.cell.switches).toEqual({ [name]: value });
  expect(resolveSurface(build, planned?.cell.switches).switches[name]?.value).toBe(value);
  const folder = temporaryFolder();
  const store = await openStore(join(folder, 'store.sqlite'));
  const recorder = new StoreRecorder(store, folder);
  const file = join(folder, 'report.json');
  const usual = { cell: exampleCell({ build }), expectation: null, repeat: 1 };
  const attempts = [usual, planned as PlannedCell].map((each) => ({ planned: each, attempts: [passedAttempt()] }));
  const reporter = new JsonReporter(
    file,
    storeSource(store, recorder, () => null),
  );
  await playRun(attempts, [recorder, reporter], { run: exampleRun });
  const { cells } = reportSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  expect(cells.map(({ switches, attempts }) => [switches, attempts.length])).toEqual([
    [{}, 1],
    [{ [name]: value }, 1],
  ]);
  await store.close();
});

const someValues = fc.dictionary(
  fc.constantFrom(...new Set(known.map(({ name }) => name))),
  fc.constantFrom(...new Set(values.map(({ value }) => value))),
  { maxKeys: 3, noNullPrototype: true },
) as fc.Arbitrary<SwitchValues>;

/** Everything that stands for a cell somewhere. */
const names: Record<string, (cell: Cell) => string> = {
  'its key': cellKey,
  'its printed name': cellName,
  'its place in the gate': ({ library: _, ...place }) => placeKey(place),
  'its address in the page': cellHash,
  'its labels': (cell) => JSON.stringify(cellLabels(cell)),
  'its grid': (cell) => gridsOf([plannedSummary({ cell, expectation: null, repeat: 1 })])[0]?.title ?? '',
  'its command': (cell) => repeatCommand(cell, 1),
};

test.each(Object.keys(names))('two cells that differ in switches differ in %s', (what) => {
  const nameOf = names[what] as (cell: Cell) => string;
  fc.assert(
    fc.property(someValues, someValues, (a, b) => {
      const isSame = switchesText(a) === switchesText(b);
      return (nameOf(exampleCell({ switches: a })) === nameOf(exampleCell({ switches: b }))) === isSame;
    }),
  );
});

test('an expectation for switches is that of no cell with others', () => {
  fc.assert(
    fc.property(someValues, someValues, (a, b) => {
      const rules = [{ switches: [switchesText(a)], expect: { outcome: 'failed' as const } }];
      const isSame = switchesText(a) === switchesText(b);
      return (expectationOf(exampleCell({ switches: b }), rules) !== null) === isSame;
    }),
  );
});

test('the text of switches is read as what it was written of', () => {
  fc.assert(
    fc.property(someValues, (some) => {
      expect(readSwitches(switchesText(some))).toEqual(some);
    }),
  );
});

test.each([
  [['a=1'], ['a=1']],
  [['a=1', 'b=2'], ['a=1+b=2']],
  [['b=2+a=1'], ['a=1+b=2']],
  [
    ['a=1', 'a=2', 'b=3'],
    ['a=1+b=3', 'a=2+b=3'],
  ],
  [['none'], ['none']],
  [
    ['none', 'a=1', 'a=1'],
    ['none', 'a=1'],
  ],
])('%j are the cells %j', (pairs, cells) => {
  expect(switchesOfPairs(pairs)).toEqual(cells);
});

test.each(['a', 'a=', '=1', 'A=1', 'a=1=2', 'a=1+', 'a=b c'])('%j is no switch', (text) => {
  expect(() => readSwitches(text)).toThrow(/a switch is written name=value/);
});

test.each([
  ['2.3000.1044822804', 'comm-in-worker=true', /has no switch "comm-in-worker"; did you mean "comms-in-worker"\?/],
  ['2.3000.1044822804', 'comms-in-worker=tru', /cannot be "tru" .* did you mean "true"\? it is false or true/],
  ['2.3000.1032534684', 'comms-in-worker=true', /has no switch .*; comms-in-worker is there from 2\.3000\.1044071294/],
  ['2.2412.54', 'comms-in-worker=true', /has no switch "comms-in-worker"; it has none/],
])('on %s, %s is refused before anything starts', (build, pair, message) => {
  expect(() => planCells(matrix, [], { choice: { build: [build], switches: [pair] } })).toThrow(message);
});

test('a report of before there were switches has the defaults', () => {
  const { switches: _, ...cell } = exampleCell();
  const cells: Omit<CellReport, 'switches'>[] = [{ ...cell, expectation: null, surprise: false, attempts: [] }];
  const summary = { cells: 1, passed: 0, failed: 0, infra: 0, surprises: 0 };
  const report = reportSchema.parse({ schemaVersion: 1, run: exampleRun, cells, summary });
  expect(report.cells[0]?.switches).toEqual({});
});
