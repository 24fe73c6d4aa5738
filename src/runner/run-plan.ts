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

export interface RunPlanOptions extends RunOrder {
  /** Of which attempts a trace is kept; `failed` when left out. */
  trace?: TraceMode | undefined;
  /** Called with every download. */
  say(line: string): void;
  /** Makes the attempts on the live site; without it a plan has none. */
  live?: LiveAttempter | undefined;
}

/** In which order attempts are made, how many at the same time, and what hears of them. */
export interface RunOrder {
  /** Attempts at the same time. */
  slots: number;
  /** The n-th attempt of a cell gets `seed + n`, so that any attempt can be run again alone; also gives the order. */
  seed: number;
  observers: readonly RunObserver[];
  /** Ends the run: what is under way is recorded as `infra`, `interrupted`, and nothing else is started. */
  signal?: AbortSignal;
  /** When it is aborted no other attempt is started, and those under way end by themselves. */
  until?: AbortSignal | undefined;
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
  /** Its place in the sequence of the run, from 1; the next one when left out. */
  number?: number;
  /** How often it was begun before and lost; 0 when left out. */
  repeats?: number;
}

/** Gives out attempts one by one. It may depend on how attempts ended before: a queue that is an observer too hears of them. */
export interface TaskQueue {
  /** The next attempt, perhaps after others have ended; undefined when there is none, which ends the slot that asks. */
  next(): Task | undefined | Promise<Task | undefined>;
  /** True when no attempt is needed any more, not even those that were given out and have not begun. */
  readonly isOver?: boolean;
}

/** A task with its place in the run. */
export interface NumberedTask extends Required<Task> {
  /** The id of the attempt. */
  id: string;
}

/** Makes the attempts of a run: on this machine, or on others. */
export interface AttemptMaker {
  /**
   * Makes one attempt. Whatever goes wrong with it is in the record.
   *
   * @param begun to be called when it begins, which may be some time later.
   * @returns null when it was not begun before `signal` was aborted.
   */
  attempt(task: NumberedTask, run: RunInfo, signal: AbortSignal, begun: () => Promise<void>): Promise<Attempt | null>;
  /** Takes back what has not begun: those attempts resolve to null. */
  recall?(): Promise<void>;
  /** Hears of an attempt that is not asked for, since an earlier process of the run has recorded it. */
  wasRecorded?(planned: PlannedCell, attempt: Attempt): Promise<void>;
  /** Where attempts are not made as they are asked for: how many are made at the same time now, and from now on. */
  slots?: { now: number; follow(changed: (slots: number) => Promise<void>): void };
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
  { trace, live, ...order }: Omit<RunPlanOptions, 'say'>,
): Promise<EndedRun> {
  if (!live && plan.some(({ cell }) => cell.target === 'live'))
    throw new InputError(
      'the live site is attempted by `wwebjs-canary run --target live` only, with accounts of your own',
    );
  const labelled = plan.map((planned) => supplies.label(planned));
  const make = attemptsHere({ trace, live, deadlineFactor: deadlineFactor(), of: supplies.of });
  const maker: AttemptMaker = {
    async attempt({ id, seed, planned: { cell } }, run, signal, begun) {
      await begun();
      return make({ id, seed, cell, runId: run.id, signal });
    },
  };
  return runTasks(labelled, maker, order);
}

/**
 * Has the attempts of a plan made, and reports each to the observers.
 *
 * @param before a run that was cut off and goes on; a run of its own when left out.
 */
export async function runTasks(
  plan: readonly PlannedCell[],
  maker: AttemptMaker,
  { slots, seed, observers, signal, until, queue }: RunOrder,
  before?: RunInfo,
): Promise<EndedRun> {
  const run = before ?? startRun(seed);
  const stop = new AbortController();
  const end = AbortSignal.any(signal ? [signal, stop.signal] : [stop.signal]);
  const tell = serialize(observers);
  const tasks = queue ?? queueOf(shuffledTasks(plan, seed));
  const ended = new Promise<undefined>((resolve) => {
    for (const signal of [end, until]) signal?.addEventListener('abort', () => resolve(undefined), { once: true });
  });
  const recall = async () => maker.recall?.();
  until?.addEventListener('abort', recall, { once: true });
  const next = () => {
    if (until?.aborted) return undefined;
    const task = tasks.next();
    return task instanceof Promise ? Promise.race([task, ended]) : task;
  };
  let last = 0;
  maker.slots?.follow((now) => tell((observer) => observer.slotsChanged?.(now)));
  await tell((observer) => observer.runStarted?.(run, plan, maker.slots?.now ?? slots));

  const work = async () => {
    for (let task = await next(); task && !end.aborted; task = await next()) {
      const { planned, seed, number = ++last, repeats = 0 } = task;
      const id = attemptId(run, number, repeats);
      const begun = () => tell((observer) => observer.attemptStarted?.(id, planned));
      const attempt = await maker.attempt({ id, planned, seed, number, repeats }, run, end, begun);
      if (attempt) await tell((observer) => observer.attemptEnded?.(planned, attempt));
      if (tasks.isOver) await recall();
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
  const reported = tell((observer) => observer.runEnded?.(finished, interrupted));
  // An observer that could not take a record may fail again here; the first failure is the one to report.
  if (failures[0]) await reported.catch(() => {});
  if (failures[0]) throw failures[0].reason;
  await reported;
  return { run: finished, interrupted };
}

/** The id of an attempt: those that are made in place of a lost one have the number of that one. */
export function attemptId(run: Pick<RunInfo, 'id'>, number: number, repeats: number): string {
  return `${run.id}-${String(number).padStart(4, '0')}${repeats > 0 ? `-${repeats + 1}` : ''}`;
}

/** The place of an attempt that `attemptId` names. */
export function placeOfAttempt(id: string): { runId: string; number: number; repeats: number } {
  const [, runId = '', number, nth = 1] = /^(.+)-(\d{4,})(?:-(\d+))?$/.exec(id) ?? [];
  return { runId, number: Number(number), repeats: Number(nth) - 1 };
}

/** What attempts on this machine are made with, besides the cell. */
export interface HereSupplies extends Pick<Supplies, 'of'> {
  deadlineFactor: number;
  trace: TraceMode | undefined;
  live: LiveAttempter | undefined;
  /** Where the attempts of a run write their files; the folder of the run when left out. */
  runFolder?: (runId: string) => string;
}

/** One attempt of a run. */
export type AttemptOrder = Pick<AttemptInput, 'id' | 'seed' | 'cell'> & { runId: string; signal: AbortSignal };

/** Makes attempts on this machine. */
export function attemptsHere({ of, live, runFolder = (id) => home('runs', id), ...rest }: HereSupplies) {
  return async ({ runId, ...order }: AttemptOrder): Promise<Attempt> => {
    const { library, ...supply } = of(order.cell);
    if (library instanceof TroubleError) return recordOfUnstarted(order, 'library-install-failed', library.message);
    const input = { ...order, library, ...supply, runFolder: runFolder(runId), ...rest };
    return order.cell.target === 'live' && live ? live.attempt(input) : runAttempt(input);
  };
}

/** Every attempt of a plan, in an order that depends on the seed. */
export function shuffledTasks(plan: readonly PlannedCell[], seed: number): Pick<Task, 'planned' | 'seed'>[] {
  const tasks = plan.flatMap((planned) =>
    Array.from({ length: planned.repeat }, (_, n) => ({ planned, seed: seed + n })),
  );
  return shuffle(tasks, seed).reverse();
}

function queueOf(tasks: Task[]): TaskQueue {
  const left = tasks.values();
  return { next: () => left.next().value };
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
