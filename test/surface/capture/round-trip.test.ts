import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import type { Members, Shapes } from '../../../src/contracts/shape.ts';
import type { ExportKind, Surface, Tier } from '../../../src/contracts/surface.ts';
import { resolveShapes } from '../../../src/replica/builds/resolve-shapes.ts';
import { resolveSurface } from '../../../src/replica/builds/resolve-surface.ts';
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

/** A part of a build that is quick to serve: what a change touches, and enough else. */
function smallPage(): { surface: Surface; shapes: Shapes } {
  const whole = resolveSurface(august);
  const lazy = Object.keys(whole.modules).filter((name) => whole.modules[name]?.prefetched);
  const names = [
    ...['WAWebCmd', 'WAWebMuteModel', 'WAWebWidFactory', 'WAWebConnModel', 'WAWebCollections', 'WAWebMuteCollection'],
    ...lazy.slice(0, 3),
  ];
  const pick = <Value>(record: Readonly<Record<string, Value>>, of: (key: string) => string = (key) => key) =>
    Object.fromEntries(Object.entries(record).filter(([key]) => names.includes(of(key))));
  const moduleOf = (place: string) => place.split('.')[0] as string;
  const { members, parameters, ...others } = resolveShapes(august);
  return {
    surface: {
      ...whole,
      modules: pick(whole.modules),
      collections: Object.fromEntries(
        Object.entries(whole.collections).filter(([, place]) => names.includes(moduleOf(place))),
      ),
    },
    shapes: { ...others, members: pick(members, moduleOf), parameters: pick(parameters, moduleOf) },
  };
}

interface Page {
  surface: Surface;
  shapes: Shapes;
}

const word = fc.stringMatching(/^[a-z][A-Za-z]{2,8}$/);
const kind = fc.constantFrom<ExportKind>('function', 'class', 'object', 'value', 'unknown');
const parameters = fc.array(
  fc.oneof(fc.constant(null), fc.uniqueArray(word, { minLength: 1, maxLength: 3 }), fc.constant<string[]>(['...'])),
  { maxLength: 4 },
);
const memberKind = fc.constantFrom('props', 'session', 'derived', 'otherFields', 'methods', 'accessors', 'statics');
const anyOf = (names: readonly string[]) => fc.constantFrom(...names);

const { surface: start, shapes: startShapes } = smallPage();
const moduleNames = Object.keys(start.modules);
const withModule = (
  { surface, shapes }: Page,
  name: string,
  exports: Record<string, ExportKind>,
  tier?: Tier,
): Page => {
  const known = surface.modules[name];
  const module = { ...known, tier: tier ?? known?.tier ?? 1, hasDefault: 'default' in exports, exports };
  return { surface: { ...surface, modules: { ...surface.modules, [name]: module } }, shapes };
};

/** A change of the data, as a page that has it. */
const change: fc.Arbitrary<(page: Page) => Page> = fc.oneof(
  fc.record({ module: anyOf(moduleNames), name: word, kind }).map(
    ({ module, name, kind: of }) =>
      (page: Page) =>
        withModule(page, module, { ...page.surface.modules[module]?.exports, [name]: of }),
  ),
  // Without WAWebCollections a page has no collections, which is another change.
  anyOf(moduleNames.filter((name) => name !== 'WAWebCollections')).map((module) => ({ surface, shapes }: Page) => {
    const { [module]: _, ...modules } = surface.modules;
    return { surface: { ...surface, modules }, shapes };
  }),
  fc.record({ module: word, name: word, kind, tier: fc.constantFrom<Tier>(1, 2, 'lazy') }).map(
    ({ module, name, kind: of, tier }) =>
      (page: Page) =>
        withModule(page, module, { [name]: of }, tier),
  ),
  fc.record({ module: word, of: parameters }).map(({ module, of }) => (page: Page) => {
    const { surface, shapes } = withModule(page, module, { go: 'function' });
    return { surface, shapes: { ...shapes, parameters: { ...shapes.parameters, [`${module}.go`]: of } } };
  }),
  fc
    .record({
      module: word,
      of: memberKind,
      names: fc.uniqueArray(word, { minLength: 1, maxLength: 3 }),
      whole: fc.boolean(),
    })
    .map(({ module, of, names, whole }) => (page: Page) => {
      const { surface, shapes } = withModule(page, module, { Thing: 'class' });
      const members: Members = { [of]: names, ...(whole && { whole: true as const }) };
      return { surface, shapes: { ...shapes, members: { ...shapes.members, [`${module}.Thing`]: members } } };
    }),
  fc.record({ key: word, module: word }).map(({ key, module }) => (page: Page) => {
    const { surface, shapes } = withModule(page, module, { default: 'object' });
    return { surface: { ...surface, collections: { ...surface.collections, [key]: `${module}.default` } }, shapes };
  }),
);

test('any change of the data shows in the capture, and nothing else does', () => {
  const before = JSON.stringify(shownBy(start, undefined, startShapes));
  let differing = 0;
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
      const page = changes.reduce<Page>((each, next) => next(each), { surface: start, shapes: startShapes });
      const expected = shownBy(page.surface, undefined, page.shapes);
      if (JSON.stringify(expected) !== before) differing += 1;
      const captured = shownAfter(captureOf(page.surface, page.shapes), Object.keys(page.surface.modules));
      expect(captured).toEqual(expected);
    }),
    { numRuns: 25 },
  );
  expect(differing).toBeGreaterThan(15);
});
