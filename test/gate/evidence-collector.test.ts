import { describe, expect, it } from 'vitest';
import type { JudgedAttempt, PassedAttempts } from '../../src/contracts/judged-attempt.ts';
import type { Place } from '../../src/contracts/verdict.ts';
import type { CellEvidence } from '../../src/gate/evidence/evidence.ts';
import { EvidenceCollector, type GateQuestion, isSpoiled } from '../../src/gate/evidence-collector.ts';
import { asOf, attempt, attempts, defaultPolicy, neverReady } from './evidence-of.ts';

const build = '2.3000.1029241508';
const place: Place = {
  build,
  browser: 'current',
  flow: 'qr-to-ready',
  condition: 'none',
  switches: {},
  target: 'replica',
};
const lost = { ...neverReady, phase: 'qr', code: 'session-lost' } as const;
const newCollector = (question: Partial<GateQuestion> = {}) =>
  new EvidenceCollector({ baseline: 'old', candidate: 'new', askedAt: asOf, ...question }, defaultPolicy);
const collected = (given: JudgedAttempt[], question: Partial<GateQuestion> = {}) => {
  const collector = newCollector(question);
  for (const each of given) collector.add(each);
  return collector.evidence();
};
const cellsOf = (given: JudgedAttempt[], question: Partial<GateQuestion> = {}): CellEvidence[] =>
  collected(given, question).flows.flatMap(({ cells }) => cells);

describe('an attempt', () => {
  it('counts in the arm of its version, with its time in tenths of a millisecond', () => {
    const [cell] = cellsOf([attempt('old', { readyMs: 3000.04 }), attempt('new', { readyMs: 3100.05 })]);
    expect(cell?.place).toEqual(place);
    expect(cell?.baseline).toMatchObject({ attempts: 1, failures: 0, times: [3000] });
    expect(cell?.candidate).toMatchObject({ attempts: 1, failures: 0, times: [3100.1] });
  });

  it('takes at least a millisecond, since ratios of times need one above 0', () => {
    const times = [0, 0.96, 1, 1.04].map((readyMs) => attempt('old', { readyMs }));
    expect(cellsOf(times)[0]?.baseline.times).toEqual([1, 1, 1, 1]);
  });

  it('of another version is passed over, and so is one that was interrupted', () => {
    expect(collected([attempt('other'), attempt('new', { code: 'interrupted', outcome: 'infra' })]).flows).toEqual([]);
  });

  it('that failed has the time Infinity where ready was not reached; one that passed without a time has none', () => {
    const [cell] = cellsOf([
      attempt('old', neverReady),
      attempt('old', { ...neverReady, readyMs: 5000 }),
      attempt('old', { readyMs: null }),
    ]);
    expect(cell?.baseline).toMatchObject({ attempts: 3, failures: 2, times: [Infinity, 5000] });
  });

  it('that was spoiled is counted as such, also as one that did not run the version it names', () => {
    const spoiled = { outcome: 'infra', code: 'harness-error', blame: 'harness', readyMs: null } as const;
    const [cell] = cellsOf([
      attempt('old', spoiled),
      attempt('old', { ...spoiled, outcome: 'failed', code: 'provenance-mismatch' }),
    ]);
    expect(cell?.baseline).toMatchObject({ attempts: 0, failures: 0, infra: 2, mismatched: 1, times: [] });
  });

  it.each([
    ['failed', 'harness', true],
    ['failed', 'library', false],
    ['infra', 'browser', true],
    ['passed', null, false],
    ['passed', 'harness', false],
  ] as const)('%s with the blame of %s is spoiled: %s', (outcome, blame, isIt) => {
    expect(isSpoiled(attempt('old', { outcome, blame }))).toBe(isIt);
  });
});

