import { expect, test } from 'vitest';
import { changeBetween, type Described } from '../../../scripts/archive/change-between.ts';
import type { ArchivedModule, ArchivedShapes } from '../../../src/contracts/build-data.ts';
import { htmlFacts, scriptAddresses } from '../../../src/surface/capture/html-facts.ts';

const module = (exports: ArchivedModule['exports'], each: Partial<ArchivedModule> = {}): ArchivedModule => ({
  evidence: 'code',
  tier: 2,
  exports,
  ...each,
});

function page(
  modules: Record<string, ArchivedModule>,
  shapes: ArchivedShapes['modules'] = {},
  collections: Record<string, string> = {},
): Described {
  const head = { build: '2.3000.1', date: '2026-01-01', complete: true, share: { modules: 1, of: 1 } };
  return {
    names: { schemaVersion: 2, ...head, source: ['a/b@c'], absent: [], unknown: [], collections, modules },
    shapes: { schemaVersion: 1, build: head.build, modules: shapes },
  };
}

test('two equal pages differ in nothing', () => {
  const same = page({ A: module({ f: 'function' }) }, { A: { parameters: { f: [null] } } }, { K: 'A.f' });
  expect(changeBetween(same, structuredClone(same))).toEqual({});
});

test('names that came, went, or changed their kind, their loading or what is behind them are the difference', () => {
  const before = page(
    { A: module({ f: 'function', g: 'value' }), Gone: module({}), Late: module({}) },
    {},
    { K: 'A.f' },
  );
  const after = page(
    {
      A: module({ g: 'object', h: 'class' }),
      New: module({ x: 'function' }, { tier: 'lazy' }),
      Late: module({}, { tier: 'lazy', prefetched: true }),
    },
    {},
    { K: 'A.g' },
  );
  expect(changeBetween(before, after)).toEqual({
    remove: { Gone: 'module', A: ['f', 'g'] },
    add: { A: { g: 'object', h: 'class' }, New: { x: 'function' } },
    tier: { New: 'lazy', Late: 'prefetched' },
    collections: { remove: ['K'], add: { K: 'A.g' } },
  });
});

test('members and parameters that differ are the difference too', () => {
  const modules = { M: module({ One: 'class', f: 'function' }) };
  const before = page(modules, {
    M: { members: { One: { props: ['id', 'old'], methods: ['run'], whole: true } }, parameters: { f: [null, null] } },
  });
  const after = page(modules, {
    M: {
      members: { One: { props: ['id'], session: ['fresh'], methods: ['run'], whole: true } },
      parameters: { f: [['a']] },
    },
  });
  expect(changeBetween(before, after)).toEqual({
    members: { 'M.One': { remove: ['old'], add: { session: ['fresh'] } } },
    parameters: { 'M.f': [['a']] },
  });
});

test('the html of a page says what it loads later, its components, its conditional dependencies and its scripts', () => {
  const html = `{"__dr":"Deferred"} "Pane.react":{"r":["x"]} ["cr:1",["Chosen"],{}] ["cr:2",[],{}] ["cr:3",["WAWebPrefetchLoadables"],{}]
    "https:\\/\\/static.whatsapp.net\\/rsrc.php\\/v4\\/y1\\/r\\/a-b_C.js"`;
  expect(htmlFacts(html)).toEqual({
    deferred: ['Deferred'],
    components: ['Pane.react'],
    conditional: new Map([['cr:1', 'Chosen']]),
  });
  expect(scriptAddresses(html)).toEqual(new Set(['static.whatsapp.net/rsrc.php/v4/y1/r/a-b_C.js']));
});
