import { describe, expect, test } from 'vitest';
import { InputError } from '../../src/contracts/input-error.ts';
import { matrixSchema } from '../../src/contracts/matrix.ts';
import type { Choice } from '../../src/runner/check-choice.ts';
import { expectationOf, planCells } from '../../src/runner/plan.ts';
import { parseShard } from '../../src/runner/shard.ts';

const old = '2.3000.1026515401';
const recent = '2.3000.1044822804';
const matrix = matrixSchema.parse({
  schemaVersion: 1,
  blocks: [
    { library: ['1.25.0', '1.34.7'], build: [old, recent] },
    { library: ['1.25.0', '1.34.7'], build: [recent], browser: ['107'] },
  ],
});

function plan(choice: Choice): string[] {
  return planCells(matrix, [], { choice }).map(({ cell }) => `${cell.library} ${cell.build} ${cell.browser}`);
}

describe('a plan', () => {
  test('without options is the whole matrix', () => {
    expect(plan({})).toHaveLength(6);
    expect(planCells(matrix, [])[0]).toEqual({
      cell: {
        library: '1.25.0',
        build: old,
        browser: 'current',
        flow: 'qr-to-ready',
        condition: 'none',
        switches: {},
        target: 'replica',
      },
      expectation: null,
      repeat: 1,
    });
  });

  test('has the cells of the matrix that the options select', () => {
    expect(plan({ library: ['1.34.7'] })).toEqual([
      `1.34.7 ${old} current`,
      `1.34.7 ${recent} current`,
      `1.34.7 ${recent} 107`,
    ]);
    expect(plan({ browser: ['107'] })).toEqual([`1.25.0 ${recent} 107`, `1.34.7 ${recent} 107`]);
  });

  test('completes values that the matrix does not have from its first block', () => {
    expect(plan({ library: ['1.30.0'] })).toEqual([`1.30.0 ${old} current`, `1.30.0 ${recent} current`]);
    expect(plan({ library: ['1.34.7'], build: [old], browser: ['current', '107'] })).toEqual([
      `1.34.7 ${old} current`,
      `1.34.7 ${old} 107`,
    ]);
  });

  test('tries a version that the matrix does not have wherever it has the one that is named beside it', () => {
    const places = (library: string) => [`${library} ${recent} current`, `${library} ${recent} 107`];
    const choice = { library: ['1.34.7', '1.35.0'], build: [recent] };
    expect(plan(choice)).toEqual([...places('1.34.7'), ...places('1.35.0')]);
    expect(plan({ ...choice, library: ['1.35.0'] })).toEqual([`1.35.0 ${recent} current`]);
  });

  test('has each cell once', () => {
    expect(plan({ library: ['1.34.7', '1.34.7'], build: [recent], browser: ['current'] })).toHaveLength(1);
  });

  test('is cut into shards that together are the whole and do not overlap', () => {
    const parts = ['1/3', '2/3', '3/3'].map((text) => planCells(matrix, [], { shard: parseShard(text) }));
    expect(parts.map((part) => part.length)).toEqual([2, 2, 2]);
    expect(new Set(parts.flat().map(({ cell }) => JSON.stringify(cell))).size).toBe(6);
  });

  test.each<[Choice, RegExp]>([
    [{ library: ['^1.34.0'] }, /--library: .*\^1\.34\.0/],
    [{ library: ['v1.34.7'] }, /--library: library "v1.34.7" is/],
    [{ build: ['2.3000'] }, /--build: .*2\.3000\.1032534684/],
    [{ condition: ['sunshine'] }, /--condition sunshine: .*early-sync, .*socket-drop/],
    [{ condition: ['early-sync+slow'] }, /--condition early-sync\+slow: there is no such condition as "slow"/],
    [{ flow: [''] }, /--flow: a value is empty/],
  ])('refuses %j', (choice, message) => {
    expect(() => plan(choice)).toThrow(InputError);
    expect(() => plan(choice)).toThrow(message);
  });

  test.each([0, -1, 1.5, 10_001, Number.NaN])('refuses %d repeats', (repeat) => {
    expect(() => planCells(matrix, [], { repeat })).toThrow(/--repeat .* from 1 to 10000/);
  });

  test('has of the live site what is chosen, at the build that the site serves', () => {
    const choice = { library: ['1.34.7'], flow: ['restore-to-ready', 'message-round-trip'] };
    const cells = planCells(matrix, [], { target: 'live', choice }).map(({ cell }) => cell);
    expect(cells).toEqual(
      choice.flow.map((flow) => ({
        ...{ library: '1.34.7', build: 'live', browser: 'current', flow },
        ...{ condition: 'none', switches: {}, target: 'live' },
      })),
    );
  });

  test.each([
    ['build', { build: [recent] }],
    ['condition', { condition: ['socket-drop'] }],
    ['switch', { switches: ['comms-in-worker=true'] }],
  ])('refuses --%s of the live site, which only records it', (option, choice) => {
    const plan = () => planCells(matrix, [], { target: 'live', choice });
    expect(plan).toThrow(`--${option}: on the live site it is what WhatsApp serves, and only recorded`);
  });
});

describe('an expectation', () => {
  const rules = [
    { expect: { outcome: 'passed' as const } },
    { library: ['1.25.0'], build: [recent], expect: { outcome: 'failed' as const, code: 'no-ready' } },
  ];
  const cells = planCells(matrix, rules);

  test('is what the last matching rule says', () => {
    const expectations = cells.map(({ cell, expectation }) => [cell.library, cell.build, expectation?.outcome]);
    expect(expectations).toContainEqual(['1.25.0', recent, 'failed']);
    expect(expectations).toContainEqual(['1.25.0', old, 'passed']);
  });

  test('is nothing where no rule matches or expectations are ignored', () => {
    const cell = { ...cells[0]?.cell, library: '9.9.9' } as (typeof cells)[number]['cell'];
    expect(expectationOf(cell, rules.slice(1))).toBeNull();
    expect(planCells(matrix, rules, { ignoreExpectations: true }).every(({ expectation }) => !expectation)).toBe(true);
  });
});

test.each(['0/2', '3/2', '1', '1/0', 'a/b', '1/2/3', ''])('%j is not a shard', (text) => {
  expect(() => parseShard(text)).toThrow(/--shard .* I\/N/);
});

test('conditions are joined by + in any order and are one cell', () => {
  const choice = { library: ['1.34.7'], condition: ['slow-link+early-sync', 'early-sync+slow-link'] };
  const conditions = planCells(matrix, [], { choice }).map(({ cell }) => cell.condition);
  expect(new Set(conditions)).toEqual(new Set(['early-sync+slow-link']));
});
