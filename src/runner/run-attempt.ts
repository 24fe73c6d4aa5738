import { setTimeout as sleep } from 'node:timers/promises';
import type { Attempt } from '../contracts/attempt.ts';
import type { PageFacts } from '../contracts/host.ts';
import { Late } from '../contracts/within.ts';
import { Redactor } from '../host/redactor.ts';
import { flowSteps } from '../session/deadlines.ts';
import { keepEvidence } from './artifacts.ts';
import type { AttemptInput } from './attempt-input.ts';
import { buildRecord, failedStage, type Observed } from './build-record.ts';
import { messageOf } from './classify.ts';
import { answerDeadlineMs, FlowDeadline, flowDeadlineSeconds } from './deadlines.ts';
import { Finding, noEffect } from './finding.ts';
import type { TrialContext } from './flow.ts';
import { checkLinked, checkReady } from './probe.ts';
import { Recorder } from './recorder.ts';
import { type Recorders, Scene } from './scene.ts';
import { Steps } from './steps.ts';
import { settleSeconds } from './target.ts';
import { TraceRecorder } from './trace-recorder.ts';
import { untilSo } from './until-so.ts';

const nothingKnown: PageFacts = { debugVersion: null, userAgent: null, browserVersion: null };

/**
 * Executes a flow once. Whatever goes wrong is in the record; it never rejects. When the signal is aborted, processes are
 * ended at once and the record says `infra`, `interrupted`.
 */
export async function runAttempt(input: AttemptInput): Promise<Attempt> {
  const startedAt = new Date();
  const recorder = new Recorder();
  const steps = new Steps(input.deadlineFactor, (phase, ms) => recorder.add(`phase:${phase}`, { ms: Math.round(ms) }));
  const trace = new TraceRecorder(input.trace ?? 'failed', recorder.startedAt);
  const { redactor, removeFolder, ...seen } = await perform(input, steps, { recorder, trace });
  const durationMs = recorder.elapsed();
  await removeFolder();
  const events = recorder.events(redactor);
  const record = redactor.clean(buildRecord(input, { startedAt, durationMs, steps, events, ...seen }));
  if (record.outcome === 'passed' && trace.mode !== 'on') return record;
  return { ...record, ...(await keepEvidence(input, events, (folder) => trace.write(folder, redactor))) };
}

type Performed = Pick<
  Observed,
  'thrown' | 'page' | 'loaded' | 'methods' | 'eventTrials' | 'stages' | 'browserMemoryBytes'
> & {
  redactor: Redactor;
  removeFolder(): Promise<void>;
};

async function perform(input: AttemptInput, steps: Steps, recorders: Recorders): Promise<Performed> {
  let scene: Scene;
  try {
    scene = new Scene(input, steps, recorders);
  } catch (error) {
    const thrown = new Finding('harness-error', `the attempt could not be set up: ${messageOf(error)}`);
    const tried = { methods: [], eventTrials: [], stages: [] };
    const nothing = { page: nothingKnown, loaded: null, ...tried, browserMemoryBytes: null };
    return { thrown, ...nothing, redactor: new Redactor(), removeFolder: async () => {} };
  }
  const interruption = Promise.withResolvers<never>();
  let wasInterrupted = false;
  const interrupt = () => {
    const reason: unknown = input.signal?.reason;
    const finding = reason instanceof Finding ? reason : new Finding('interrupted', 'the run was interrupted');
    wasInterrupted = true;
    steps.fail(finding);
    interruption.reject(finding);
    void scene.close();
  };
  input.signal?.addEventListener('abort', interrupt);
  if (input.signal?.aborted) interrupt();
  let thrown = await play(input, steps, scene, interruption.promise);
  const page = wasInterrupted ? nothingKnown : await lookAround(input, scene, thrown);
  const { phase } = steps;
  if (thrown === null)
    thrown = await scene.closeClients().then(
      () => scene.repeated(phase),
      (error: unknown) => error,
    );
  else if (await scene.isDiskFull()) thrown = new Finding('harness-error', `the disk is full: ${messageOf(thrown)}`);
  input.signal?.removeEventListener('abort', interrupt);
  await scene.close();
  const browserMemoryBytes = await scene.browserMemory();
  const { loaded, methods, eventTrials, stages, redactor } = scene;
  const removeFolder = () => scene.removeFolder();
  return {
    thrown,
    page,
    loaded,
    methods,
    eventTrials: eventTrials.results,
    stages,
    browserMemoryBytes,
    redactor,
    removeFolder,
  };
}

/** Runs the body of the flow; returns what it threw, or null. */
async function play(input: AttemptInput, steps: Steps, scene: Scene, interruption: Promise<never>): Promise<unknown> {
  const { body, deadlineSeconds = flowDeadlineSeconds } = input.flow;
  const deadline = new FlowDeadline(steps.patience(deadlineSeconds * 1000));
  const over = new AbortController();
  const flow = () => Promise.race([body(contextOf(input, steps, scene, deadline), over.signal), interruption]);
  try {
    await deadline.limit(flow);
    return failedStage(scene.stages)?.thrown ?? null;
  } catch (error) {
    if (error instanceof Late) return new Finding('flow-error', `the flow did not end within ${deadline.ms} ms`);
    return error ?? new Finding('flow-error', 'the flow threw nothing at all');
  } finally {
    over.abort();
  }
}

function contextOf(
  { cell, flow, live }: AttemptInput,
  steps: Steps,
  scene: Scene,
  deadline: FlowDeadline,
): TrialContext {
  const { client, phone, network, methodTrials, eventTrials } = scene;
  const { timeScale = 1 } = flow;
  const pause = (seconds: number) => steps.race(sleep(seconds * 1000, undefined, { ref: false }));
  const settle = settleSeconds(cell);
  return {
    build: cell.build,
    client,
    phone,
    peer: async () => scene.peer(),
    network,
    methods: methodTrials,
    events: eventTrials,
    stage: (name, work) => scene.stage(name, work),
    async effect(what, isSo) {
      const answer = await steps.race(untilSo(isSo, steps.patience(flowSteps.effect.ms)));
      if (answer === null) throw noEffect(what);
      return answer;
    },
    wait: (seconds) => pause(seconds * timeScale),
    async probe(of, by) {
      // A condition may keep an answer back for as long as it lasts.
      const patienceMs = steps.patience(answerDeadlineMs) + settle * 1000;
      const ready = async () => {
        if (!live) return checkReady(of, by, cell.build, patienceMs);
        const number = await checkLinked(of, by.number, patienceMs);
        scene.redactor.learn(number);
        if (of === client) await live.linkedAs(number);
      };
      const check = () => steps.run('probe', ready);
      await check();
      if (settle === 0) return;
      await deadline.pause(() => pause(settle));
      await check();
    },
  };
}

/** The last questions to a page before it is closed; after a failure with a snapshot. */
async function lookAround({ trace, live }: AttemptInput, scene: Scene, thrown: unknown): Promise<PageFacts> {
  if (thrown === null) {
    const [page] = await Promise.all([scene.pageFacts(), trace === 'on' && scene.snapshots()]);
    return page;
  }
  scene.leave();
  const sockets = live && scene.noteSockets();
  const [page] = await Promise.all([scene.pageFacts(), scene.snapshotOfFailure(), scene.snapshots(), sockets]);
  return page;
}
