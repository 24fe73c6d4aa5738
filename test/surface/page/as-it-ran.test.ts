import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Surface } from '../../../src/contracts/surface.ts';
import { observeBehaviours } from '../../../src/surface/page/in-page/behaviours.ts';
import { observeCollections, observeModules } from '../../../src/surface/page/in-page/modules.ts';
import { change, changeOfLoading, type Page, smallPage } from '../capture/changed-page.ts';
import { captureOf, shownAfter, shownBy } from '../capture/round-trip.ts';
import { emptyDocument, observe } from './observed-page.ts';

vi.setConfig({ testTimeout: 60_000 }); // pages are written and parsed

beforeEach(() => vi.spyOn(console, 'error').mockImplementation(() => {}));
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const page = smallPage();
const { surface, shapes } = page;

test('any change of the data shows in the capture of the page of an account, and nothing else does', () => {
  const before = JSON.stringify(shownBy(surface, undefined, shapes, true));
  let differing = 0;
  fc.assert(
    fc.property(fc.array(fc.oneof(change, changeOfLoading), { minLength: 1, maxLength: 4 }), (changes) => {
      const changed = changes.reduce<Page>((each, next) => next(each), page);
      const expected = shownBy(changed.surface, undefined, changed.shapes, true);
      if (JSON.stringify(expected) !== before) differing += 1;
      const observed = observe(changed.surface, true);
      const capture = captureOf(changed.surface, changed.shapes, { method: 'account', observed });
      expect(shownAfter(capture, Object.keys(changed.surface.modules), true)).toEqual(expected);
    }),
    { numRuns: 12 },
  );
  expect(differing).toBeGreaterThan(6);
});

test('any change of the data shows in the capture of a page without an account, and nothing else does', () => {
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
      const changed = changes.reduce<Page>((each, next) => next(each), page);
      const observed = observe(changed.surface, false);
      const capture = captureOf(changed.surface, changed.shapes, { method: 'page', observed });
      const captured = shownAfter(capture, Object.keys(changed.surface.modules));
      expect(captured).toEqual(shownBy(changed.surface, undefined, changed.shapes));
    }),
    { numRuns: 6 },
  );
});

test('where the start of the page did not show, what the text has at the start stays there', () => {
  const observed = { ...observe(surface, true), start: null };
  const capture = captureOf(surface, shapes, { method: 'account', observed });
  expect(capture.ran).toMatchObject({ modules: { start: null }, drift: [] });
  const names = Object.keys(surface.modules);
  expect(shownAfter(capture, names, true)).toEqual(shownBy(surface, undefined, shapes, true));
});

test('exports of a module that ran are those of its text and its names, and not the keys of a table or the mark of a compiler', () => {
  const observed = observe(surface, false);
  const exports = {
    Cmd: 'object',
    constructor: 'function',
    __esModule: 'value',
    'a b': 'value',
    added: 'class',
  } as const;
  const modules = { ...observed.modules, WAWebCmd: { isEsModule: true, exports } };
  const capture = captureOf(surface, shapes, { method: 'page', observed: { ...observed, modules } });
  expect(capture.names.modules.WAWebCmd?.exports).toEqual({ Cmd: 'object', constructor: 'function', added: 'class' });
});

test('what the data have otherwise than the page is drift, and the capture has it as the page does', () => {
  const [name = ''] = Object.keys(surface.modules).filter((each) => surface.modules[each]?.tier === 1);
  const module = { ...surface.modules[name], tier: 2 } as Surface['modules'][string];
  const behaviours = { ...surface.behaviours, usedFactories: 'kept' as const };
  expect(surface.behaviours.usedFactories).toBe('cleared');
  const other = { ...surface, behaviours, modules: { ...surface.modules, [name]: module } };
  const capture = captureOf(other, shapes, { method: 'page', observed: observe(other, false) });
  expect(capture.ran?.drift).toEqual([
    { kind: 'behaviour', name: 'usedFactories', data: 'cleared', page: 'kept' },
    { kind: 'tier', name, data: '1', page: 'later' },
  ]);
  expect(capture.ran?.read.usedFactories).toBe('executed');
  const captured = shownAfter(capture, Object.keys(other.modules));
  expect(captured.behaviours.usedFactories).toBe('kept');
  expect(captured.modules[name]).toMatchObject({ tier: 2 });
});

test('a getter is not called, a factory does not run, and the texts of models stay in the page', () => {
  const secret = 'a text that a person wrote';
  const getter = vi.fn(() => secret);
  const factory = vi.fn();
  const message = { id: { _serialized: secret }, body: secret, mediaData: { __x_id: secret } };
  const definition = (exports: object, factoryFinished = true) => ({ exports, factoryFinished, factory, special: 98 });
  const messages = { _models: [message] };
  const modules = {
    WAWebCollections: definition({ default: { Msg: messages } }),
    WAWebMsgCollection: definition({ MsgCollection: messages }),
    Waiting: definition({}, false),
    Lazy: definition(Object.defineProperty({}, 'later', { get: getter, enumerable: true })),
  };
  const seen = {
    modules: observeModules(modules),
    collections: observeCollections(modules),
    behaviours: observeBehaviours(modules, emptyDocument),
  };
  expect(seen).toEqual({
    modules: {
      WAWebCollections: { isEsModule: true, exports: { default: 'object' } },
      WAWebMsgCollection: { isEsModule: true, exports: { MsgCollection: 'object' } },
      Waiting: { isEsModule: true },
      Lazy: { isEsModule: true, exports: { later: 'unknown' } },
    },
    collections: { Msg: { places: ['WAWebMsgCollection.MsgCollection'], models: 'up to 10' } },
    behaviours: { usedFactories: 'kept', msgKeyTextField: '_serialized', mediaPrivateId: 'enumerable' },
  });
  expect(getter).not.toHaveBeenCalled();
  expect(factory).not.toHaveBeenCalled();
  expect(JSON.stringify(seen)).not.toContain(secret);
});
