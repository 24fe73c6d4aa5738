import type { Attempt, Cell, Span } from './attempt.ts';
import { doubtOf } from './doubt-of.ts';
import { type JudgedAttempt, judgedAttempt } from './judged-attempt.ts';
import { readyMsOf } from './ready-ms.ts';

/** The flow that does several others one after the other in one attempt: see canaries/linked-device.ts. */
export const stagedFlow = 'linked-device';

/** The flows that its stages are judged as, in their sequence. */
export const stageFlows = ['qr-to-ready', 'message-round-trip', 'restore-to-ready'] as const;
type StageFlow = (typeof stageFlows)[number];

/** The flows that an attempt of a flow says something about. */
export function judgedFlows(flow: string): readonly string[] {
  return flow === stagedFlow ? stageFlows : [flow];
}

/** What of a whole attempt record is judged: one of each stage, or the attempt itself. */
export function judgedAttempts(cell: Cell, attempt: Attempt): JudgedAttempt[] {
  const whole = judgedAttempt(cell, attempt);
  if (cell.flow !== stagedFlow) return [whole];
  const spans = spansOfStages(attempt.spans);
  return stageFlows.map((flow) => ({
    ...whole,
    cell: { ...cell, flow },
    ...resultOf(spans[flow], attempt, Object.values(spans)),
    doubt: attempt.prediction && doubtOf(attempt.prediction, flow === 'message-round-trip'),
    readyMs: flow === 'restore-to-ready' ? restoreMs(spans[flow], attempt) : firstReadyMs(spans['qr-to-ready']),
  }));
}

type StageResult = Pick<JudgedAttempt, 'outcome' | 'phase' | 'code' | 'blame'>;

const passed: StageResult = { outcome: 'passed', phase: null, code: null, blame: null };

/** A stage that was not reached has failed as the attempt did: a version that cannot link cannot restore. */
function resultOf(its: readonly Span[], attempt: Attempt, all: readonly (readonly Span[])[]): StageResult {
  const { outcome, phase, code, blame } = attempt;
  if (outcome === 'passed') return passed;
  const whole = { outcome, phase, code, blame };
  if (outcome === 'infra' || blame === 'harness' || its.length === 0) return whole;
  const failed = its.find((span) => span.outcome === 'failed');
  const isOnlyOne = all.flat().filter((span) => span.outcome === 'failed').length === 1;
  if (failed) return { ...whole, phase: failed.phase, code: isOnlyOne || failed.phase === phase ? code : null };
  const isElsewhere = all.some((spans) => spans.length === 0 || spans.some((span) => span.outcome === 'failed'));
  // Such as a `ready` that came twice: no span failed.
  return isElsewhere || !its.some((span) => span.phase === phase) ? passed : whole;
}

/** Texts are the spans of the phase `message`; the first close ends the link that was made by QR code. */
function spansOfStages(spans: readonly Span[]): Record<StageFlow, Span[]> {
  const closed = spans.findIndex(({ phase }) => phase === 'close');
  const linked = closed === -1 ? spans : spans.slice(0, closed);
  return {
    'qr-to-ready': linked.filter(({ phase }) => phase !== 'message'),
    'message-round-trip': linked.filter(({ phase }) => phase === 'message'),
    'restore-to-ready': closed === -1 ? [] : spans.slice(closed),
  };
}

function firstReadyMs(link: readonly Span[]): number | null {
  const ready = link.findIndex(({ phase, outcome }) => phase === 'ready' && outcome === 'passed');
  const [first, last] = [link[0], link[ready]];
  return first && last ? Date.parse(last.startedAt) + last.ms - Date.parse(first.startedAt) : null;
}

/** By the clock of the flow that only restores. */
function restoreMs(restore: readonly Span[], attempt: Attempt): number | null {
  const isReady = restore.some(({ phase, outcome }) => phase === 'ready' && outcome === 'passed');
  return isReady ? readyMsOf(attempt.phases) : null;
}
