import semver from 'semver';
import { describe, expect, test } from 'vitest';
import { ensureLibrary } from '../../src/library/ensure-library.ts';
import { listLibraryLocks } from '../../src/library/library-lock.ts';
import { resolveSurface } from '../../src/replica/builds/resolve-surface.ts';
import { checkMethods } from '../../src/surface/check-methods.ts';
import { indexLibrary } from '../../src/surface/extract/index-library.ts';
import { knownFaults } from '../../src/surface/known-faults.ts';
import { libraryIndex } from '../../src/surface/library-index.ts';
import { toyPackage } from './toy-package.ts';

/** A client with the given members; its method `act` is public, and `Chat.act` leads to it. */
const client = (members: string, more: Record<string, string> = {}) =>
  indexLibrary(
    toyPackage({
      'index.d.ts': 'declare namespace W { class Client { act(): Promise<void> } class Chat { act(): Promise<void> } }',
      'src/Client.js': `class Client extends EventEmitter {\npupPage = {};\n${members}\n}`,
      'src/structures/Chat.js': 'class Chat extends Base { act() { return this.client.act(); } }',
      'src/structures/Base.js':
        "class Base { constructor(client) { Object.defineProperty(this, 'client', { value: client }); } }",
      ...more,
    }),
  );

describe('a field of its own that the library never sets', () => {
  const faultsOf = (body: string, members = '', more?: Record<string, string>) =>
    client(`async act() {\n${body}\n}\n${members}`, more).faults.map(({ why, line }) => [line, why]);

  test('breaks the methods that read of it, and those that lead there', () => {
    const index = client('async act() {\n return await this.client.pupPage.evaluate(() => {});\n}');
    const why = 'Client.act reads this.client.pupPage, and nothing sets client on objects of Client.';
    expect(checkMethods(index, resolveSurface('2.3000.1044822804'))).toEqual([
      { name: 'Client.act', status: 'broken', why, at: { file: 'src/Client.js', line: 4 } },
      { name: 'Chat.act', status: 'broken', why, at: { file: 'src/Client.js', line: 4 } },
    ]);
  });

  test.each([
    ['in its constructor', 'constructor() { this.client = {}; }', {}],
    ['as a property', 'client = {};', {}],
    ['as an accessor', 'get client() { return {}; }', {}],
    ['as a defined property', "constructor() { Object.defineProperty(this, 'client', { value: {} }); }", {}],
    ['together with others', 'constructor(options) { Object.assign(this, options); }', {}],
    ['from outside', '', { 'src/Other.js': 'class Other { setup(client) { client.client = this; } }' }],
  ])('is none where it is set %s', (_, members, more) => {
    expect(faultsOf('this.client.pupPage.click();', members, more)).toEqual([]);
  });

  test('is none where a class of another package may set it, and where the class above does', () => {
    const index = (head: string, base: string) =>
      indexLibrary(
        toyPackage({
          'src/Client.js': `class Client extends ${head} { act() { this.client.x(); } }`,
          'src/Base.js': base,
        }),
      ).faults;
    expect(index('Elsewhere', '')).toEqual([]);
    expect(index('Base', 'class Base { constructor(client) { this.client = client; } }')).toEqual([]);
    expect(index('Base', 'class Base {}')).toHaveLength(1);
  });

  test.each([
    ['in a branch', 'if (this.x) this.client.x();'],
    ['after a branch that may end the method', 'if (x) return;\nthis.client.x();'],
    ['in a callback', 'list.map(() => this.client.x());'],
    ['in a try block', 'try { this.client.x(); } catch {}'],
    ['only if it is there', 'this.client?.x();'],
    ['in the page', 'await this.pupPage.evaluate(function () { this.client.x(); });'],
  ])('is none where it is read %s', (_, body) => {
    expect(faultsOf(body)).toEqual([]);
  });
});

describe('an argument that a page function of the library insists on', () => {
  const util = (guard: string) => ({
    'src/util/Utils.js': `exports.LoadUtils = () => { window.WWebJS.pin = async (id, duration) => { ${guard} return true; }; };`,
  });
  const guard = "if (typeof duration !== 'number') return false;";
  const faultsOf = (call: string, guarded = guard) =>
    client(`async act() { return this.pupPage.evaluate(async (id) => { ${call} }, 1); }`, util(guarded)).faults;

  test('breaks a method that does not pass it', () => {
    expect(faultsOf('return window.WWebJS.pin(id);')).toMatchObject([
      { method: 'Client.act', why: 'Client.act passes no duration to pin, which answers false without one.' },
    ]);
  });

  test.each([
    ['it is passed', 'return window.WWebJS.pin(id, 1);', guard],
    ['a spread may pass it', 'return window.WWebJS.pin(...ids);', guard],
    ['the call may not be reached', 'if (!id) return;\nreturn window.WWebJS.pin(id);', guard],
    [
      'the function goes on without',
      'return window.WWebJS.pin(id);',
      "if (typeof duration !== 'number') duration = 1;",
    ],
    ['the function answers something else', 'return window.WWebJS.pin(id);', 'if (!duration) return id;'],
  ])('is no fault where %s', (_, call, guarded) => {
    expect(faultsOf(call, guarded)).toEqual([]);
  });
});

test('a known fault is in the versions that it names, and in no other', async () => {
  const own = listLibraryLocks().map(({ label }) => label);
  expect(own.length).toBeGreaterThanOrEqual(5);
  for (const version of own) {
    const { packageDir } = await ensureLibrary(version, () => {}, 'source');
    const found = new Set(libraryIndex(packageDir).faults.flatMap(({ known }) => known ?? []));
    const named = knownFaults.filter(({ versions }) =>
      semver.satisfies(version, versions, { includePrerelease: true }),
    );
    expect([version, [...found].sort()]).toEqual([version, named.map(({ id }) => id).sort()]);
  }
});

test('a known fault says from where it is known', () => {
  for (const { sources } of knownFaults) {
    expect(sources.length).toBeGreaterThan(0);
    for (const source of sources) expect(source).toMatch(/^[\w.-]+\/[\w.-]+#\d+$/);
  }
});
