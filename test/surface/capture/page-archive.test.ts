import { describe, expect, test } from 'vitest';
import { moduleTexts } from '../../../src/surface/capture/module-text.ts';
import { PageArchive } from '../../../src/surface/capture/page-archive.ts';

/** Definitions as a compiler of Comet builds writes them, of modules that exist nowhere. */
function archiveOf(
  ...definitions: [name: string, body: string, dependencies?: string[], parameters?: string][]
): PageArchive {
  const script = definitions
    .map(
      ([name, body, dependencies = [], parameters = 't, n, r, o, a, i, l']) =>
        `__d(${JSON.stringify(name)}, ${JSON.stringify(dependencies)}, (function(${parameters}) {${body}}), 98);`,
    )
    .join('\n');
  return new PageArchive(moduleTexts(script));
}

const kinds = (archive: PageArchive, module: string) =>
  Object.fromEntries(
    [...(archive.module(module)?.exports.keys() ?? [])].map((key) => [key, archive.export(module, key)?.kind]),
  );

const parameters = (body: string) =>
  archiveOf(['M', `${body}; l.run = run;`])
    .export('M', 'run')
    ?.parameters.get('') ?? null;

describe('exports', () => {
  test('are what is assigned to the exports object, with their kind', () => {
    const archive = archiveOf([
      'M',
      `function f() {} var c = (function() { function K() { this.x = 1 } K.prototype.run = function() {}; return K })();
       l.f = f, l.K = c, l.one = new c(), l.text = "x", l.list = [1], l.table = { a: 1 };`,
    ]);
    expect(kinds(archive, 'M')).toEqual({
      ...{ f: 'function', K: 'class', one: 'object', text: 'value', list: 'object', table: 'object' },
    });
  });

  describe('of a compiler that uses a name again for another value', () => {
    const old = 'a, b, c, d, e, f, g';

    test('are what a name stands for where it is exported, and not before or after', () => {
      const archive = archiveOf([
        'M',
        `function a(h) { return 1 } g.run = a; a = { x: 1 }; g.table = a; a = "x"; g.text = a;
         b = function(h) {}; g.go = b; b = 5; var n = b; g.five = n`,
        [],
        old,
      ]);
      expect(kinds(archive, 'M')).toEqual({
        run: 'function',
        table: 'object',
        text: 'value',
        go: 'function',
        five: 'value',
      });
      expect(archive.export('M', 'table')?.members?.keys).toEqual(['x']);
    });

    test('come from a function of another module although its own parameters load modules until then', () => {
      const archive = archiveOf(
        ['Makers', 'l.make = function() { return { field: function(e) { return function(t) {} } } }'],
        ['M', 'a = d("Makers").make(); b = a.field; f = b("id"); d = b("name"); g.getId = f; g.getName = d', [], old],
      );
      expect(kinds(archive, 'M')).toEqual({ getId: 'function', getName: 'function' });
      expect(archive.export('M', 'getId')?.members).toBeNull();
    });

    test('are seen by a function that runs later as they are at last, and by one that is called there as they are then', () => {
      const archive = archiveOf([
        'M',
        `a = { early: 1 }; g.now = (function() { return a })(); g.later = function() { return a }; g.made = g.later;
         function late() { return a } a = { late: 1 }; g.last = late()`,
        [],
        old,
      ]);
      const keys = (name: string) => archive.export('M', name)?.members?.keys;
      expect([keys('now'), keys('last')]).toEqual([['early'], ['late']]);
    });

    test('have what was assigned to their properties while the name stood for them', () => {
      const archive = archiveOf([
        'M',
        `a = (function(h) { babelHelpers.inheritsLoose(b, h); function b() {} return b })(c("Base")); a.first = 1; g.One = a;
         a = (function(h) { babelHelpers.inheritsLoose(b, h); function b() {} return b })(c("Base")); a.second = 1; g.Two = a`,
        [],
        old,
      ]);
      expect(archive.export('M', 'One')?.members?.statics).toEqual(['first']);
      expect(archive.export('M', 'Two')?.members?.statics).toEqual(['second']);
    });

    test('are not those of an outer name that a parameter or a variable hides', () => {
      const archive = archiveOf([
        'M',
        'var e = { outer: 1 }; l.take = (function(e) { return e })(); l.own = (function() { var e; return e })()',
      ]);
      expect(kinds(archive, 'M')).toEqual({ take: 'unknown', own: 'unknown' });
    });
  });

  test('of a module that is given its exports object as the last of six parameters are read too', () => {
    const archive = archiveOf(['M', 'function f() {} i.f = f', [], 't, n, r, o, a, i']);
    expect(kinds(archive, 'M')).toEqual({ f: 'function' });
  });

  test('of a module that replaces its exports are the keys of what it assigns', () => {
    const archive = archiveOf([
      'M',
      'function f() {} var e = { f: f, text: "x" }; i.exports = e',
      [],
      't, n, r, o, a, i',
    ]);
    expect(kinds(archive, 'M')).toEqual({ f: 'function', text: 'value' });
  });

  test('that come from another module have its kind', () => {
    const archive = archiveOf(
      ['A', 'l.f = function() {}, l.default = { a: 1 }'],
      ['B', 'l.g = o("A").f, l.h = r("A"), l.gone = o("Nothing").x'],
    );
    expect(kinds(archive, 'B')).toEqual({ g: 'function', h: 'object', gone: 'unknown' });
  });

  test('that a function of another module makes have the kind of what that returns', () => {
    const archive = archiveOf(
      [
        'Make',
        'function field(e) { return function(t) { return t[e] } } l.make = function() { return { field: field } }',
      ],
      ['B', 'var d = o("Make").make(), f = d.field; l.get = f("x")'],
    );
    expect(kinds(archive, 'B')).toEqual({ get: 'function' });
  });

  test('of a definition that is cut off cannot be read', () => {
    const archive = new PageArchive(moduleTexts('__d("Cut", [], (function(t, n, r, o, a, i, l) { l.f = '));
    expect(archive.has('Cut')).toBe(true);
    expect(archive.module('Cut')).toBeNull();
  });
});

