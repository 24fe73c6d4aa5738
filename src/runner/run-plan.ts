import './small-heap.ts';
import { randomBytes } from 'node:crypto';
import { availableParallelism, totalmem } from 'node:os';
import type { Attempt } from '../contracts/attempt.ts';
import { home } from '../contracts/home.ts';
import { InputError, TroubleError } from '../contracts/input-error.ts';
import type { PlannedCell, RunInfo, RunObserver } from '../contracts/run.ts';
import type { TraceMode } from '../contracts/trace.ts';
import type { AttemptInput } from './attempt-input.ts';
import { recordOfUnstarted } from './build-record.ts';
import { deadlineFactor } from './deadlines.ts';
import { runAttempt } from './run-attempt.ts';
import { shuffle } from './shuffle.ts';
import { gatherSupplies, type Supplies } from './supplies.ts';

export interface RunPlanOptions {
  /** Attempts at the same time. */
  slots: number;
  /** The n-th attempt of a cell gets `seed + n`, so that any attempt can be run again alone; also gives the order. */
  seed: number;
  observers: readonly RunObserver[];
  /** Ends the run: what is under way is recorded as `infra`, `interrupted`, and nothing else is started. */
  signal?: AbortSignal;
  /** When it is aborted no other attempt is started, and those under way end by themselves. */
  until?: AbortSignal | undefined;
  /** Of which attempts a trace is kept; `failed` when left out. */
  trace?: TraceMode | undefined;
  /** Called with every download. */
  say(line: string): void;
  /** Makes the attempts on the live site; without it a plan has none. */
  live?: LiveAttempter | undefined;
  /** Chooses what is attempted next; without one the whole plan is, in an order that depends on the seed. */
  queue?: TaskQueue;
}

/** Makes attempts on the live site: with the accounts of a pool, as often as its policy allows. */
export interface LiveAttempter {
  /** Never rejects for what a policy refuses: that is the record. */
  attempt(input: AttemptInput): Promise<Attempt>;
}

/** One attempt to make. */
export interface Task {
  planned: PlannedCell;
  seed: number;
}

/** Gives out attempts one by one. It may depend on how attempts ended before: a queue that is an observer too hears of them. */
export interface TaskQueue {
  /** The next attempt; undefined when there is none now, which ends the slot that asks. */
  next(): Task | undefined;
}

export interface EndedRun {
  run: RunInfo;
  interrupted: boolean;
}

/**
 * Executes a plan. Records go to the observers, one after the other, and are not kept.
 *
 * @throws InputError before anything is started, when the plan names a library, build, browser or flow that does not exist.
 * @throws TroubleError when a browser cannot be had; whatever an observer throws, after everything was ended.
 */
export async function runPlan(plan: readonly PlannedCell[], options: RunPlanOptions): Promise<EndedRun> {
  return runSupplied(plan, await gatherSupplies(plan, options.say), options);
}

/** Like `runPlan`, with supplies that are there already. */
export async function runSupplied(
  plan: readonly PlannedCell[],
  supplies: Supplies,
  { slots, seed, observers, signal, until, trace, queue, live }: Omit<RunPlanOptions, 'say'>,
): Promise<EndedRun> {
  const factor = deadlineFactor();
  if (!live && plan.some(({ cell }) => cell.target === 'live'))
    throw new InputError(
      'the live site is attempted by `wwebjs-canary run --target live` only, with accounts of your own',
    );
  const labelled = plan.map((planned) => supplies.label(planned));
  const run = startRun(seed);
  const stop = new AbortController();
  const end = AbortSignal.any(signal ? [signal, stop.signal] : [stop.signal]);
  const tell = serialize(observers);
  const tasks = queue ?? shuffledQueue(labelled, seed);
  const next = () => (until?.aborted ? undefined : tasks.next());
  let number = 0;
  await tell((observer) => observer.runStarted?.(run, labelled, slots));

  const work = async () => {
    for (let task = next(); task && !end.aborted; task = next()) {
      const id = `${run.id}-${String(++number).padStart(4, '0')}`;
      const { planned } = task;
      await tell((observer) => observer.attemptStarted?.(id, planned));
      const attempt = await execute({ id, task, supplies, run, deadlineFactor: factor, trace, signal: end, live });
      await tell((observer) => observer.attemptEnded?.(planned, attempt));
    }
  };
  const workers = Array.from({ length: slots }, () =>
    work().catch((error) => {
      stop.abort();
      throw error;
    }),
  );
  const failures = (await Promise.allSettled(workers)).filter((result) => result.status === 'rejected');
  const interrupted = end.aborted;
  const finished: RunInfo = { ...run, finishedAt: interrupted ? null : new Date().toISOString() };
  const ended = tell((observer) => observer.runEnded?.(finished, interrupted));
  // An observer that could not take a record may fail again here; the first failure is the one to report.
  if (failures[0]) await ended.catch(() => {});
  if (failures[0]) throw failures[0].reason;
  await ended;
  return { run: finished, interrupted };
}

interface Execution {
  id: string;
  task: Task;
  supplies: Supplies;
  run: RunInfo;
  deadlineFactor: number;
  trace: TraceMode | undefined;
  signal: AbortSignal;
  live: LiveAttempter | undefined;
}

async function execute({ id, task, supplies, run, live, ...rest }: Execution): Promise<Attempt> {
  const { seed, planned } = task;
  const { cell } = planned;
  const { library, ...supply } = supplies.of(cell);
  if (library instanceof TroubleError)
    return recordOfUnstarted({ id, seed, cell }, 'library-install-failed', library.message);
  const input = { id, seed, cell, library, ...supply, runFolder: home('runs', run.id), ...rest };
  return cell.target === 'live' && live ? live.attempt(input) : runAttempt(input);
}

function shuffledQueue(plan: readonly PlannedCell[], seed: number): TaskQueue {
  const tasks = plan.flatMap((planned) =>
    Array.from({ length: planned.repeat }, (_, n) => ({ planned, seed: seed + n })),
  );
  const shuffled = shuffle(tasks, seed);
  return { next: () => shuffled.pop() };
}

function startRun(seed: number): RunInfo {
  const startedAt = new Date().toISOString();
  // Sorts by time, and does not collide with a run that another machine starts in the same second.
  const id = `${startedAt.slice(0, 19).replace(/[-:]/g, '').replace('T', '-')}-${randomBytes(3).toString('hex')}`;
  const machine = {
    cpus: availableParallelism(),
    memoryBytes: totalmem(),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
  };
  return { id, startedAt, finishedAt: null, seed, machine };
}

/** Lets every observer hear everything in the same order, also when several attempts end at once. */
function serialize(observers: readonly RunObserver[]) {
  let last: Promise<void> = Promise.resolve();
  return (call: (observer: RunObserver) => void | Promise<void>): Promise<void> => {
    const next = last.then(async () => {
      for (const observer of observers) await call(observer);
    });
    last = next.catch(() => {});
    return next;
  };
}
