import fc from 'fast-check';
import type { Members, Shapes } from '../../../src/contracts/shape.ts';
import type { ExportKind, Surface, Tier } from '../../../src/contracts/surface.ts';
import { resolveShapes } from '../../../src/replica/builds/resolve-shapes.ts';
import { resolveSurface } from '../../../src/replica/builds/resolve-surface.ts';

const august = '2.3000.1044822804';

/** What a replica serves. */
export interface Page {
  surface: Surface;
  shapes: Shapes;
}

/** A part of a build that is quick to serve: what a change touches, and enough else. */
export function smallPage(): Page {
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

const word = fc.stringMatching(/^[a-z][A-Za-z]{2,8}$/);
const kind = fc.constantFrom<ExportKind>('function', 'class', 'object', 'value', 'unknown');
const parameters = fc.array(
  fc.oneof(fc.constant(null), fc.uniqueArray(word, { minLength: 1, maxLength: 3 }), fc.constant<string[]>(['...'])),
  { maxLength: 4 },
);
const memberKind = fc.constantFrom('props', 'session', 'derived', 'otherFields', 'methods', 'accessors', 'statics');
const anyOf = (names: readonly string[]) => fc.constantFrom(...names);

const moduleNames = Object.keys(smallPage().surface.modules);
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
export const change: fc.Arbitrary<(page: Page) => Page> = fc.oneof(
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

/** A change that only a page that runs for a linked account shows. */
export const changeOfLoading: fc.Arbitrary<(page: Page) => Page> = fc
  .record({ module: word, tier: fc.constantFrom<Tier>(1, 2), waitsFor: fc.option(word) })
  .map(({ module, tier, waitsFor }) => (page: Page) => {
    const { surface, shapes } = withModule(page, module, { go: 'function' }, tier);
    if (waitsFor === null || waitsFor in surface.modules) return { surface, shapes };
    const waiting = { ...surface.modules[module], unresolved: [waitsFor] } as Surface['modules'][string];
    return { surface: { ...surface, modules: { ...surface.modules, [module]: waiting } }, shapes };
  });