describe('parameters', () => {
  test.each<[string, string, unknown]>([
    ['positions', 'function run(e, t) { return e + t }', [null, null]],
    ['none', 'function run() {}', []],
    ['a pattern', 'function run(e) { var t = e.chat, n = e.text; return t + n }', [['chat', 'text']]],
    ['a pattern with a default', 'function run(e) { var t = e.chat, n = t === void 0 ? 1 : t; return n }', [['chat']]],
    [
      'a pattern that may be left out',
      'function run(e) { e === void 0 && (e = {}); var t = e, n = t.chat; return n }',
      [['chat']],
    ],
    [
      'a pattern after the default of another parameter',
      'function run(e, t) { t === void 0 && (t = 1); var n = e.chat; return n + t }',
      [['chat'], null],
    ],
    [
      'a pattern with a rest',
      'function run(e) { var t = e.chat, n = babelHelpers.objectWithoutPropertiesLoose(e, x); return t + n }',
      [['chat', '...']],
    ],
    [
      'a pattern of an older compiler',
      'function run(a) { var b = a.chat; a = a.text; return b.concat(a) }',
      [['chat', 'text']],
    ],
    ['a pattern in another position', 'function run(e, t) { var n = t.text; return e.id + n }', [null, ['text']]],
    ['a written pattern', 'function run({ chat, text: n }) { return chat + n }', [['chat', 'text']]],
    ['a model whose members are read anywhere', 'function run(e) { if (x) return e.id; return e.text }', [null]],
    ['a model that is also handed on', 'function run(e) { var t = e.chat; return [t, e] }', [null]],
    ['a model whose method is called', 'function run(e) { var t = e.toString(); return t }', [null]],
    [
      'a name that an inner function uses for something else',
      'function run(e) { var t = e.chat; return t.map(function(e) { return e }) }',
      [['chat']],
    ],
    [
      'a name that a catch uses for something else',
      'function run(e) { var t = e.chat; try { t() } catch (e) { y(e) } }',
      [['chat']],
    ],
    [
      'what a function that gets it takes',
      'function go(e) { var t = e.chat; return t } function run(e) { return go(e) }',
      [['chat']],
    ],
    [
      'an async function',
      'function run(e, t) { return u.apply(this, arguments) } function u() { return u = n("asyncToGeneratorRuntime").asyncToGenerator(function*(e, t) { var r = t.text; yield r }), u.apply(this, arguments) }',
      [null, ['text']],
    ],
    [
      'an async function of an older compiler',
      'function run(a) { return u.apply(this, arguments) } function u() { u = n("x").asyncToGenerator(function*(a) { var b = a.chat; a = a.text; yield b(a) }); return u.apply(this, arguments) }',
      [['chat', 'text']],
    ],
    [
      'an async function in a variable',
      'var run = (function() { var e = n("x").asyncToGenerator(function*(e) { var t = e.chat; yield t }); return function(t) { return e.apply(this, arguments) } })()',
      [['chat']],
    ],
  ])('of %s', (_, body, expected) => {
    expect(parameters(body)).toEqual(expected);
  });

  test('of a function that reads its arguments are not known', () => {
    expect(parameters('function run(e) { return arguments.length }')).toBeNull();
  });

  test('of methods are given by their name', () => {
    const archive = archiveOf([
      'M',
      `var K = (function() { function t() {} var n = t.prototype; return n.go = function(e) { var t = e.chat; return t }, t })();
       l.one = new K()`,
    ]);
    expect(archive.export('M', 'one')?.parameters.get('go')).toEqual([['chat']]);
  });
});

