import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { packageRoot } from '../../../src/contracts/home.ts';
import { faces } from '../../../src/contracts/surface.ts';
import { buildTimeline, surfaceAt } from '../../../src/replica/builds/build-timeline.ts';
import { keptTimeline, recordMakers } from '../../../src/replica/builds/kept-timeline.ts';
import { buildDataFolder, readBuildData } from '../../../src/replica/builds/read-build-data.ts';
import { resolveSurface } from '../../../src/replica/builds/resolve-surface.ts';
import { reachedFrom } from '../../module-graph.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

function copyOfData() {
  const folder = temporaryFolder();
  const places = { data: join(folder, 'builds'), records: join(folder, 'records') };
  cpSync(buildDataFolder, places.data, { recursive: true });
  return places;
}

function edit(file: string, from: string, to: string): void {
  const text = readFileSync(file, 'utf8');
  expect(text).toContain(from);
  writeFileSync(file, text.replace(from, to));
}

describe.each(faces)('the kept timeline of %s', (face) => {
  const built = buildTimeline(readBuildData(face));

  test('is the one that the data makes, to the order of the modules, from either end', () => {
    const places = { data: buildDataFolder, records: temporaryFolder() };
    const made = keptTimeline(face, places);
    const read = keptTimeline(face, places);
    const states = built.steps.map(({ state }) => JSON.stringify(state));
    expect(made.steps.map(({ state }) => JSON.stringify(state))).toEqual(states);
    expect(read.steps.toReversed().map(({ state }) => JSON.stringify(state))).toEqual(states.toReversed());
    expect({ ...read, steps: [] }).toEqual({ ...built, steps: [] });
    expect(read.steps.map(({ build, change }) => ({ build, change }))).toEqual(
      built.steps.map(({ build, change }) => ({ build, change })),
    );
  });

  test('gives the same surfaces', () => {
    for (const { since } of built.data.facts.changes) expect(resolveSurface(since)).toEqual(surfaceAt(built, since));
  });
});

test('a record is not used after a change of the facts, of an archive, or of the record itself', () => {
  const places = copyOfData();
  const build = '2.3000.1044822804';
  const surface = () => surfaceAt(keptTimeline('comet', places), build);
  expect(surface().behaviours.sendSeenArgument).toBe('object');
  const before = surface().modules;

  edit(join(places.data, 'comet.yaml'), 'set: { sendSeenArgument: object }', 'set: { sendSeenArgument: chat }');
  expect(surface().behaviours.sendSeenArgument).toBe('chat');

  const [name = ''] = Object.keys(before).filter((each) => !JSON.stringify(before).includes(`"${each}."`));
  edit(join(places.data, 'archives', '1044822804.json'), `"${name}"`, `"${name}Again"`);
  expect(surface().modules).toHaveProperty([`${name}Again`]);

  writeFileSync(join(places.records, 'comet.json'), 'cut off');
  expect(surface().modules).toHaveProperty([`${name}Again`]);
});

test('a record is made again after a change of any module that makes it', () => {
  const src = join(packageRoot, 'src');
  const loaded = reachedFrom(join(src, 'replica/builds/kept-timeline.ts')).map(({ file }) => relative(src, file));
  expect([...recordMakers].sort()).toEqual(loaded.sort());
});

test('a place where no record can be kept changes nothing', () => {
  const places = { data: buildDataFolder, records: join(packageRoot, 'package.json', 'records') };
  expect(keptTimeline('webpack', places).steps.length).toBeGreaterThan(1);
});
