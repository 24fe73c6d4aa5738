import { describe, expect, it } from 'vitest';
import type { JudgedAttempt } from '../../src/contracts/judged-attempt.ts';
import { verdictSchema } from '../../src/contracts/verdict.ts';
import { EvidenceCollector } from '../../src/gate/evidence-collector.ts';
import { judge } from '../../src/gate/judge.ts';
import { asOf, attempt, attempts, defaultPolicy, neverReady, verdictOn } from './evidence-of.ts';

const words = (given: JudgedAttempt[]) => {
  const { verdict, rule } = verdictOn(given);
  return `${verdict} by ${rule}`;
};

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