describe('members', () => {
  const classes = `var s = (function(t) {
      function a() {
        for (var e, n = arguments.length, r = new Array(n), i = 0; i < n; i++) r[i] = arguments[i];
        return e = t.call.apply(t, [this].concat(r)) || this, e.id = o("WAWebBaseModel").prop(), e.open = o("WAWebBaseModel").session(!1),
          e.full = o("WAWebBaseModel").derived(function() {}, ["id"]), e.count = 0, e.$Secret = 1, e.sort = function() {}, e;
      }
      babelHelpers.inheritsLoose(a, t);
      var i = a.prototype;
      return i.go = function() { this.went = !0 }, babelHelpers.createClass(a, [{ key: "size", get: function() { return 1 } }]), a.make = function() {}, a;
    })(o("WAWebBaseModel").BaseModel);
    s.Proxy = "s"; var c = o("WAWebBaseModel").defineModel(s);`;
  const base: [string, string] = [
    'WAWebBaseModel',
    'var e = (function() { function t() {} t.prototype.set = function() {}; return t })(); l.BaseModel = e, l.defineModel = function(e) { return e }',
  ];

  test('of a model are its attributes, fields, methods, accessors and statics, and the class that it inherits from', () => {
    const archive = archiveOf(base, ['M', `${classes} l.Model = c, l.one = new c({})`]);
    const own = {
      props: ['id'],
      session: ['open'],
      derived: ['full'],
      otherFields: ['count', 'went'],
      methods: ['sort', 'go'],
      accessors: ['size'],
      extends: 'WAWebBaseModel.BaseModel',
      whole: true,
    };
    expect(archive.export('M', 'Model')?.members).toEqual({ ...own, statics: ['make', 'Proxy'] });
    expect(archive.export('M', 'one')?.members).toEqual(own);
  });

  test('of a collection name its model', () => {
    const archive = archiveOf(
      base,
      ['Item', `${classes} l.Item = c`],
      [
        'List',
        `var u = (function(t) { function n() { return t.apply(this, arguments) || this } babelHelpers.inheritsLoose(n, t); return n })(o("WAWebBaseModel").BaseModel);
       u.model = o("Item").Item; var d = new u(); l.list = d`,
      ],
    );
    expect(archive.export('List', 'list')?.members?.model).toBe('Item.Item');
  });

  test('of an object and an enumeration are their keys', () => {
    const archive = archiveOf([
      'M',
      'var e; l.table = { a: 1, b: function() {} }, l.kinds = (e = n("$InternalEnum"))({ X: "x" }), l.more = e.Mirrored(["Y", "Z"])',
    ]);
    const keys = (name: string) => archive.export('M', name)?.members;
    expect(keys('table')).toEqual({ keys: ['a', 'b'], whole: true });
    expect(keys('kinds')).toEqual({ keys: ['X'], whole: true });
    expect(keys('more')).toEqual({ keys: ['Y', 'Z'], whole: true });
  });

  test.each([
    ['has computed names', 'l.x = { a: 1, [t]: 2 }'],
    ['has a spread', 'l.x = { a: 1, ...t }'],
    [
      'inherits from a class that the archive lacks',
      'var e = (function(t) { function n() {} babelHelpers.inheritsLoose(n, t); n.prototype.a = function() {}; return n })(o("Gone").K); l.x = e',
    ],
    [
      'sets fields by computed names',
      'var e = (function() { function t(e) { this.a = 1; this[e] = 2 } t.prototype.b = function() {}; return t })(); l.x = e',
    ],
  ])('are not whole when the object %s', (_, body) => {
    expect(archiveOf(['M', body]).export('M', 'x')?.members?.whole).toBeUndefined();
  });
});

