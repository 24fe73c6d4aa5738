import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { attemptCodes } from '../../src/codes/codes.ts';
import { phases } from '../../src/codes/words.ts';
import type { JudgedAttempt } from '../../src/contracts/judged-attempt.ts';
import { truthCodes } from '../../src/contracts/policy.ts';
import { type VerdictWord, verdictSchema } from '../../src/contracts/verdict.ts';
import { EvidenceCollector } from '../../src/gate/evidence-collector.ts';
import { judge } from '../../src/gate/judge.ts';
import { asOf, attempt, attempts, defaultPolicy, neverReady, verdictOn } from './evidence-of.ts';

const words = (given: JudgedAttempt[]) => {
  const { verdict, rule } = verdictOn(given);
  return `${verdict} by ${rule}`;
};

const codesOfVersions = attemptCodes.filter((code) => !truthCodes.includes(code));

describe('a verdict', () => {
  it('promotes a candidate that is as good', () => {
    const verdict = verdictOn([...attempts('old', 79, 1), ...attempts('new', 79, 1)]);
    expect(verdict.verdict).toBe('promote');
    expect(verdict.because[0]).toMatch(
      /^qr-to-ready: baseline 79 of 80, candidate 79 of 80, a loss of 0 points; the loss is surely below [\d.]+ and so inside the margin of 10\.$/,
    );
    expect(verdict.because[1]).toBe(
      'It rests on 80 attempts of the baseline and 80 of the candidate in 1 cell of 1 flow.',
    );
  });

  it('blocks plain breakage after four attempts per arm', () => {
    expect(words([...attempts('old', 3, 0), ...attempts('new', 0, 3)])).toBe('inconclusive by success-rate');
    expect(words([...attempts('old', 4, 0), ...attempts('new', 0, 4)])).toBe('block by fast-path');
  });

  it('blocks a loss that is not by chance and reaches beyond the margin', () => {
    expect(words([...attempts('old', 158, 2), ...attempts('new', 130, 30)])).toBe('block by success-rate');
  });

  it('never blocks for one failure, however many attempts of the baseline passed', () => {
    const sick = attempts('new', 0, 1);
    for (const others of [0, 1, 4, 9, 19, 49, 99]) {
      const given = [...attempts('old', 2_000, 0), ...attempts('new', others, 0), ...sick];
      expect(verdictOn(given).verdict, `1 of ${others + 1}`).not.toBe('block');
    }
  });

  it('blocks a candidate that always fails after three attempts beside many of the baseline', () => {
    expect(words([...attempts('old', 2_000, 0), ...attempts('new', 0, 3)])).toBe('block by fast-path');
  });

  it('promotes a loss that is not by chance but inside the margin', () => {
    const verdict = verdictOn([...attempts('old', 2000, 0), ...attempts('new', 1940, 60)]);
    expect(verdict.flows[0]?.loss?.lower).toBeGreaterThan(0);
    expect(verdict.verdict).toBe('promote');
  });

  it('is inconclusive at the cap when both are still possible, and says so', () => {
    const verdict = verdictOn([...attempts('old', 155, 5), ...attempts('new', 145, 15)]);
    expect(verdict.verdict).toBe('inconclusive');
    expect(verdict.because[0]).toContain('after 160 attempts per arm, the cap.');
  });

  it('judges by rates only from the first look on', () => {
    expect(words([...attempts('old', 9, 0), ...attempts('new', 9, 0)])).toBe('inconclusive by success-rate');
    expect(verdictOn([...attempts('old', 9, 0), ...attempts('new', 9, 0)]).flows[0]?.look).toEqual({
      reached: null,
      next: 10,
    });
  });

  it('blocks when one cell among many is broken, though the pooled loss would be inside the margin', () => {
    const cells = Array.from({ length: 24 }, (_, i) => ({ build: `2.3000.${1000 + i}` }));
    const given = cells.flatMap((cell, i) => [
      ...attempts('old', 40, 0, cell),
      ...(i === 7 ? attempts('new', 20, 20, cell) : attempts('new', 40, 0, cell)),
    ]);
    const verdict = verdictOn(given);
    expect(verdict.flows[0]?.loss?.upper).toBeLessThan(10);
    expect(`${verdict.verdict} by ${verdict.rule}`).toMatch(/^block by (cells|fast-path)$/);
    expect(verdict.flows[0]?.cells.filter((cell) => cell.worse).map((cell) => cell.place.build)).toEqual([
      '2.3000.1007',
    ]);
  });

  it('holds a candidate back that never worked in a cell in which the baseline does, however good it is elsewhere', () => {
    const cells = Array.from({ length: 6 }, (_, i) => ({ build: `2.3000.${1000 + i}` }));
    const given = cells.flatMap((cell, i) =>
      i === 0
        ? [...attempts('old', 1, 2, cell), ...attempts('new', 0, 3, cell)]
        : [...attempts('old', 16, 0, cell), ...attempts('new', 16, 0, cell)],
    );
    const verdict = verdictOn(given);
    expect(`${verdict.verdict} by ${verdict.rule}`).toBe('inconclusive by cells');
    expect(verdict.because[0]).toBe(
      'qr-to-ready: The candidate would be promoted, but it looks worse on 2.3000.1000 (baseline 1 of 3, candidate 0 of 3): more attempts there will tell.',
    );
    expect(verdict.notices.map(({ sentence }) => sentence)).toEqual([
      'The baseline works on 1 build on which the candidate did not once: 2.3000.1000.',
    ]);
  });

  it('is not taken in by arms that are unevenly spread over builds on which everything and nothing works', () => {
    const [easy, hard] = [{ build: '2.3000.1' }, { build: '2.3000.2' }];
    const given = [
      ...attempts('old', 20, 0, easy),
      ...attempts('new', 2, 0, easy),
      ...attempts('old', 0, 4, hard),
      ...attempts('new', 0, 40, hard),
    ];
    expect(words(given)).toBe('inconclusive by success-rate');
  });

  it('promotes over cells in which neither version works', () => {
    const broken = { build: '2.3000.1' };
    const given = [
      ...attempts('old', 0, 80, broken),
      ...attempts('new', 0, 80, broken),
      ...attempts('old', 80, 0),
      ...attempts('new', 80, 0),
    ];
    expect(words(given)).toBe('promote by success-rate');
  });

  it('needs every flow to be promoted, and blocks when one is blocked', () => {
    const fine = [...attempts('old', 80, 0), ...attempts('new', 80, 0)];
    const other = { flow: 'restore-to-ready' };
    expect(words([...fine, ...attempts('old', 12, 0, other), ...attempts('new', 12, 0, other)])).toBe(
      'inconclusive by success-rate',
    );
    expect(words([...fine, ...attempts('old', 80, 0, other), ...attempts('new', 0, 80, other)])).toBe(
      'block by fast-path',
    );
  });

  it('has the shape of its contract', () => {
    const verdict = verdictOn([
      ...attempts('old', 40, 1),
      ...attempts('new', 20, 3),
      attempt('new', { outcome: 'infra' }),
    ]);
    expect(verdictSchema.parse(JSON.parse(JSON.stringify(verdict)))).toEqual(verdict);
  });

  it('names its policy and the hash of what the policy says', () => {
    const given = attempts('old', 1, 0);
    const { policy } = verdictOn(given);
    expect(policy.name).toBe('default');
    expect(policy.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(verdictOn(given, { ...defaultPolicy, $schema: 'policy.schema.json' }).policy).toEqual(policy);
    expect(verdictOn(given, { ...defaultPolicy, maxAgeHours: 1 }).policy.sha256).not.toBe(policy.sha256);
  });
});

describe('the same version in both arms', () => {
  it('has its attempts dealt in turn', () => {
    const collector = new EvidenceCollector({ baseline: 'old', candidate: 'old', askedAt: asOf }, defaultPolicy);
    for (const each of attempts('old', 161, 0)) collector.add(each);
    const verdict = judge(collector.evidence(), defaultPolicy);
    expect(verdict.flows[0]?.baseline.attempts).toBe(81);
    expect(verdict.flows[0]?.candidate.attempts).toBe(80);
    expect(verdict.verdict).toBe('promote');
  });

  it('gives the same verdict in whatever order its attempts come', () => {
    const given = Array.from({ length: 4 }, (_, i) =>
      attempt('old', {
        startedAt: `2026-01-09T00:0${i}:00.000Z`,
        ...(i === 3 ? { ...neverReady, code: 'session-lost' } : {}),
      }),
    );
    const verdicts = [given, given.toReversed()].map((attempts) => {
      const collector = new EvidenceCollector({ baseline: 'old', candidate: 'old', askedAt: asOf }, defaultPolicy);
      for (const each of attempts) collector.add(each);
      return JSON.stringify(judge(collector.evidence(), defaultPolicy));
    });
    expect(verdicts[0]).toBe(verdicts[1]);
    expect(verdicts[0]).toContain('"effect":"compared"');
  });
});

describe('for any attempts', () => {
  const anyAttempt = fc
    .record({
      library: fc.constantFrom('old', 'new'),
      build: fc.constantFrom('2.3000.1', '2.3000.2', '2.3000.1044822804'),
      kind: fc.constantFrom('passed', 'passed', 'passed', 'failed', 'infra', 'stale'),
    })
    .map(({ library, build, kind }) => {
      if (kind === 'failed') return attempt(library, { build, ...neverReady });
      if (kind === 'infra')
        return attempt(library, { build, outcome: 'infra', code: 'harness-error', blame: 'harness', readyMs: null });
      return attempt(library, { build, ...(kind === 'stale' ? { startedAt: '2025-11-01T00:00:00.000Z' } : {}) });
    });
  const many = fc.array(anyAttempt, { minLength: 0, maxLength: 400 });

  it('the verdict is the same bytes again, in whatever order they come', () => {
    fc.assert(
      fc.property(many, fc.infiniteStream(fc.nat()), (given, keys) => {
        const shuffled = given.map((each) => ({ each, key: keys.next().value })).sort((a, b) => a.key - b.key);
        expect(JSON.stringify(verdictOn(shuffled.map(({ each }) => each)))).toBe(JSON.stringify(verdictOn(given)));
      }),
      { numRuns: 60 },
    );
  });

  const order: Record<VerdictWord, number> = { block: 0, inconclusive: 1, promote: 2 };

  it('one more failure of the candidate never helps', () => {
    const counts = fc.record({ attempts: fc.integer({ min: 1, max: 200 }), failures: fc.integer({ min: 0, max: 60 }) });
    fc.assert(
      fc.property(counts, counts, (old, fresh) => {
        const baseline = attempts('old', Math.max(0, old.attempts - old.failures), old.failures);
        const candidate = attempts('new', Math.max(0, fresh.attempts - fresh.failures), fresh.failures);
        const before = verdictOn([...baseline, ...candidate]);
        const after = verdictOn([...baseline, ...candidate, attempt('new', neverReady)]);
        // Only at the first look, and where a candidate without a failure could be promoted first, more attempts allow a verdict at all.
        const pairs = [before, after].map(({ flows }) => flows[0]?.pairs ?? 0);
        for (const step of [10, 53]) fc.pre(pairs[0] === pairs[1] || pairs[1] !== step);
        expect(order[after.verdict]).toBeLessThanOrEqual(order[before.verdict]);
      }),
      { numRuns: 400 },
    );
  });

  it('a pass that turns into a failure of the candidate never helps', () => {
    fc.assert(
      fc.property(many, (given) => {
        const index = given.findIndex(
          ({ cell, outcome, startedAt }) => cell.library === 'new' && outcome === 'passed' && startedAt > '2026',
        );
        fc.pre(index !== -1);
        const worse = given.with(index, { ...(given[index] as JudgedAttempt), ...neverReady });
        expect(order[verdictOn(worse).verdict]).toBeLessThanOrEqual(order[verdictOn(given).verdict]);
      }),
      { numRuns: 200 },
    );
  });

  /** Whatever a store may hold: each code that is about a version, in any phase, on any build. */
  const anyOfVersion = fc
    .record({
      build: fc.constantFrom('2.3000.1', '2.3000.2', '2.3000.1044822804'),
      flow: fc.constantFrom('qr-to-ready', 'restore-to-ready'),
      condition: fc.constantFrom('none', 'slow-cpu'),
      phase: fc.constantFrom(...phases),
      code: fc.constantFrom(...codesOfVersions),
      kind: fc.constantFrom('passed', 'passed', 'failed', 'failed', 'infra', 'stale'),
      readyMs: fc.option(fc.integer({ min: 1, max: 60_000 })),
    })
    .map(({ kind, build, flow, condition, phase, code, readyMs }) => {
      const place = { build, flow, condition };
      if (kind === 'passed') return { ...place, readyMs };
      if (kind === 'stale') return { ...place, startedAt: '2025-11-01T00:00:00.000Z' };
      return { ...place, outcome: kind, phase, code, blame: 'library', readyMs } as const;
    });

  it('a version is not blocked against itself on the same attempts, unless by a rule about truth', () => {
    fc.assert(
      fc.property(fc.array(anyOfVersion, { maxLength: 300 }), (given) => {
        const verdict = verdictOn(given.flatMap((each) => [attempt('old', each), attempt('new', each)]));
        expect(verdict.verdict).not.toBe('block');
        const untrue = { outcome: 'infra', phase: 'launch', code: 'provenance-mismatch', blame: 'harness' } as const;
        const both = [attempt('old', untrue), attempt('new', untrue)];
        const again = [...given.flatMap((each) => [attempt('old', each), attempt('new', each)]), ...both];
        expect(verdictOn(again)).toMatchObject({ verdict: 'block', rule: 'hard-rules' });
      }),
      { numRuns: 200 },
    );
  });
});
