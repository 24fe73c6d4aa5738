import { describe, expect, test } from 'vitest';
import type { Need } from '../../../src/contracts/needs.ts';
import { ensureLibrary } from '../../../src/library/ensure-library.ts';
import { resolveSurface } from '../../../src/replica/builds/resolve-surface.ts';
import { checkSurface } from '../../../src/surface/check-surface.ts';
import { type LibraryIndex, libraryIndex } from '../../../src/surface/library-index.ts';

async function indexOf(version: string): Promise<LibraryIndex> {
  return libraryIndex((await ensureLibrary(version, console.log)).packageDir);
}

const needsOf = async (version: string) => (await indexOf(version)).needs;

const beforeReady = ({ stage, faces }: Need) =>
  ['qr', 'authenticated', 'ready'].includes(stage) && faces.includes('comet');
const modulesOf = (needs: readonly Need[]) => new Set(needs.flatMap(({ places }) => places.map(({ name }) => name)));

/**
 * Counted by running the libraries against a page that tells what is touched: 77, 120, 124 and 19 modules before `ready`.
 * The source has one more from 1.32 on, WAWebMiscBrowserUtils: it is touched only with the option deviceName or browserName.
 */
test.each([
  ['1.25.0', 77, []],
  ['1.33.2', 121, ['WAWebMiscBrowserUtils']],
  ['1.34.2', 125, ['WAWebMiscBrowserUtils']],
  ['1.34.7', 20, ['WAWebMiscBrowserUtils']],
])('%s uses %i modules on the way to ready', async (version, count, onlyWithOptions) => {
  const needs = (await needsOf(version)).needs.filter(beforeReady);
  expect(modulesOf(needs).size).toBe(count);
  const certain = modulesOf(needs.filter(({ conditional }) => !conditional));
  expect([...modulesOf(needs)].filter((name) => !certain.has(name))).toEqual(onlyWithOptions);
});

test('1.24.0 asks moduleRaid for the modules that it uses', async () => {
  const { needs } = await needsOf('1.24.0');
  expect(needs.every(({ places }) => places.every(({ by }) => by === 'raid'))).toBe(true);
  expect([...modulesOf(needs)]).toEqual(expect.arrayContaining(['Socket', 'default.Chat', 'mediaTypeFromProtobuf']));
});

test('what 1.25.0 calls window.Store.User is WAWebUserPrefsMeUser', async () => {
  const { needs } = await needsOf('1.25.0');
  const call = needs.find(({ source, use }) => source === 'window.Store.User.getMeUser' && use === 'call');
  expect(call).toMatchObject({
    places: [{ by: 'name', name: 'WAWebUserPrefsMeUser', export: 'getMeUser' }],
    stage: 'ready',
    file: 'src/Client.js',
    line: 226,
  });
});

/** The same stages at which attempts end. */
describe('the source alone says of every version and build of the default matrix how far it gets', () => {
  const builds = ['1014111620', '1026515401', '1029241508', '1032534684', '1044822804'].map((n) => `2.3000.${n}`);
  const november = [null, null, null, 'ready', 'ready'];
  test.each([
    ['1.24.0', [null, ...Array(5).fill('authenticated')]],
    ['1.25.0', ['ready', null, 'ready', 'ready', 'ready', 'ready']],
    ['1.33.2', ['ready', 'ready', ...november.slice(1)]],
    ['1.34.2', ['ready', 'ready', ...november.slice(1)]],
    ['1.34.7', ['qr', 'qr', null, null, null, 'probe']],
  ])('%s', async (version, stops) => {
    const index = await indexOf(version);
    const checks = ['2.2412.54', ...builds].map((build) => checkSurface(index, resolveSurface(build)));
    expect(checks.map((check) => check.stops)).toEqual(stops);
  });
});
