import { describe, expect, it } from 'vitest';
import { effectOf, findingsHold } from '../../../src/gate/rules/hard-rules.ts';
import { armOf, cellOf, placeOf } from '../cell-of.ts';
import { attempt, attempts, defaultPolicy, verdictOn } from '../evidence-of.ts';

const newest = '2.3000.1044822804';
const lost = { outcome: 'failed', phase: 'qr', code: 'session-lost', blame: 'library', readyMs: null } as const;
const deaf = { outcome: 'failed', phase: 'probe', code: 'probe-message', blame: 'library', readyMs: null } as const;

/** So many attempts that end like that. */
const repeated = (library: string, count: number, more: Parameters<typeof attempt>[1]) =>
  Array.from({ length: count }, () => attempt(library, more));

const good = (more: Parameters<typeof attempt>[1] = {}) => [
  ...attempts('old', 80, 0, more),
  ...attempts('new', 80, 0, more),
];

const words = (given: Parameters<typeof verdictOn>[0]) => {
  const { verdict, rule } = verdictOn(given);
  return `${verdict} by ${rule}`;
};

describe('a hard rule about truth', () => {
  it.each([
    ['provenance-mismatch', { phase: 'launch', code: 'provenance-mismatch', blame: 'harness' }],
    ['constraint-violation', { phase: 'ready', code: 'constraint-violation', blame: 'harness' }],
  ] as const)('%s blocks a candidate whose rates are perfect, whatever the baseline shows', (rule, finding) => {
    const found = { outcome: 'failed', readyMs: null, ...finding } as const;
    for (const more of [[], [attempt('old', found)]]) {
      const verdict = verdictOn([...good(), attempt('new', found), ...more]);
      expect(`${verdict.verdict} by ${verdict.rule}`).toBe('block by hard-rules');
      expect(verdict.hardFindings).toMatchObject([{ rule, effect: 'blocks', baselineAttempts: more.length }]);
      expect(verdict.because[0]).toContain(
        `1 attempt of the candidate breaks the hard rule ${rule} with ${finding.code}`,
      );
    }
  });
});

describe.each([
  ['lost-session', lost, {}],
  ['probe-failure', deaf, { build: newest }],
] as const)('the hard rule %s, about what a version does', (rule, finding, place) => {
  const found = { ...finding, ...place };

  it('keeps a candidate from being promoted where the baseline works and does not show it', () => {
    const verdict = verdictOn([...good(place), attempt('new', found)]);
    expect(`${verdict.verdict} by ${verdict.rule}`).toBe('inconclusive by hard-rules');
    expect(verdict.hardFindings).toMatchObject([{ rule, effect: 'held', attempts: 1, baselineAttempts: 0 }]);
    expect(verdict.because[0]).toMatch(
      `qr-to-ready: 1 of 81 attempts of the candidate break the hard rule ${rule} on `,
    );
  });

  it('blocks at once where the policy says so, but not where the baseline shows it or was not tried', () => {
    const strict = { ...defaultPolicy, hardRules: defaultPolicy.hardRules.map((its) => ({ ...its, atOnce: true })) };
    const said = (given: Parameters<typeof verdictOn>[0]) => verdictOn(given, strict).verdict;
    expect(said([...good(place), attempt('new', found)])).toBe('block');
    expect(said([...good(place), attempt('new', found), attempt('old', found)])).toBe('promote');
    expect(said([...good({ build: '2.3000.1' }), attempt('new', { ...found, build: newest })])).toBe('inconclusive');
  });

  it('blocks where the rates say that it is not by chance', () => {
    expect(words([...attempts('old', 4, 0, place), ...repeated('new', 4, found)])).toBe('block by hard-rules');
  });

  it('leaves it to the rates where the baseline shows it too', () => {
    const verdict = verdictOn([...good(place), attempt('new', found), attempt('old', found)]);
    expect(verdict.verdict).toBe('promote');
    expect(verdict.hardFindings).toMatchObject([{ rule, effect: 'compared', baselineAttempts: 1 }]);
    expect(verdict.notices).toMatchObject([{ kind: 'hard-finding-shared' }]);
  });

  it('leaves it to the rates where the baseline does not work, having failed before it could show it', () => {
    const elsewhere = { build: '2.3000.1044822804', flow: 'qr-to-ready' };
    const verdict = verdictOn([
      ...good({ build: '2.3000.1' }),
      ...attempts('old', 0, 13, elsewhere),
      ...repeated('new', 4, { ...finding, ...elsewhere }),
    ]);
    expect(verdict.verdict).toBe('promote');
    expect(verdict.hardFindings).toMatchObject([{ rule, effect: 'compared' }]);
  });

  it('decides nothing where the baseline was never tried', () => {
    const verdict = verdictOn([...good({ build: '2.3000.1' }), attempt('new', { ...found, build: newest })]);
    expect(`${verdict.verdict} by ${verdict.rule}`).toBe('inconclusive by hard-rules');
    expect(verdict.hardFindings).toMatchObject([{ rule, effect: 'untried' }]);
    expect(verdict.because[0]).toContain('where the baseline was never tried');
  });

  it('says nothing about the baseline', () => {
    expect(verdictOn([...good(place), attempt('old', found)]).hardFindings).toEqual([]);
  });

  it('keeps a few examples and the number of all', () => {
    const [its] = verdictOn(repeated('new', 9, found)).hardFindings;
    expect(its?.attempts).toBe(9);
    expect(its?.examples).toHaveLength(5);
  });
});

