import { expect, test } from 'vitest';
import { archivedShapesSchema, archiveSchema } from '../../../src/contracts/build-data.ts';
import { type ArchiveSource, describeArchive } from '../../../src/surface/capture/describe-archive.ts';
import { archiveText, shapesText } from '../../../src/surface/capture/file-text.ts';
import { moduleTexts } from '../../../src/surface/capture/module-text.ts';

const define = (name: string, dependencies: string[], body: string) =>
  `__d(${JSON.stringify(name)}, ${JSON.stringify(dependencies)}, (function(t, n, r, o, a, i, l) {${body}}), 98);`;

const script = [
  define('WAWebAppBootstrap', ['WAWebRun', 'WAWebPaneLoadable'], ''),
  define('WAWebRun', [], 'function f(e) { var t = e.chat; return t } l.run = f, l.made = Reflect.get(t, "x")'),
  define(
    'WAWebPaneLoadable',
    [],
    'var c = r("JSResource")("WAWebPane.react"); l.requireBundle = function() { return c.load() }',
  ),
  define(
    'WAWebPane.react',
    ['WAWebLazy'],
    'o("WAWebRun").made(1), new (o("WAWebOnlyUsed").Job)(), o("WAWebOnlyUsed").go()',
  ),
  define('WAWebLazy', [], 'l.late = function() {}'),
].join('\n');

const source: ArchiveSource = {
  build: '2.3000.1',
  date: '2026-01-01',
  source: ['a/b@c'],
  complete: true,
  texts: [...moduleTexts(script)],
  deferred: [],
  components: ['WAWebPane.react', 'WAWebOther.react'],
  covered: ['WAWebRun', 'WAWebLazy', 'WAWebOnlyUsed', 'WAWebGone'],
  known: {},
};

test('an archive has the covered modules, those that are absent, its share, and the calls that bring a lazy module', () => {
  const { names, shapes } = describeArchive(source);
  expect(archiveSchema.parse(names)).toMatchObject({
    share: { modules: 2, of: 5 },
    absent: ['WAWebGone', 'WAWebOnlyUsed'],
    unknown: [],
    modules: {
      WAWebRun: { evidence: 'code', tier: 1, exports: { run: 'function', made: 'function' } },
      WAWebLazy: {
        tier: 'lazy',
        loaders: { 'WAWebPaneLoadable.requireBundle': 'WAWebPane.react' },
        components: ['WAWebPane.react'],
      },
    },
  });
  expect(archivedShapesSchema.parse(shapes).modules.WAWebRun).toEqual({ parameters: { run: [['chat']] } });
});

test('modules and exports may have the names of what every object inherits', () => {
  const inherited = ['constructor', 'hasOwnProperty', 'toString', 'valueOf', '__proto__'];
  const texts = inherited.map((name) => define(name, [], `l[${JSON.stringify(name)}] = function(e) { return e.chat }`));
  const all = { ...source, texts: [...moduleTexts(texts.join('\n'))], covered: [...inherited, 'isPrototypeOf'] };
  const { names, shapes } = describeArchive(all);
  const read = JSON.parse(archiveText(names)) as typeof names;
  expect(Object.keys(read.modules).sort()).toEqual(inherited.toSorted());
  for (const name of inherited)
    expect(Object.entries(read.modules).find(([module]) => module === name)?.[1]).toMatchObject({ evidence: 'code' });
  expect(names.absent).toEqual(['isPrototypeOf']);
  expect(Object.keys(JSON.parse(shapesText(shapes)).modules).sort()).toEqual(inherited.toSorted());
});

test('a module whose code is nested more deeply than can be read leaves the others as they are', () => {
  const sum = Array(20_000).fill('1').join('+');
  const deep = [...moduleTexts(`${define('WAWebDeep', [], `l.late = ${sum}`)}\n${script}`)];
  const { names } = describeArchive({ ...source, texts: deep, covered: ['WAWebDeep', 'WAWebRun'] });
  expect(names.modules).toMatchObject({ WAWebDeep: { evidence: 'uses' }, WAWebRun: { evidence: 'code' } });
});

test('a partial archive has also what other modules use of a module, and knows of no absence', () => {
  const { names } = describeArchive({ ...source, complete: false });
  expect(names.absent).toEqual([]);
  expect(names.unknown).toEqual(['WAWebGone']);
  expect(names.modules.WAWebOnlyUsed).toEqual({
    evidence: 'uses',
    tier: null,
    exportsIncomplete: true,
    exports: { Job: 'class', go: 'function' },
  });
});

test('what was read by hand before stays', () => {
  const byHand = { evidence: 'hand-copy' as const, tier: 1 as const, exports: { run: 'function' as const } };
  const { names } = describeArchive({ ...source, known: { WAWebGone: byHand } });
  expect(names.modules.WAWebGone).toEqual(byHand);
});

test('a lazy module says whether the page requests its bundle by itself, which a bundle behind a condition does not show', () => {
  const loadable = (pane: string) =>
    define(`${pane}Loadable`, [], `l.requireBundle = r("JSResource")("${pane}.react").load`);
  const pane = (name: string, action: string) => [
    loadable(name),
    define(`${name}.react`, [action], ''),
    define(action, [], 'l.act = function() {}'),
  ];
  const page = [
    ...pane('WAWebMenu', 'WAWebMenuAction'),
    ...pane('WAWebCall', 'WAWebCallAction'),
    define(
      'WAWebPrefetchLoadables',
      ['WAWebMenuLoadable', 'WAWebCallLoadable'],
      'l.default = function() { var t = [o("WAWebMenuLoadable").requireBundle(), o("Gating").isOn() ? o("WAWebCallLoadable").requireBundle() : null] }',
    ),
  ].join('\n');
  const covered = ['WAWebMenuAction', 'WAWebCallAction'];
  const { modules } = describeArchive({ ...source, texts: [...moduleTexts(page)], covered }).names;
  expect(modules.WAWebMenuAction).toMatchObject({ tier: 'lazy', prefetched: true });
  expect(modules.WAWebCallAction).not.toHaveProperty('prefetched');
});

test('a conditional dependency stands for the module that the page names', () => {
  const page = [define('WAWebAppBootstrap', ['cr:1'], ''), define('WAWebChosen', [], '')].join('\n');
  const tierWith = (conditional: Map<string, string>) => {
    const texts = [...moduleTexts(page, conditional)];
    return describeArchive({ ...source, texts, covered: ['WAWebChosen'] }).names.modules.WAWebChosen?.tier;
  };
  expect([tierWith(new Map([['cr:1', 'WAWebChosen']])), tierWith(new Map())]).toEqual([1, 'lazy']);
});
