import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { fileOfCapture, removeCaptures } from '../../src/replica/builds/added-facts.ts';
import { checkForFleet } from '../../src/runs/execute-run.ts';
import { loadCaptures, planOf, planOfFailed, resolvedPlan } from '../../src/runs/read-plan.ts';
import { openStore } from '../../src/store/open-store.ts';
import { StoreRecorder } from '../../src/store/store-recorder.ts';
import { captureSurface } from '../../src/surface/capture/capture-surface.ts';
import { captureText } from '../../src/surface/capture/file-text.ts';
import { cli } from '../cli/cli.ts';
import {
  type ExampleCell,
  exampleCell,
  exampleCells,
  exampleRun,
  failedAttempt,
  passedAttempt,
  planned,
  playRun,
} from '../fixtures/example-run.ts';
import { writeTinyLibrary } from '../library/tiny-library.ts';
import { define, pageOf } from '../surface/capture/tiny-page.ts';
import { temporaryFolder } from '../temporary-folder.ts';

async function homeAfter(...runs: ExampleCell[][]): Promise<string> {
  const home = temporaryFolder();
  const store = await openStore(join(home, 'store.sqlite'));
  for (const [i, cells] of runs.entries()) {
    const run = { ...exampleRun, id: `run-${i}`, startedAt: `2026-11-22T0${i}:00:00.000Z` };
    await playRun(cells, [new StoreRecorder(store, home)], { run });
  }
  await store.close();
  return home;
}

const allPass = (): ExampleCell[] => [{ planned: planned(), attempts: [passedAttempt()] }];
const target = 'replica' as const;

test('--last-failed says so when nothing failed in the last run, whatever failed before', async () => {
  const { exit, stderr } = await cli(['run', '--last-failed'], await homeAfter(exampleCells(), allPass()));
  expect(stderr).toBe('nothing failed in the last run, run-1: there is nothing to repeat\n');
  expect(exit).toBe(0);
});

test('--last-failed names what failed, when other options leave none of it', async () => {
  const home = await homeAfter(allPass(), exampleCells());
  const { exit, stderr } = await cli(['run', '--last-failed', '--library', '9.9.9'], home);
  expect(exit).toBe(3);
  expect(stderr).toContain(
    'in which these failed: 1.25.0 on 2.3000.1032534684; 1.25.0 on 2.3000.1044822804; 1.34.7 on 2.3000.1044822804',
  );
});

test('--last-failed attempts a build that was captured on its capture, and never on a guess', async () => {
  const tonight = '2.3000.1059999999';
  const prediction = {
    ...{
      phase: null,
      names: [],
      perhaps: [],
      confidence: 'inferred' as const,
      facts: [],
      open: [],
      failsAnyway: false,
    },
    ...{ read: { upTo: null, after: null }, methods: [], behavioursOf: '2.3000.1044822804' },
  };
  const attempts = [failedAttempt({ prediction })];
  const folder = await homeAfter([{ planned: planned({ build: tonight }), attempts }]);
  const { exit, stderr } = await cli(['run', '--last-failed'], folder);
  const file = join(folder, 'captures', `${tonight}.json`);
  expect([exit, stderr]).toEqual([
    3,
    expect.stringContaining(
      `the attempts on ${tonight} were made on a capture, and there is no ${file}: name it with --build captured:FILE`,
    ),
  ]);
  vi.stubEnv('WWEBJS_CANARY_HOME', folder);
  mkdirSync(join(folder, 'captures'));
  const page = pageOf({ 'a.js': define('WAWebOnlyTonight', 'l.come = function(e) {}') }, tonight);
  writeFileSync(file, captureText(captureSurface(page, [])));
  loadCaptures([tonight, '2.3000.1044822804']);
  expect(fileOfCapture(tonight)).toBe(file);
  removeCaptures();
  vi.unstubAllEnvs();
});

test.each(['qr-to-ready', 'pairing-code-to-ready'])(
  'a fleet makes no attempt of %s on the live site, and any on a replica',
  (flow) => {
    const onReplica = planned({ flow });
    expect(() => checkForFleet([onReplica, planned({ flow, build: 'live', target: 'live' })])).toThrow(
      `--flow ${flow}: a number may be linked once a day, and only a person starts that`,
    );
    expect(() =>
      checkForFleet([onReplica, planned({ flow: 'restore-to-ready', build: 'live', target: 'live' })]),
    ).not.toThrow();
  },
);

test('a cell that is repeated is expected to do what the project expects of it now', () => {
  const last = { run: exampleRun, interrupted: false };
  const cells = [exampleCell({ library: '1.25.0' }), exampleCell({ library: '1.34.7' })];
  const plan = planOfFailed({ last, cells }, { target, repeat: 3, library: ['1.25.0'] });
  const [same] = planOf({ target, library: ['1.25.0'], build: [exampleCell().build] });
  expect(plan).toEqual([{ ...same, repeat: 3 }]);
});

test('--grep matches the name that is printed and the whole key', () => {
  const all = planOf({ target });
  const having = (grep: string) => planOf({ target, grep }).map(({ cell }) => cell);
  expect(having('1.34.7 on 2.3000.1044822804')).toEqual(
    all.map(({ cell }) => cell).filter((cell) => cell.library === '1.34.7' && cell.build === '2.3000.1044822804'),
  );
  expect(having('(browser 107)').every(({ browser }) => browser === '107')).toBe(true);
  expect(having('qr-to-ready')).toEqual(all.map(({ cell }) => cell).filter(({ flow }) => flow === 'qr-to-ready'));
  expect(() => having('moon')).toThrow(/^--grep moon: no cell of the plan has this in its name, such as "1\.25\.0 on /);
});

test('two libraries with the same files are refused; a version that is named twice is one', async () => {
  vi.stubEnv('WWEBJS_CANARY_HOME', temporaryFolder());
  const [one, two] = [writeTinyLibrary(temporaryFolder()), writeTinyLibrary(temporaryFolder())];
  const build = [exampleCell().build];
  const flow = ['qr-to-ready'];
  const twins = resolvedPlan({ target, build, flow, library: [one, two] }, () => {});
  await expect(twins).rejects.toThrow(`--library: ${one} and ${two} have the same files; names tell them apart`);
  const plan = await resolvedPlan({ target, build, flow, library: ['1.34.7', '1.34.7'] }, () => {});
  expect(plan).toHaveLength(1);
  const named = await resolvedPlan({ target, build, flow, library: [`a=${one}`, `b=${two}`] }, () => {});
  expect(named.map(({ cell }) => cell.library)).toEqual([
    expect.stringMatching(/^0\.0\.7\+a\./),
    expect.stringMatching(/^0\.0\.7\+b\./),
  ]);
  vi.unstubAllEnvs();
}, 60_000);