describe('the time of an attempt', () => {
  const staleAt = (startedAt: string) => cellsOf([attempt('old', { startedAt })])[0]?.baseline.stale;

  it('counts from the age that the policy allows to a day after the question, both included', () => {
    expect(newCollector().period).toEqual({ since: '2026-01-03T00:00:00.000Z', until: '2026-01-11T00:00:00.000Z' });
    expect(staleAt('2026-01-03T00:00:00.000Z')).toBe(0);
    expect(staleAt('2026-01-02T23:59:59.999Z')).toBe(1);
    expect(staleAt('2026-01-11T00:00:00.000Z')).toBe(0);
    expect(staleAt('2026-01-11T00:00:00.001Z')).toBe(1);
  });

  it('may be far ahead where the attempt was made just now, but not too old', () => {
    const collector = newCollector();
    collector.add(attempt('old', { startedAt: '2026-02-01T00:00:00.000Z' }), 'baseline');
    collector.add(attempt('old', { startedAt: '2025-12-01T00:00:00.000Z' }), 'baseline');
    expect(collector.evidence().flows[0]?.cells[0]?.baseline).toMatchObject({ attempts: 1, stale: 1 });
  });

  it('of the newest that counts is that of the evidence', () => {
    const at = (startedAt: string, more: Partial<JudgedAttempt> = {}) => attempt('old', { startedAt, ...more });
    const spoiled = { outcome: 'infra', blame: 'browser' } as const;
    expect(collected([]).newestAttempt).toBeNull();
    expect(
      collected([
        at('2026-01-08T00:00:00.000Z'),
        at('2026-01-09T00:00:00.000Z'),
        at('2026-01-07T00:00:00.000Z'),
        at('2026-01-09T12:00:00.000Z', spoiled),
        at('2027-01-01T00:00:00.000Z'),
      ]).newestAttempt,
    ).toBe('2026-01-09T00:00:00.000Z');
  });
});

describe('failures of a cell', () => {
  it('are kept by phase and code, each with its newest example', () => {
    const at = (id: string, startedAt: string, more: Partial<JudgedAttempt> = {}) =>
      attempt('new', { ...neverReady, id, startedAt, ...more });
    const given = [
      at('b', '2026-01-09T00:00:00.000Z'),
      at('c', '2026-01-09T00:00:00.000Z'),
      at('a', '2026-01-08T00:00:00.000Z'),
      at('d', '2026-01-08T00:00:00.000Z', { code: 'session-lost' }),
      at('e', '2026-01-08T00:00:00.000Z', { phase: 'qr', code: 'session-lost' }),
    ];
    for (const attempts of [given, given.toReversed()]) {
      const kinds = [...(cellsOf(attempts)[0]?.candidate.failureKinds.values() ?? [])];
      expect(kinds.toSorted((x, y) => (x.example.id < y.example.id ? -1 : 1))).toEqual([
        { phase: 'ready', code: 'no-ready', attempts: 3, example: { id: 'b', startedAt: '2026-01-09T00:00:00.000Z' } },
        {
          phase: 'ready',
          code: 'session-lost',
          attempts: 1,
          example: { id: 'd', startedAt: '2026-01-08T00:00:00.000Z' },
        },
        { phase: 'qr', code: 'session-lost', attempts: 1, example: { id: 'e', startedAt: '2026-01-08T00:00:00.000Z' } },
      ]);
    }
  });
});

describe('a plan', () => {
  const planned = { ...place, build: '2.3000.1' };

  it('has its cells in the evidence before they are tried', () => {
    const [cell] = cellsOf([], { plan: [planned] });
    expect(cell?.place).toEqual(planned);
    expect(cell?.baseline.attempts).toBe(0);
  });

  it('leaves other cells outside, and names those in which the candidate fails', () => {
    const other = { build: '2.3000.2' };
    const fine = { build: '2.3000.3' };
    const old = { build: '2.3000.4' };
    const evidence = collected(
      [
        attempt('new', { ...neverReady, ...other, startedAt: '2026-01-09T12:00:00.000Z' }),
        attempt('new', fine),
        attempt('old', { ...neverReady, ...old }),
        attempt('old', { build: '2.3000.1' }),
      ],
      { plan: [planned] },
    );
    expect(evidence.flows.flatMap(({ cells }) => cells.map((cell) => cell.place.build))).toEqual(['2.3000.1']);
    expect(evidence.outside).toEqual([
      {
        place: { ...place, ...other },
        baseline: expect.objectContaining({ attempts: 0 }),
        candidate: expect.objectContaining({ attempts: 1, failures: 1 }),
      },
    ]);
    expect(evidence.newestAttempt).toBe('2026-01-09T00:00:00.000Z');
    expect(evidence.hardFindings).toEqual([]);
  });

  it('has no say in findings outside of it', () => {
    expect(collected([attempt('new', { ...lost, build: '2.3000.2' })], { plan: [planned] }).hardFindings).toEqual([]);
    expect(collected([attempt('new', { ...lost, build: '2.3000.1' })], { plan: [planned] }).hardFindings).toHaveLength(
      1,
    );
  });

  it('may grow by a cell that is expected, also after an attempt in it', () => {
    const collector = newCollector({ plan: [planned] });
    collector.add(attempt('old', { build: '2.3000.2' }));
    expect(collector.evidence().flows[0]?.cells).toHaveLength(1);
    collector.expect({ ...place, build: '2.3000.2' });
    expect(collector.evidence().flows[0]?.cells.map((cell) => cell.baseline.attempts)).toEqual([0, 1]);
  });

  it('does not appear in the evidence, while the rest of the question does', () => {
    const question = {
      newestBuild: { build, date: '2026-01-01', ageDays: 9 },
      dataEnds: { date: '2026-01-05', ageDays: 5 },
      narrowing: { flow: ['qr-to-ready'] },
      findingsBlock: true,
      target: 'replica',
    } as const;
    const evidence = collected([], { plan: [planned], ...question, narrowing: { flow: ['qr-to-ready'] } });
    expect(evidence).toMatchObject({ baseline: 'old', candidate: 'new', askedAt: asOf, ...question });
    expect(evidence).not.toHaveProperty('plan');
  });
});

