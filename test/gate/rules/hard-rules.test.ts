import { describe, expect, it } from 'vitest';
import { attempt, attempts, verdictOn } from '../evidence-of.ts';

const good = () => [...attempts('old', 80, 0), ...attempts('new', 80, 0)];

describe('a hard rule', () => {
  it.each([
    ['provenance-mismatch', { phase: 'launch', code: 'provenance-mismatch', blame: 'harness' }],
    ['constraint-violation', { phase: 'ready', code: 'constraint-violation', blame: 'harness' }],
    ['lost-session', { flow: 'restore-to-ready', phase: 'qr', code: 'session-lost', blame: 'library' }],
    ['probe-failure', { build: '2.3000.1044822804', phase: 'probe', code: 'probe-message', blame: 'library' }],
  ] as const)('%s blocks a candidate whose rates are perfect', (rule, finding) => {
    const verdict = verdictOn([...good(), attempt('new', { outcome: 'failed', readyMs: null, ...finding })]);
    expect(`${verdict.verdict} by ${verdict.rule}`).toBe('block by hard-rules');
    expect(verdict.hardFindings.map((found) => found.rule)).toEqual([rule]);
    expect(verdict.because[0]).toContain(
      `1 attempt of the candidate breaks the hard rule ${rule} with ${finding.code}`,
    );
  });

  it('needs all of its keys: a failed probe on a build that does not matter is counted, but is no hard finding', () => {
    const elsewhere = attempt('new', { outcome: 'failed', phase: 'probe', code: 'probe-message', blame: 'library' });
    const verdict = verdictOn([...good(), elsewhere]);
    expect(verdict.hardFindings).toEqual([]);
    expect(verdict.flows[0]?.candidate.failures).toBe(1);
  });

  it('says nothing about the baseline', () => {
    const probe = {
      outcome: 'failed',
      phase: 'probe',
      code: 'probe-wid',
      blame: 'library',
      build: '2.3000.1044822804',
    } as const;
    expect(verdictOn([...good(), attempt('old', probe)]).hardFindings).toEqual([]);
  });

  it('keeps a few examples and the number of all', () => {
    const lost = {
      outcome: 'failed',
      phase: 'qr',
      code: 'session-lost',
      blame: 'library',
      flow: 'restore-to-ready',
    } as const;
    const [finding] = verdictOn(Array.from({ length: 9 }, () => attempt('new', lost))).hardFindings;
    expect(finding?.attempts).toBe(9);
    expect(finding?.examples).toHaveLength(5);
  });
});
