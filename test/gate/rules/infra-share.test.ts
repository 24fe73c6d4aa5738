import { describe, expect, it } from 'vitest';
import { attempt, attempts, verdictOn } from '../evidence-of.ts';

const spoiled = (library: string, count: number, code = 'harness-error', outcome: 'infra' | 'failed' = 'infra') =>
  Array.from({ length: count }, () =>
    attempt(library, { outcome, phase: 'page', code, blame: 'harness', readyMs: null }),
  );

describe('attempts that the machine or the harness spoiled', () => {
  it('do not count, up to the share that the policy allows', () => {
    const verdict = verdictOn([...attempts('old', 95, 0), ...attempts('new', 95, 0), ...spoiled('new', 5)]);
    expect(verdict.verdict).toBe('promote');
    expect(verdict.because[1]).toContain('without 5 spoiled by the machine or the harness');
  });

  it('make the verdict inconclusive above it, in either arm, also where it would block', () => {
    const promoting = [...attempts('old', 94, 0), ...attempts('new', 94, 0)];
    const blocking = [...attempts('old', 94, 0), ...attempts('new', 0, 94)];
    for (const given of [promoting, blocking]) {
      for (const library of ['old', 'new']) {
        const verdict = verdictOn([...given, ...spoiled(library, 6)]);
        expect(`${verdict.verdict} by ${verdict.rule}`).toBe('inconclusive by infra-share');
        expect(verdict.because[0]).toContain('6 of 100 attempts of the');
      }
    }
  });

  it('include those whose worker was lost, though each was made again: a candidate that kills its workers has the same record', () => {
    const madeAgain = [...attempts('old', 94, 0), ...attempts('new', 94, 0), ...spoiled('new', 6, 'worker-lost')];
    expect(verdictOn(madeAgain).rule).toBe('infra-share');
  });

  it('do not include interrupted ones', () => {
    const verdict = verdictOn([
      ...attempts('old', 80, 0),
      ...attempts('new', 80, 0),
      ...spoiled('new', 20, 'interrupted'),
    ]);
    expect(verdict.verdict).toBe('promote');
    expect(verdict.flows[0]?.candidate.infra).toBe(0);
  });

  it('include failures of the harness itself, such as a name that the replica does not implement', () => {
    const verdict = verdictOn([...attempts('old', 20, 0), ...spoiled('new', 20, 'replica-stub-called', 'failed')]);
    expect(verdict.rule).toBe('infra-share');
    expect(verdict.flows[0]?.candidate).toEqual({ attempts: 0, failures: 0, infra: 20, stale: 0 });
  });
});