describe('evidence', () => {
  it('has flows and cells by name, in whatever order the attempts came', () => {
    const given = ['2.3000.2', '2.3000.1', '2.3000.3'].flatMap((build) =>
      ['qr-to-ready@slow', 'restore-to-ready', 'qr-to-ready'].map((flow) => attempt('old', { build, flow })),
    );
    for (const attempts of [given, given.toReversed()]) {
      expect(collected(attempts).flows.map(({ flow, cells }) => [flow, cells.map(({ place }) => place.build)])).toEqual(
        [
          ['qr-to-ready', ['2.3000.1', '2.3000.2', '2.3000.3']],
          ['qr-to-ready@slow', ['2.3000.1', '2.3000.2', '2.3000.3']],
          ['restore-to-ready', ['2.3000.1', '2.3000.2', '2.3000.3']],
        ],
      );
    }
  });

  it('has cells with nothing but their place and arms', () => {
    expect(Object.keys(cellsOf([attempt('old')])[0] ?? {})).toEqual(['place', 'baseline', 'candidate']);
  });

  it('counts attempts in the cell that they name, whether or not they share its object', () => {
    const [first, second, third] = [attempt('old'), attempt('old'), attempt('old', { build: '2.3000.1' })];
    const again = { ...attempt('old'), cell: first.cell };
    expect(
      cellsOf([first, second, third, again])
        .map(({ baseline }) => baseline.attempts)
        .sort(),
    ).toEqual([1, 3]);
  });
});

describe('attempts that the store counted', () => {
  const passed = (more: Partial<PassedAttempts> = {}): PassedAttempts => ({
    cell: { ...place, library: 'new' },
    stale: 2,
    passed: 3,
    newest: '2026-01-09T10:00:00.000Z',
    readyMs: [3000, 3000.04, 0],
    ...more,
  });

  it('count as if each had been added', () => {
    const collector = newCollector();
    collector.addPassed(passed());
    collector.addPassed(passed({ cell: { ...place, library: 'old' }, newest: '2026-01-09T09:00:00.000Z' }));
    collector.addPassed(passed({ newest: '2026-01-09T08:00:00.000Z', stale: 3 }));
    const evidence = collector.evidence();
    expect(evidence.newestAttempt).toBe('2026-01-09T10:00:00.000Z');
    expect(evidence.flows[0]?.cells[0]?.candidate).toMatchObject({
      attempts: 6,
      failures: 0,
      stale: 5,
      times: [3000, 3000, 1, 3000, 3000, 1],
    });
    expect(evidence.flows[0]?.cells[0]?.baseline).toMatchObject({ attempts: 3, stale: 2 });
  });

  it('make no cell where there are none, but do where all are stale', () => {
    const collector = newCollector();
    collector.addPassed(passed({ stale: 0, passed: 0, newest: null, readyMs: [] }));
    expect(collector.evidence().flows).toEqual([]);
    collector.addPassed(passed({ stale: 1, passed: 0, newest: null, readyMs: [] }));
    expect(collector.evidence()).toMatchObject({ newestAttempt: null });
    expect(collector.evidence().flows[0]?.cells[0]?.candidate).toMatchObject({ attempts: 0, stale: 1 });
  });

  it('are not the newest outside of the plan', () => {
    const collector = newCollector({ plan: [{ ...place, build: '2.3000.1' }] });
    collector.addPassed(passed());
    expect(collector.evidence().newestAttempt).toBeNull();
  });
});