describe('loading', () => {
  const archive = archiveOf(
    ['WAWebAppBootstrap', '', ['First']],
    ['WAWebMainWrapper', '', ['Second', 'First']],
    ['First', ''],
    ['Second', ''],
    ['Deferred', ''],
    ['Lazy', ''],
  );

  test('a module is there from the start, once logged in, or only with a bundle', () => {
    const tier = archive.tiers(['Deferred']);
    expect(['First', 'Second', 'Deferred', 'Lazy'].map(tier)).toEqual([1, 2, 2, 'lazy']);
  });
});

test('events are the names that a module triggers', () => {
  const archive = archiveOf(['M', 'function f(e) { e.trigger("b a"), e.trigger(x) } l.f = f']);
  expect(archive.module('M')?.events).toEqual(['a', 'b']);
});

describe('a page of many modules that hand on exports of each other', () => {
  const count = 300;
  const reads = new Map<string, number>();
  const script = Array.from({ length: count }, (_, i) => {
    const [other, base] = [`M${(i * 7 + 3) % count}`, `M${(i * 11 + 5) % count}`];
    return `__d("M${i}", ["${other}", "${base}"], (function(t, n, r, o, a, i, l) {
      var K = (function(e) { function K() { return e.apply(this, arguments) || this } babelHelpers.inheritsLoose(K, e);
        K.prototype.run${i} = function(e) { return e.text }; return K })(o("${base}").K);
      function f(e) { return e } l.K = K, l.f = f, l.again = o("${other}").f, l.kept = o("${other}").K, l.table = { a: 1, f: o("${base}").f };
    }), 98);`;
  }).join('\n');
  const counted = [...moduleTexts(script)].map(({ text, ...others }) => ({
    ...others,
    get text() {
      reads.set(others.name, (reads.get(others.name) ?? 0) + 1);
      return text;
    },
  }));
  const archive = new PageArchive(counted);

  test('is parsed once a module', () => {
    for (const { name } of counted) {
      expect(kinds(archive, name)).toEqual({
        K: 'class',
        f: 'function',
        again: 'function',
        kept: 'class',
        table: 'object',
      });
      expect(archive.export(name, 'K')?.members?.extends).toMatch(/^M\d+\.K$/);
    }
    expect(new Set(reads.values())).toEqual(new Set([1]));
    expect(reads.size).toBe(count);
  });
});
