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

describe('why a verdict is what it is', () => {
  const because = (...given: Parameters<typeof verdictOn>) => verdictOn(...given).because;
  const both = (passed: number, more: Parameters<typeof attempts>[3] = {}) => [
    ...attempts('old', passed, 0, more),
    ...attempts('new', passed, 0, more),
  ];
  const other = { flow: 'restore-to-ready' };

  it('says what was asked for where there is no attempt', () => {
    expect(because([])).toEqual(['There is no attempt of either version.', 'It rests on 0 attempts.']);
    expect(because([], undefined, { narrowing: { flow: ['a', 'b'], build: ['2.3000.1'] }, target: 'live' })[0]).toBe(
      'There is no attempt of either version with flow a or b and build 2.3000.1 and target live.',
    );
    const plan = [
      { build: '2.3000.1', browser: 'current', flow: 'f', condition: 'none', switches: {}, target: 'replica' } as const,
    ];
    expect(verdictOn([], undefined, { plan })).toMatchObject({
      rule: 'missing-data',
      because: ['There is no attempt of either version.', 'It rests on 0 attempts.'],
    });
    expect(
      because(both(80, { flow: 'f', build: '2.3000.2' }), undefined, {
        plan: [...plan, { ...plan[0], build: '2.3000.2' }] as typeof plan,
      })[0],
    ).toBe('f: Neither version was tried on 2.3000.1.');
  });

  it('says what it rests on: attempts, cells and flows, and how many of these would be promoted', () => {
    expect(because([...both(80), ...both(12, other)])[1]).toBe(
      'It rests on 92 attempts of the baseline and 92 of the candidate in 2 cells of 2 flows, of which 1 would be promoted.',
    );
    expect(because([...both(80), ...both(80, other)])[1]).toContain('2 flows, of which 2 would be promoted.');
    expect(because(attempts('old', 1, 0))[1]).toBe(
      'It rests on 1 attempt of the baseline and 0 of the candidate in 1 cell of 1 flow.',
    );
    expect(because(attempts('new', 2, 0))[1]).toBe(
      'It rests on 0 attempts of the baseline and 2 of the candidate in 1 cell of 1 flow.',
    );
  });

  it('says in how many cells the baseline works, where some are closed', () => {
    const dead = { build: '2.3000.1' };
    expect(because([...both(80), ...attempts('old', 0, 13, dead), ...attempts('new', 0, 4, dead)])[1]).toBe(
      'It rests on 93 attempts of the baseline and 84 of the candidate in 2 cells of 1 flow (the baseline works in 1 of them).',
    );
  });

  it('says what was left out, of both arms', () => {
    const spoiled = { outcome: 'infra', code: 'harness-error', blame: 'harness' } as const;
    const old = { startedAt: '2025-12-01T00:00:00.000Z' };
    expect(because([...both(80), attempt('old', spoiled), attempt('new', spoiled), attempt('new', spoiled)])[1]).toBe(
      'It rests on 80 attempts of the baseline and 80 of the candidate in 1 cell of 1 flow, without 3 spoiled by the machine or the harness.',
    );
    expect(because([...both(80), attempt('old', old), attempt('new', old), attempt('new', spoiled)])[1]).toMatch(
      /, without 1 spoiled by the machine or the harness and 2 not of the last 168 h\.$/,
    );
  });

  it('names the first of several findings about truth, and counts the others', () => {
    const untrue = { outcome: 'failed', phase: 'launch', code: 'provenance-mismatch', blame: 'harness' } as const;
    const sentence = (...given: Parameters<typeof verdictOn>[0]) => because([...both(80), ...given])[0];
    expect(sentence(attempt('new', untrue))).toBe(
      '1 attempt of the candidate breaks the hard rule provenance-mismatch with provenance-mismatch: qr-to-ready on 2.3000.1029241508.',
    );
    expect(sentence(attempt('new', untrue), attempt('new', untrue))).toContain(
      '2 attempts of the candidate break the hard rule',
    );
    const places = ['2.3000.1', '2.3000.2'].map((build) => attempt('new', { ...untrue, build }));
    expect(sentence(...places)).toMatch(/: qr-to-ready on 2\.3000\.1, and 1 more such finding\.$/);
  });

  it('names no code where a finding has none', () => {
    const policy = { ...defaultPolicy, hardRules: [{ name: 'no-probe', phases: ['probe' as const], atOnce: true }] };
    const silent = { outcome: 'failed', phase: 'probe', code: null, blame: 'library' } as const;
    expect(because([...both(80), attempt('new', silent)], policy)[0]).toBe(
      '1 attempt of the candidate breaks the hard rule no-probe: qr-to-ready on 2.3000.1029241508.',
    );
  });

  it('is that of the flow that came closest to its margin, where all are promoted', () => {
    expect(because([...both(80), ...both(60, other)])[0]).toMatch(/^restore-to-ready: baseline 60 of 60/);
    expect(because([...both(60), ...both(80, other)])[0]).toMatch(/^qr-to-ready: baseline 60 of 60/);
    expect(because([...both(60), ...both(60, other)])[0]).toMatch(/^qr-to-ready: /);
  });

  it('is that of the flow that is blocked before one that is undecided, and a gap in what was asked for between them', () => {
    const broken = [...attempts('old', 20, 0, other), ...attempts('new', 0, 20, other)];
    const narrowing = { build: ['2.3000.1029241508', '2.3000.7'] };
    expect(verdictOn([...both(12), ...broken], undefined, { narrowing })).toMatchObject({
      verdict: 'block',
      rule: 'fast-path',
    });
    expect(because([...both(12), ...broken])[0]).toMatch(/^restore-to-ready: /);
    expect(because([...both(12)], undefined, { narrowing })[0]).toBe(
      'There is no attempt of either version with build 2.3000.7.',
    );
  });

  it('is the newest build on which neither version works, where the policy refuses that', () => {
    const dead = { build: '2.3000.9999999999' };
    const given = [...both(80), ...attempts('old', 0, 13, dead), ...attempts('new', 0, 13, dead)];
    const refusing = { ...defaultPolicy, deadCells: { ...defaultPolicy.deadCells, newestBuild: 'refuse' as const } };
    expect(verdictOn(given).verdict).toBe('promote');
    expect(because(given, refusing)[0]).toBe(
      'Neither version works on the newest build 2.3000.9999999999, which the policy refuses.',
    );
    expect(verdictOn(both(80), refusing).verdict).toBe('promote');
    const older = { build: '2.3000.1' };
    const olderDead = [...both(80), ...attempts('old', 0, 13, older), ...attempts('new', 0, 13, older)];
    expect(verdictOn(olderDead, refusing).verdict).toBe('promote');
  });
});

describe('a verdict on its question', () => {
  it('says when it was asked, and when the newest attempt that counts began', () => {
    expect(verdictOn([])).toMatchObject({ askedAt: asOf, asOf, baseline: 'old', candidate: 'new' });
    expect(verdictOn(attempts('old', 1, 0))).toMatchObject({ askedAt: asOf, asOf: '2026-01-09T00:00:00.000Z' });
  });

  it('has what is known of the data, and what was left out on purpose', () => {
    const newestBuild = { build: '2.3000.1', date: null, ageDays: null };
    const dataEnds = { date: '2026-01-05', ageDays: 5 };
    const asked = verdictOn([], undefined, { newestBuild, dataEnds, narrowing: { flow: ['f'] } });
    expect(asked).toMatchObject({ newestBuild, dataEnds, narrowing: { flow: ['f'] } });
    const plain = verdictOn([]);
    expect(plain).toMatchObject({ newestBuild: null, dataEnds: null });
    expect(plain).not.toHaveProperty('narrowing');
  });
});
