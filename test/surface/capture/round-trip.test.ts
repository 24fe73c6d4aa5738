import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { resolveSurface } from '../../../src/replica/builds/resolve-surface.ts';
import { change, smallPage } from './changed-page.ts';
import { captureOf, shownAfter, shownBy } from './round-trip.ts';

vi.setConfig({ testTimeout: 60_000 }); // whole builds are written and parsed

const august = '2.3000.1044822804';

describe('the capture of a replica', () => {
  test.each(['2.3000.1014111620', '2.3000.1032534684', august])(
    'of %s is the surface that it was made from',
    (build) => {
      const surface = resolveSurface(build);
      const capture = captureOf(surface);
      expect(capture.findings).toEqual([]);
      expect(capture.names.complete).toBe(true);
      expect(shownAfter(capture, Object.keys(surface.modules))).toEqual(shownBy(surface));
    },
  );

  test('has the values of switches that its html shows, which are the defaults of the captured build', () => {
    const chosen = { prefetch: 'false', 'comms-in-worker': 'true', production: 'false' };
    const build = '2.3000.1044822804';
    const capture = captureOf(resolveSurface(build, chosen));
    expect(capture.values).toMatchObject({ 'gkx 18966': 'true', 'gkx 26258': 'false', 'cr 9486': 'false' });
    expect(shownAfter(capture, ['WAWebChatForwardMessage'])).toEqual(
      shownBy(resolveSurface(build, chosen), ['WAWebChatForwardMessage']),
    );
  });

  test('has nothing but the modules of the build and those that stand for its roots, loaders and components', () => {
    const { modules } = resolveSurface(august);
    const loading = Object.values(modules).flatMap(({ loaders = {}, components = [] }) => [
      ...Object.keys(loaders).map((place) => place.slice(0, place.lastIndexOf('.'))),
      ...Object.values(loaders),
      ...components,
    ]);
    const others = Object.keys(captureOf(resolveSurface(august)).names.modules).filter(
      (name) => !(name in modules) && !loading.includes(name) && !name.startsWith('WAWebReplica'),
    );
    expect(others.sort()).toEqual(['WAWebAppBootstrap', 'WAWebMainWrapper', 'WAWebPrefetchLoadables']);
  });
});

test('any change of the data shows in the capture, and nothing else does', () => {
  const start = smallPage();
  const before = JSON.stringify(shownBy(start.surface, undefined, start.shapes));
  let differing = 0;
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
      const page = changes.reduce((each, next) => next(each), start);
      const expected = shownBy(page.surface, undefined, page.shapes);
      if (JSON.stringify(expected) !== before) differing += 1;
      const captured = shownAfter(captureOf(page.surface, page.shapes), Object.keys(page.surface.modules));
      expect(captured).toEqual(expected);
    }),
    { numRuns: 25 },
  );
  expect(differing).toBeGreaterThan(15);
});
