import type { Target } from './outcome.ts';

/** How attempts are in a queue; `stalled`: their worker has stopped renewing the lock, and they will be lost. */
export const queueStates = ['waiting', 'delayed', 'running', 'stalled'] as const;
export type QueueState = (typeof queueStates)[number];

/** Upper bounds in seconds of the times that are counted: a light attempt takes one, a night of waiting 40,000. */
export const fleetBounds = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600, 14_400] as const;

/** How often a time was within each bound and above the one before it, and once more for the times beyond the last. */
export interface Distribution {
  counts: number[];
  /** Of all times, in seconds. */
  sum: number;
}

/** One queue since its first attempt. */
export interface QueueCounts {
  /** Of what is in the queue, and of wwebjs-canary. */
  schema: number;
  version: string;
  /** The facts about builds of its runs, without captures. */
  facts: string;
  target: Target;
  browser: string;
  library: string;
  /** Attempts in each state. */
  attempts: Record<QueueState, number>;
  /** Connected workers that take from it. */
  workers: number;
  /** How long attempts that have ended waited before a worker took them, and how long they ran. */
  wait: Distribution;
  run: Distribution;
  /** Attempts whose worker was lost. */
  lost: number;
}

/** All of a fleet. */
export interface FleetCounts {
  queues: QueueCounts[];
  /** Attempts that the connected workers can make at the same time, and those that they make. */
  slots: { busy: number; free: number };
}

/** The place of a time in `counts`. */
export function placeOfTime(seconds: number): number {
  const place = fleetBounds.findIndex((bound) => seconds <= bound);
  return place === -1 ? fleetBounds.length : place;
}

export function noTimes(): Distribution {
  return { counts: new Array<number>(fleetBounds.length + 1).fill(0), sum: 0 };
}
