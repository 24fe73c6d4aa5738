import type { Attempt, Cell, StageRecord } from './attempt.ts';
import { doubtOf } from './doubt-of.ts';
import { type JudgedAttempt, judgedAttempt } from './judged-attempt.ts';
import { readyMsOf } from './ready-ms.ts';

/** The flow that does several others one after the other in one attempt: see canaries/linked-device.ts. */
export const stagedFlow = 'linked-device';

/** The flows that its stages are judged as, in their sequence. */
export const stageFlows = [
  'qr-to-ready',
  'message-round-trip',
  'media-both-ways',
  'group-life',
  'restore-to-ready',
] as const;

/** The flows that an attempt of a flow says something about. */
export function judgedFlows(flow: string): readonly string[] {
  return flow === stagedFlow ? stageFlows : [flow];
}

/** What of a whole attempt record is judged: one of each stage, or the attempt itself. */
export function judgedAttempts(cell: Cell, attempt: Attempt): JudgedAttempt[] {
  const whole = judgedAttempt(cell, attempt);
  if (cell.flow !== stagedFlow) return [whole];
  return stageFlows.map((flow) => {
    const stage = attempt.stages.find((each) => each.flow === flow);
    return {
      ...whole,
      cell: { ...cell, flow },
      ...resultOf(stage, attempt),
      doubt: attempt.prediction && doubtOf(attempt.prediction, stage?.methods ?? []),
      readyMs: flow === 'restore-to-ready' ? restoreMs(attempt) : firstReadyMs(attempt),
    };
  });
}

type StageResult = Pick<JudgedAttempt, 'outcome' | 'phase' | 'code' | 'blame'>;

/** A stage that was not reached has failed as the attempt did: a version that cannot link cannot restore. */
function resultOf(stage: StageRecord | undefined, attempt: Attempt): StageResult {
  const { outcome, phase, code, blame, stages, spans } = attempt;
  const whole = { outcome, phase, code, blame };
  if (!stage || outcome === 'infra' || blame === 'harness') return whole;
  const its = { outcome: stage.outcome, phase: stage.phase, code: stage.code, blame: stage.blame };
  const isElsewhere = outcome === 'passed' || stages.some((each) => each.outcome !== 'passed');
  if (isElsewhere) return its;
  // Such as a `ready` that came twice: no stage failed by itself.
  return spans.some((span) => span.stage === stage.flow && span.phase === phase) ? whole : its;
}

/** Of the link that was made by QR code. */
function firstReadyMs({ spans }: Attempt): number | null {
  const link = spans.filter(({ stage }) => stage === stageFlows[0]);
  const ready = link.findIndex(({ phase, outcome }) => phase === 'ready' && outcome === 'passed');
  const [first, last] = [link[0], link[ready]];
  return first && last ? Date.parse(last.startedAt) + last.ms - Date.parse(first.startedAt) : null;
}

/** By the clock of the flow that only restores. */
function restoreMs({ spans, phases }: Attempt): number | null {
  const isReady = spans.some(
    ({ stage, phase, outcome }) => stage === 'restore-to-ready' && phase === 'ready' && outcome === 'passed',
  );
  return isReady ? readyMsOf(phases) : null;
}
