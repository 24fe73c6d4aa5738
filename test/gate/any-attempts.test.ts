import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { attemptCodes } from '../../src/codes/codes.ts';
import { phases } from '../../src/codes/words.ts';
import type { JudgedAttempt } from '../../src/contracts/judged-attempt.ts';
import { truthCodes } from '../../src/contracts/policy.ts';
import type { VerdictWord } from '../../src/contracts/verdict.ts';
import { attempt, attempts, neverReady, verdictOn } from './evidence-of.ts';

const codesOfVersions = attemptCodes.filter((code) => !truthCodes.includes(code));

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
