import { describe, expect, it } from 'vitest';
import type { Attempt, Span } from '../../src/contracts/attempt.ts';
import { judgedAttempts, stagedFlow } from '../../src/contracts/stages.ts';
import { exampleCell, failedAttempt, passedAttempt } from '../fixtures/example-run.ts';

const cell = exampleCell({ flow: stagedFlow });
const link = ['launch', 'page', 'qr', 'scan', 'authenticated', 'ready', 'probe'] as const;
const restore = ['close', 'launch', 'page', 'authenticated', 'ready', 'probe'] as const;

/** Spans of a second each, of which the one at `failing` failed. */
function spansOf(phases: readonly Span['phase'][], failing: number[] = []): Span[] {
  return phases.map((phase, i) => ({
    phase,
    startedAt: new Date(Date.UTC(2026, 0, 9, 0, 0, i)).toISOString(),
    ms: 1000,
    outcome: failing.includes(i) ? 'failed' : 'passed',
  }));
}

const judged = (attempt: Partial<Attempt>, spans: Span[]) =>
  judgedAttempts(
    cell,
    attempt.outcome === undefined ? passedAttempt({ spans }) : failedAttempt({ ...attempt, spans }),
  ).map(({ cell: { flow }, outcome, phase, code }) => `${flow} ${outcome}${phase === null ? '' : ` ${phase} ${code}`}`);

describe('an attempt with stages', () => {
  it('that passed is one that passed of each stage, with the times of its own start', () => {
    const spans = spansOf([...link, 'message', 'message', ...restore, 'close']);
    expect(judged({}, spans)).toEqual(['qr-to-ready passed', 'message-round-trip passed', 'restore-to-ready passed']);
    const [first] = judgedAttempts(cell, passedAttempt({ spans }));
    expect(first?.readyMs).toBe(6000);
  });

  it('whose texts failed links and restores', () => {
    const spans = spansOf([...link, 'message', 'message', ...restore], [link.length + 1]);
    expect(judged({ outcome: 'failed', phase: 'message', code: 'message-lost' }, spans)).toEqual([
      'qr-to-ready passed',
      'message-round-trip failed message message-lost',
      'restore-to-ready passed',
    ]);
  });

  it('whose texts and restore failed has the code of the one that it ended with', () => {
    const spans = spansOf([...link, 'message', ...restore], [link.length, link.length + 5]);
    expect(judged({ outcome: 'failed', phase: 'ready', code: 'no-ready' }, spans)).toEqual([
      'qr-to-ready passed',
      'message-round-trip failed message null',
      'restore-to-ready failed ready no-ready',
    ]);
  });

  it('whose restore failed links and sends', () => {
    const spans = spansOf([...link, 'message', 'close', 'launch', 'page'], [link.length + 3]);
    expect(judged({ outcome: 'failed', phase: 'page', code: 'session-lost' }, spans)).toEqual([
      'qr-to-ready passed',
      'message-round-trip passed',
      'restore-to-ready failed page session-lost',
    ]);
  });

  it('that did not link fails in every stage', () => {
    const spans = spansOf(['launch', 'page', 'qr', 'scan', 'authenticated', 'ready'], [5]);
    expect(judged({ outcome: 'failed', phase: 'ready', code: 'no-ready' }, spans)).toEqual([
      'qr-to-ready failed ready no-ready',
      'message-round-trip failed ready no-ready',
      'restore-to-ready failed ready no-ready',
    ]);
  });

  it('that is spoiled is spoiled in every stage', () => {
    const spans = spansOf([...link, 'message'], [7]);
    expect(judged({ outcome: 'infra', phase: 'message', code: 'harness-error', blame: 'harness' }, spans)).toEqual([
      'qr-to-ready infra message harness-error',
      'message-round-trip infra message harness-error',
      'restore-to-ready infra message harness-error',
    ]);
  });

  it('in which no span failed fails where its phase is: a ready that came twice', () => {
    const spans = spansOf([...link, 'message', ...restore]);
    expect(judged({ outcome: 'failed', phase: 'ready', code: 'duplicate-ready' }, spans)).toEqual([
      'qr-to-ready failed ready duplicate-ready',
      'message-round-trip passed',
      'restore-to-ready failed ready duplicate-ready',
    ]);
  });

  it('of any other flow is judged as it is', () => {
    expect(judgedAttempts(exampleCell(), passedAttempt())).toHaveLength(1);
  });
});