describe('a finding that belongs to no rate', () => {
  it('is kept with the rule that it breaks, and counted in its cell where there is one', () => {
    const collector = newCollector();
    collector.addFinding(attempt('new', lost));
    expect(collector.evidence()).toMatchObject({ flows: [], hardFindings: [{ rule: 'lost-session', attempts: 1 }] });
    collector.add(attempt('new'));
    collector.addFinding(attempt('new', lost));
    expect(collector.evidence().flows[0]?.cells[0]?.candidate).toMatchObject({
      attempts: 1,
      failures: 0,
      findings: { 'lost-session': 1 },
    });
  });

  it.each([
    ['another version', { library: 'other' }],
    ['an older time', { startedAt: '2026-01-02T23:59:59.999Z' }],
    ['a time that is more than a day ahead', { startedAt: '2026-01-11T00:00:00.001Z' }],
  ])('is passed over with %s', (_, { library = 'new', ...more }: { library?: string; startedAt?: string }) => {
    const collector = newCollector();
    collector.addFinding(attempt(library, { ...lost, ...more }));
    expect(collector.evidence().hardFindings).toEqual([]);
  });

  it.each(['2026-01-03T00:00:00.000Z', '2026-01-11T00:00:00.000Z'])('counts at %s', (startedAt) => {
    const collector = newCollector();
    collector.addFinding(attempt('new', { ...lost, startedAt }));
    expect(collector.evidence().hardFindings).toHaveLength(1);
  });

  it('of the baseline is counted beside that of the candidate', () => {
    const collector = newCollector();
    for (const library of ['new', 'old', 'old']) collector.addFinding(attempt(library, lost));
    expect(collector.evidence().hardFindings).toMatchObject([{ attempts: 1, baselineAttempts: 2 }]);
  });
});

describe('a version that is compared with itself', () => {
  const same = { baseline: 'old', candidate: 'old' };

  it('has the attempts of each cell dealt in turn by the time at which they began', () => {
    const at = (hour: number, more = {}) => attempt('old', { startedAt: `2026-01-09T0${hour}:00:00.000Z`, ...more });
    const given = [
      at(3, { readyMs: 30 }),
      at(1, { readyMs: 10 }),
      at(2, { readyMs: 20 }),
      at(4, { build: '2.3000.1' }),
    ];
    const cells = cellsOf(given, same);
    expect(cells.map(({ baseline, candidate }) => [baseline.times, candidate.times])).toEqual([
      [[expect.any(Number)], []],
      [[10, 30], [20]],
    ]);
  });

  it('deals by time before ids', () => {
    const given = ['b', 'a'].map((id, i) =>
      attempt('old', { id, startedAt: `2026-01-09T0${i}:00:00.000Z`, readyMs: 10 * (i + 1) }),
    );
    for (const attempts of [given, given.toReversed()]) {
      expect(cellsOf(attempts, same).map(({ baseline, candidate }) => [baseline.times, candidate.times])).toEqual([
        [[10], [20]],
      ]);
    }
  });

  it('deals attempts that began together by their ids', () => {
    const given = ['b', 'a', 'c'].map((id, i) => attempt('old', { id, readyMs: 10 * (i + 1) }));
    for (const attempts of [given, given.toReversed()]) {
      expect(cellsOf(attempts, same).map(({ baseline, candidate }) => [baseline.times, candidate.times])).toEqual([
        [[20, 30], [10]],
      ]);
    }
  });

  it('keeps the arm that an attempt was made for, and goes on dealing', () => {
    const collector = newCollector(same);
    collector.add(attempt('old'), 'candidate');
    collector.add(attempt('old'));
    expect(collector.evidence().flows[0]?.cells[0]).toMatchObject({
      baseline: { attempts: 1 },
      candidate: { attempts: 1 },
    });
    collector.add(attempt('old'));
    expect(collector.evidence().flows[0]?.cells[0]).toMatchObject({
      baseline: { attempts: 1 },
      candidate: { attempts: 2 },
    });
  });

  it('shows what one arm does in the other too', () => {
    const [cell] = cellsOf([attempt('old', lost)], same);
    expect(cell?.baseline.findings).toEqual({ 'lost-session': 1 });
    expect(cell?.candidate.findings).toEqual({ 'lost-session': 1 });
    expect(collected([attempt('old', lost)], same).hardFindings).toMatchObject([{ attempts: 1, baselineAttempts: 1 }]);
  });

  it('does not have a clock that is ahead of the question by more than a day', () => {
    expect(cellsOf([attempt('old', { startedAt: '2026-02-01T00:00:00.000Z' })], same)[0]?.baseline.stale).toBe(1);
  });
});

it('two versions count their findings apart', () => {
  const [cell] = cellsOf([...attempts('old', 1, 0), attempt('new', lost), attempt('new', lost)]);
  expect(cell?.baseline.findings).toEqual({});
  expect(cell?.candidate.findings).toEqual({ 'lost-session': 2 });
});
