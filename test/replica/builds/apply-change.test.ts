import { describe, expect, test } from 'vitest';
import type { Archive, BuildChange } from '../../../src/contracts/build-data.ts';
import { InputError } from '../../../src/contracts/input-error.ts';
import { applyChange, emptyState, type SurfaceState } from '../../../src/replica/builds/apply-change.ts';

const cited: BuildChange = { since: '2.3000.2', date: '2025-08-29', source: ['a/b#1'], confidence: 'reported' };
const before: SurfaceState = {
  modules: {
    Me: { tier: 1, hasDefault: false, exports: { getMe: 'function', setMe: 'function' } },
    Old: { tier: 2, hasDefault: false, exports: { run: 'function' } },
  },
  collections: { Call: 'Old.run' },
  behaviours: { searchIcon: 'search' },
};

function apply(change: Partial<BuildChange>, archive: Archive | null = null, laterArchives: Archive[] = []) {
  return applyChange(before, { change: { ...cited, ...change }, archive, laterArchives });
}

function archiveOf(modules: Archive['modules'], more: Partial<Archive> = {}): Archive {
  return {
    ...{
      schemaVersion: 2,
      build: '2.3000.2',
      date: '2025-08',
      complete: true,
      share: { modules: 2, of: 10 },
      source: ['a/b'],
      absent: [],
      unknown: [],
    },
    modules,
    ...more,
  };
}

describe('a dated change', () => {
  test('removes and adds exports of a module, and leaves the state before it as it was', () => {
    const { modules } = apply({ remove: { Me: ['getMe'] }, add: { Me: { getMeDevice: 'function' } } });
    expect(modules.Me?.exports).toEqual({ setMe: 'function', getMeDevice: 'function' });
    expect(before.modules.Me?.exports).toEqual({ getMe: 'function', setMe: 'function' });
  });

  test('removes a whole module', () => {
    expect(apply({ remove: { Old: 'module' } }).modules).not.toHaveProperty('Old');
  });

  test('adds a module that is there from the start, unless it says otherwise', () => {
    const { modules } = apply({
      add: { New: { default: 'class' }, Late: { run: 'function' } },
      tier: { Late: 'lazy' },
    });
    expect(modules.New).toEqual({ tier: 1, hasDefault: true, exports: { default: 'class' } });
    expect(modules.Late?.tier).toBe('lazy');
  });

  test('changes a tier, collections and behaviours', () => {
    const after = apply({
      tier: { Old: 'lazy' },
      collections: { remove: ['Call'], add: { OldCall: 'Old.run' } },
      set: { sendSeenArgument: 'object' },
    });
    expect(after.modules.Old?.tier).toBe('lazy');
    expect(after.collections).toEqual({ OldCall: 'Old.run' });
    expect(after.behaviours).toEqual({ searchIcon: 'search', sendSeenArgument: 'object' });
  });

  test.each<[string, Partial<BuildChange>, RegExp]>([
    [
      'removes a module that is not there',
      { remove: { Gone: 'module' } },
      /since 2\.3000\.2: remove Gone: no such module/,
    ],
    ['removes an export that is not there', { remove: { Me: ['getYou'] } }, /remove Me\.getYou: no such export/],
    ['adds an export that is there', { add: { Me: { setMe: 'function' } } }, /add Me\.setMe: it is there already/],
    ['gives a tier to a module that is not there', { tier: { Gone: 2 } }, /tier of Gone: no such module/],
    ['removes a collection that is not there', { collections: { remove: ['Chat'] } }, /remove Chat: no such key/],
    [
      'adds a collection that is there',
      { collections: { add: { Call: 'Me.setMe' } } },
      /add Call: it is there already/,
    ],
  ])('that %s is refused', (_, change, message) => {
    expect(() => apply(change)).toThrow(InputError);
    expect(() => apply(change)).toThrow(message);
  });
});

describe('an archive', () => {
  test('that is complete replaces everything', () => {
    const archive = archiveOf({ Only: { evidence: 'code', tier: 2, exports: { run: 'function' } } });
    expect(Object.keys(apply({}, archive).modules)).toEqual(['Only']);
  });

  test('that is partial replaces what was read, adds to what was seen in use, drops what is absent, keeps the rest', () => {
    const archive = archiveOf(
      {
        Me: { evidence: 'code', tier: null, exports: { getYou: 'function' } },
        Old: { evidence: 'uses', tier: null, exportsIncomplete: true, exports: { walk: 'function' } },
      },
      { complete: false },
    );
    const { modules } = apply({}, archive);
    expect(modules.Me?.exports).toEqual({ getYou: 'function' });
    expect(modules.Old?.exports).toEqual({ run: 'function', walk: 'function' });
    expect(apply({}, archiveOf({}, { complete: false, absent: ['Old'] })).modules).toEqual({ Me: before.modules.Me });
  });

  test('that cannot tell a tier leaves the one of before', () => {
    const archive = archiveOf({ Old: { evidence: 'code', tier: null, exports: {} } }, { complete: false });
    const later = archiveOf({ Old: { evidence: 'code', tier: 'lazy', exports: {} } });
    expect(apply({}, archive, [later]).modules.Old?.tier).toBe(2);
  });

  test('that cannot tell the tier of a new module takes it from the next one, though not lazy if it was reached', () => {
    const unreached = archiveOf({ New: { evidence: 'code', tier: null, exports: {} } }, { complete: false });
    const reached = archiveOf(
      { New: { evidence: 'code', tier: null, tierAtMost: 2, exports: {} } },
      { complete: false },
    );
    const later = archiveOf({ New: { evidence: 'code', tier: 'lazy', exports: {} } });
    expect(apply({}, unreached, [later]).modules.New?.tier).toBe('lazy');
    expect(apply({}, reached, [later]).modules.New?.tier).toBe(2);
  });
});

test('the empty state offers nothing', () => {
  expect(emptyState).toEqual({ modules: {}, collections: {}, behaviours: {} });
});
