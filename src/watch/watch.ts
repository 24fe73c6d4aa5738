import { setTimeout as sleep } from 'node:timers/promises';
import { InputError } from '../contracts/input-error.ts';
import type { ScheduledResult } from '../contracts/run.ts';
import type { Schedule, Schedules } from '../store/schedules.ts';
import type { NextStart } from './next-start.ts';

/** The time of a schedule. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Settles after `ms`, or when the signal is aborted. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

export interface WatchedRun {
  result: ScheduledResult;
  /** Null when nothing was planned. */
  runId: string | null;
}

export interface WatchOptions {
  everyMs: number;
  schedules: Schedules;
  /** The name of this process in the lease. */
  owner: string;
  clock: Clock;
  /** When the next run starts. @param schedule null before the first one */
  next(schedule: Schedule | null): NextStart | Promise<NextStart>;
  /** Makes one run, ends it when the signal is aborted, and never rejects because of its results. */
  run(signal: AbortSignal): Promise<WatchedRun>;
  /** Called after every run and while waiting: sends the notifications that are due. */
  notify(): Promise<void>;
  say(line: string): void;
  signal: AbortSignal;
}

/** A dead process is replaced after this time; a live one renews the lease three times within it. */
const leaseMs = 60_000;
const renewMs = leaseMs / 3;

/**
 * Runs the canaries on a schedule until the signal is aborted. Of all processes on one store, the holder of a lease runs; when it
 * ends, another one takes over. Runs never overlap: a period that passes during a run is missed.
 *
 * @throws InputError when a run refuses its options, since it would refuse them again.
 */
export async function watch(options: WatchOptions): Promise<void> {
  const { schedules, owner, clock, signal, say } = options;
  let waiting = false;
  try {
    while (!signal.aborted) {
      try {
        const holds = await hold(options);
        if (waiting !== !holds)
          say(holds ? 'took over the schedule' : 'another process runs the schedule of this store');
        waiting = !holds;
        if (holds) await step(options);
        else await clock.sleep(renewMs, signal);
      } catch (error) {
        if (error instanceof InputError) throw error;
        // A temporarily locked store or full disk must not end the canaries.
        say(`the schedule continues after an error: ${error instanceof Error ? error.message : String(error)}`);
        await clock.sleep(renewMs, signal);
      }
    }
  } finally {
    await schedules.release(owner).catch(() => {});
  }
}

/** Waits until the next start or renewal, and makes the run when it is due. */
async function step({ everyMs, schedules, owner, clock, signal, say, ...options }: WatchOptions): Promise<void> {
  const next = await options.next(await schedules.get());
  const waitMs = next.startAt - clock.now();
  if (waitMs > 0) {
    await options.notify();
    await clock.sleep(Math.min(waitMs, renewMs), signal);
    return;
  }
  if (!(await schedules.begin(owner, next.dueAt, next.missed))) return;
  if (next.missed > 0) say(`${next.missed} periods were missed`);
  const lost = new AbortController();
  const stop = AbortSignal.any([signal, lost.signal]);
  const lease = { everyMs, schedules, owner, clock };
  const { result, runId } = await keptWhile(options.run(stop), lease, () => lost.abort());
  if (stop.aborted) return;
  await schedules.end(owner, result, runId, clock.now());
  await options.notify();
}

function hold({ schedules, owner, everyMs, clock }: Pick<WatchOptions, 'schedules' | 'owner' | 'everyMs' | 'clock'>) {
  return schedules.hold(owner, everyMs, clock.now(), leaseMs);
}

/** Renews the lease while a run is in progress; `onLost` ends a run that could overlap with that of another process. */
async function keptWhile<T>(run: Promise<T>, lease: Parameters<typeof hold>[0], onLost: () => void): Promise<T> {
  const over = new AbortController();
  const renewals = (async () => {
    while (!over.signal.aborted) {
      await lease.clock.sleep(renewMs, over.signal);
      if (over.signal.aborted) return;
      if (!(await hold(lease).catch(() => true))) onLost();
    }
  })();
  try {
    return await run;
  } finally {
    over.abort();
    await renewals;
  }
}

/** The clock of the machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) => sleep(ms, undefined, { signal }).catch(() => {}),
};
