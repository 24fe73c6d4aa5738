import { z } from 'zod';
import { confidenceOf } from '../cause/confidence.ts';
import { explain, explainMismatch } from '../cause/explain.ts';
import type { Explanation, FailedAttempt } from '../cause/failed-attempt.ts';
import { nothingSeen, observations } from '../cause/observations.ts';
import { type Code, codes } from '../codes/codes.ts';
import {
  type Attempt,
  type AttemptEvent,
  attemptSchema,
  type Cause,
  type EventTrial,
  type MethodCalls,
  type Span,
  type StageRecord,
} from '../contracts/attempt.ts';
import type { LoadedLibrary, PageFacts } from '../contracts/host.ts';
import type { Blame, Phase } from '../contracts/outcome.ts';
import { buildOrigin } from '../replica/builds/build-origin.ts';
import type { AttemptInput } from './attempt-input.ts';
import { codeOf, messageOf, outcomeOf } from './classify.ts';
import { Finding } from './finding.ts';
import { judgeLive, liveFactsOf } from './judge-live.ts';
import { checkProvenance } from './provenance/check-provenance.ts';
import type { SeenStage } from './scene.ts';
import type { Steps } from './steps.ts';

/** What was seen of an attempt that is over. */
export interface Observed {
  startedAt: Date;
  durationMs: number;
  /** What ended the attempt; null when the flow and the closing of the client went well. */
  thrown: unknown;
  steps: Steps;
  events: AttemptEvent[];
  loaded: LoadedLibrary | null;
  methods: MethodCalls[];
  eventTrials: EventTrial[];
  stages: SeenStage[];
  page: PageFacts;
  browserMemoryBytes: number | null;
}

interface Judgement {
  phase: Phase | null;
  code: Code | null;
  blame: Blame | null;
  cause: Cause | null;
}

/** The record of an attempt: outcome, code, blame and cause from what was seen. */
export function buildRecord(input: AttemptInput, observed: Observed): Attempt {
  const { page, events, steps } = observed;
  const { live } = input;
  const { provenance, mismatch } = checkProvenance({
    requested: input.cell.library,
    installed: input.library,
    loaded: observed.loaded,
    errorStacks: stacksOf(events),
  });
  const judgement = judge(input, observed, mismatch);
  const { timeScale = 1 } = input.flow;
  return attemptSchema.parse({
    id: input.id,
    startedAt: observed.startedAt.toISOString(),
    seed: input.seed,
    outcome: outcomeOf(judgement.code),
    ...(live ? liveJudgement(input, judgement, events) : judgement),
    phases: steps.timings,
    spans: spansOf(steps, judgement.code),
    stages: stagesOf(observed, judgement),
    confidence: confidenceOf(input.surface, judgement.cause),
    prediction: predictionOf(input, observed),
    methods: observed.methods,
    eventTrials: observed.eventTrials,
    durationMs: Math.round(observed.durationMs),
    events,
    provenance,
    page: { debugVersion: page.debugVersion, userAgent: page.userAgent },
    browserVersion: page.browserVersion,
    ...(timeScale !== 1 && { timeScale }),
    browserMemoryBytes: observed.browserMemoryBytes,
    ...(input.surface && { origin: buildOrigin(input.surface) }),
    ...(live && {
      live: liveFactsOf(
        events,
        live.devices.map(({ account }) => account),
      ),
    }),
    artifacts: null,
  } satisfies Attempt);
}

/** Adds to a judgement what only the live site shows; see `judgeLive`. */
function liveJudgement({ live }: AttemptInput, judgement: Judgement, events: readonly AttemptEvent[]) {
  const { code, cause } = judgement;
  const better = code && judgeLive(code, events, live?.phonesAway);
  if (!better) return judgement;
  const { because, ...judged } = better;
  const message = cause?.message ?? because;
  return { ...judgement, ...judged, cause: { ...cause, message, evidence: [because, ...(cause?.evidence ?? [])] } };
}

/** Of its methods, those that the attempt called. */
function predictionOf({ prediction = null }: AttemptInput, { methods }: Observed): Attempt['prediction'] {
  if (!prediction) return null;
  const called = new Set(methods.map(({ name }) => name));
  return { ...prediction, methods: prediction.methods.filter(({ name }) => called.has(name)) };
}

/** A span in which the machine or the harness failed says nothing about the library. */
function spansOf({ spans }: Steps, code: Code | null): Span[] {
  const outcome = outcomeOf(code);
  return outcome === 'infra'
    ? spans.map((span) => (span.outcome === 'failed' ? { ...span, outcome } : span))
    : [...spans];
}

/** The stage that an attempt with stages failed in first. */
export function failedStage(stages: readonly SeenStage[]): SeenStage | undefined {
  return stages.find(({ thrown }) => thrown !== null);
}

/** The cause of the first stage that failed was looked for, so that its code and blame may be better ones. */
function stagesOf({ stages, thrown }: Observed, { phase, code, blame }: Judgement): StageRecord[] {
  return stages.map(({ flow, methods, ...stage }) => {
    if (stage.thrown === null) return { flow, outcome: 'passed', phase: null, code: null, blame: null, methods };
    if (stage.thrown === thrown) return { flow, outcome: outcomeOf(code), phase, code, blame, methods };
    const its = stage.thrown;
    return {
      flow,
      outcome: outcomeOf(its.code),
      phase: its.phase,
      code: its.code,
      blame: codes[its.code].blame,
      methods,
    };
  });
}