it('a hard rule needs all of its keys: a failed probe on a build that does not matter is counted, but is no hard finding', () => {
  const verdict = verdictOn([...good(), attempt('new', deaf)]);
  expect(verdict.hardFindings).toEqual([]);
  expect(verdict.flows[0]?.candidate.failures).toBe(1);
});

it('an attempt that passed breaks no hard rule, whatever its code', () => {
  expect(verdictOn([...good(), attempt('new', { code: 'session-lost' })]).hardFindings).toEqual([]);
});

it('a rule that blocks at once leaves the others as they are', () => {
  const hardRules = defaultPolicy.hardRules.map((rule) => ({ ...rule, atOnce: rule.name !== 'lost-session' }));
  const verdict = verdictOn([...good(), attempt('new', lost)], { ...defaultPolicy, hardRules });
  expect(verdict.hardFindings).toMatchObject([{ rule: 'lost-session', effect: 'held' }]);
});

it('a finding that the baseline shows is compared, also where no cell is known', () => {
  const finding = {
    ...{ rule: 'lost-session', attempts: 1, examples: [], place: placeOf(1), code: 'session-lost', cellKey: 'none' },
  };
  const none = { flows: [] };
  expect(effectOf({ ...finding, baselineAttempts: 1 }, none, defaultPolicy.hardRules)).toBe('compared');
  expect(effectOf({ ...finding, baselineAttempts: 0 }, none, defaultPolicy.hardRules)).toBe('untried');
});

it('a finding holds where the candidate shows it and the baseline, which works, does not', () => {
  const findings = { rule: 1 };
  const [shown, works] = [armOf([8, 9], { findings }), armOf([8, 9])];
  expect(findingsHold(cellOf(1, works, shown), 'rule')).toBe(true);
  expect(findingsHold(cellOf(1, works, shown), 'other')).toBe(false);
  expect(findingsHold(cellOf(1, shown, shown), 'rule')).toBe(false);
  expect(findingsHold(cellOf(1, armOf([0, 9]), shown), 'rule')).toBe(false);
});

it('findings come by rule, place and code, with the first ids as examples, in whatever order the attempts came', () => {
  const given = [
    ...repeated('new', 7, { ...lost, build: '2.3000.2' }),
    attempt('new', { ...deaf, build: newest }),
    attempt('new', { ...deaf, build: newest, code: 'probe-wid' }),
    attempt('new', { ...lost, build: '2.3000.1' }),
  ];
  const ids = given.slice(0, 5).map(({ id }) => id);
  for (const attempts of [given, given.toReversed()]) {
    const { hardFindings } = verdictOn(attempts);
    expect(hardFindings.map(({ rule, place, code }) => [rule, place.build, code])).toEqual([
      ['lost-session', '2.3000.1', 'session-lost'],
      ['lost-session', '2.3000.2', 'session-lost'],
      ['probe-failure', newest, 'probe-message'],
      ['probe-failure', newest, 'probe-wid'],
    ]);
    expect(hardFindings[1]).toMatchObject({ attempts: 7, examples: ids });
    expect(hardFindings[0]).not.toHaveProperty('cellKey');
  }
});

describe('in a rollout, of which one cell has all builds', () => {
  const rollout = { flow: 'restore', build: 'live', target: 'live', ranOn: newest } as const;
  const judged = (given: Parameters<typeof verdictOn>[0], atOnce?: boolean) => {
    const hardRules = defaultPolicy.hardRules.map((rule) => (atOnce === undefined ? rule : { ...rule, atOnce }));
    const verdict = verdictOn(given, { ...defaultPolicy, hardRules }, { findingsBlock: true });
    return [verdict.verdict, verdict.hardFindings[0]?.effect, verdict.hardFindings[0]?.place.build];
  };

  it('one finding blocks where the baseline works, or was not tried', () => {
    expect(judged([...good(rollout), attempt('new', { ...deaf, ...rollout })])).toEqual(['block', 'blocks', newest]);
    expect(judged([attempt('new', { ...deaf, ...rollout })])).toEqual(['block', 'blocks', newest]);
  });

  it('but not where the baseline shows it too, or the rule says otherwise', () => {
    const both = [attempt('new', { ...deaf, ...rollout }), attempt('old', { ...deaf, ...rollout })];
    expect(judged([...good(rollout), ...both])).toEqual(['promote', 'compared', newest]);
    expect(judged([...good(rollout), attempt('new', { ...deaf, ...rollout })], false)).toEqual([
      'inconclusive',
      'held',
      newest,
    ]);
  });
});