const withStack = z.object({ stack: z.string() });

const passed: Judgement = { phase: null, code: null, blame: null, cause: null };

function judge({ library, surface }: AttemptInput, observed: Observed, mismatch: string | null): Judgement {
  const { thrown, steps, events } = observed;
  const isCutOff = thrown !== null && codeOf(thrown) === 'interrupted';
  if (thrown === null) return mismatch ? judgeMismatch(mismatch, 'launch', null, events) : passed;
  const phase = thrown instanceof Finding ? (thrown.phase ?? steps.phase) : steps.phase;
  const code = codeOf(thrown);
  const message = messageOf(thrown);
  const stage = failedStage(observed.stages);
  const seen = untilFailure(observed, phase);
  const actedMs = sinceStart(observed, (stage ?? steps).actedAt);
  const failed: FailedAttempt = {
    ...{ library, surface, phase, code, actedMs, observed: message },
    events: stage ? seen : events,
  };
  if (mismatch && !isCutOff) return judgeMismatch(mismatch, steps.phase, failed, events);
  if (outcomeOf(code) === 'infra')
    return { phase, code, blame: codes[code].blame, cause: { message, evidence: observations(code, seen) } };
  const { cause, blame, code: better = code } = tryToExplain(failed);
  return {
    phase,
    code: better,
    blame: blame ?? codes[better].blame,
    cause: cause && withEvidence(cause, better, seen),
  };
}

/** A flow with stages goes on after a failure, as one that restores after a text was lost: what came later is no evidence of it. */
function untilFailure(observed: Observed, phase: Phase): readonly AttemptEvent[] {
  const { steps, events, stages } = observed;
  const failed = steps.spans.find((span) => span.outcome === 'failed' && span.phase === phase);
  const end = failedStage(stages)?.endedAt ?? (failed && Date.parse(failed.startedAt) + failed.ms);
  return end === undefined ? events : events.filter(({ at }) => at <= sinceStart(observed, end));
}

function sinceStart({ startedAt }: Observed, epochMs: number): number {
  return epochMs - startedAt.getTime();
}

/** A library that is put together in an unknown way may defeat the search for a cause; its record counts for more. */
function tryToExplain(attempt: FailedAttempt): Explanation {
  try {
    return explain(attempt);
  } catch (error) {
    return { cause: unexplained(attempt.observed ?? '', error), blame: null };
  }
}

/** Whatever else was seen, it was not seen of the library that was asked for; that counts even if the flow went well. */
function judgeMismatch(
  message: string,
  phase: Phase | null,
  failed: FailedAttempt | null,
  events: readonly AttemptEvent[],
): Judgement {
  const code = 'provenance-mismatch';
  const cause = withEvidence(causeOfMismatch(message, failed), code, events);
  return { phase, code, blame: codes[code].blame, cause };
}

function causeOfMismatch(message: string, failed: FailedAttempt | null): Cause {
  if (!failed) return { message, evidence: [] };
  try {
    return explainMismatch(message, failed);
  } catch (error) {
    return unexplained(message, error);
  }
}

/** Where nothing more is proven, the evidence is what was seen on all sides. */
function withEvidence(cause: Cause, code: Code, events: readonly AttemptEvent[]): Cause {
  return cause.evidence.length > 0 ? cause : { ...cause, evidence: observations(code, events) };
}

function unexplained(message: string, error: unknown): Cause {
  return { message, evidence: [`The cause could not be looked for: ${messageOf(error)}`] };
}

function stacksOf(events: readonly AttemptEvent[]): string[] {
  return events.flatMap(({ detail }) => withStack.safeParse(detail).data?.stack ?? []);
}

/** The record of an attempt that never began, or of which nothing is known. */
export function recordOfUnstarted(
  { id, seed, cell }: Pick<AttemptInput, 'id' | 'seed' | 'cell'>,
  code: 'library-install-failed' | 'limit-reached' | 'lease-lost' | 'worker-lost' | 'harness-error' | 'interrupted',
  message: string,
  events: readonly AttemptEvent[] = [],
): Attempt {
  return attemptSchema.parse({
    id,
    startedAt: new Date().toISOString(),
    seed,
    outcome: outcomeOf(code),
    phase: codes[code].phase ?? 'launch',
    code,
    blame: codes[code].blame,
    cause: { message, evidence: [nothingSeen] },
    phases: {},
    spans: [],
    stages: [],
    confidence: { build: null, cause: null, facts: [] },
    prediction: null,
    methods: [],
    eventTrials: [],
    durationMs: 0,
    events: [...events],
    provenance: { requested: cell.library, installed: null, loaded: null, frames: [], integrity: null },
    page: { debugVersion: null, userAgent: null },
    browserVersion: null,
    browserMemoryBytes: null,
    artifacts: null,
  } satisfies Attempt);
}
