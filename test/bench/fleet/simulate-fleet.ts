import { seededRandom } from '../../../src/contracts/seeded-random.ts';
import { Station } from './station.ts';
import { Timeline } from './timeline.ts';

/** How long each part of a fleet run takes, in milliseconds. */
export interface ServiceTimes {
  /** Attempts that were measured: how long each took, and whether it left evidence. One is drawn for each simulated attempt. */
  attempts: readonly { ms: number; hasEvidence: boolean }[];
  /** The queue server, which does one thing at a time: to add an attempt, to give one out, to take its record. */
  add: number;
  take: number;
  complete: number;
  /** A worker packs the evidence of an attempt; its slot waits for it. */
  pack: number;
  /** The evidence store takes, and gives back, the evidence of an attempt; one at a time, as measured when it was kept busy. */
  put: number;
  get: number;
  /** The coordinator, which does one thing at a time: to write a record, and to unpack the evidence of an attempt. */
  record: number;
  unpack: number;
}

export interface Fleet {
  attempts: number;
  workers: number;
  slotsPerWorker: number;
  /** Attempts that the coordinator keeps in the queue and under way. */
  window: number;
  /** Chooses which measured attempt each simulated one repeats. */
  seed: number;
}

/** Busy time over the time of the run, from 0 to 1. */
export interface Loads {
  slots: number;
  queue: number;
  evidence: number;
  coordinator: number;
}

export interface SimulatedRun {
  /** From the first job added to the last record written. */
  ms: number;
  loads: Loads;
  /** Attempts whose record was not yet written when the last attempt ended. */
  backlog: number;
}

/** An attempt after the step that has just ended. */
interface Step {
  ended: 'add' | 'attempt' | 'pack' | 'put' | 'complete' | 'get' | 'record';
  attempt: ServiceTimes['attempts'][number];
}

/**
 * A run of a fleet as discrete events. The coordinator keeps at most `window` attempts in the queue and under way, and adds one for each
 * record that it has written. A slot takes an attempt, makes it, packs and sends its evidence, hands over its record, and takes the next
 * one; the coordinator gets the evidence and writes the records one after the other.
 */
export function simulateFleet(times: ServiceTimes, fleet: Fleet): SimulatedRun {
  const { attempts, workers, slotsPerWorker, window, seed } = fleet;
  const draw = seededRandom(seed);
  const [queue, evidence, coordinator] = [new Station(1), new Station(1), new Station(1)];
  const timeline = new Timeline<Step>();
  const slots = workers * slotsPerWorker;
  const waiting: Step['attempt'][] = [];
  let freeSlots = slots;
  let added = 0;
  let slotsBusyMs = 0;
  let completed = 0;
  let recorded = 0;
  let backlog = 0;
  let ms = 0;

  const add = (at: number) => {
    if (added === attempts) return;
    added += 1;
    const attempt = times.attempts[Math.floor(draw() * times.attempts.length)] as Step['attempt'];
    timeline.add(queue.serve(at, times.add), { ended: 'add', attempt });
  };
  const take = (at: number) => {
    const attempt = freeSlots > 0 ? waiting.shift() : undefined;
    if (!attempt) return;
    freeSlots -= 1;
    slotsBusyMs += attempt.ms + (attempt.hasEvidence ? times.pack : 0);
    timeline.add(queue.serve(at, times.take) + attempt.ms, { ended: 'attempt', attempt });
  };
  /** What follows a step, and when that ends. */
  const next: Record<Step['ended'], (at: number, attempt: Step['attempt']) => [Step['ended'], number] | null> = {
    add(at, attempt) {
      waiting.push(attempt);
      take(at);
      return null;
    },
    attempt: (at, { hasEvidence }) =>
      hasEvidence ? ['pack', at + times.pack] : ['complete', queue.serve(at, times.complete)],
    pack: (at) => ['put', evidence.serve(at, times.put)],
    put: (at) => ['complete', queue.serve(at, times.complete)],
    complete(at, { hasEvidence }) {
      freeSlots += 1;
      take(at);
      completed += 1;
      if (completed === attempts) backlog = attempts - recorded;
      return hasEvidence ? ['get', evidence.serve(at, times.get)] : ['record', coordinator.serve(at, times.record)];
    },
    get: (at) => ['record', coordinator.serve(at, times.record + times.unpack)],
    record(at) {
      add(at);
      recorded += 1;
      ms = at;
      return null;
    },
  };
  for (let i = 0; i < window; i++) add(0);
  for (let due = timeline.next(); due; due = timeline.next()) {
    const { attempt, ended } = due.event;
    const following = next[ended](due.at, attempt);
    if (following) timeline.add(following[1], { ended: following[0], attempt });
  }
  const load = (busyMs: number, servers = 1) => busyMs / (servers * ms);
  return {
    ms,
    loads: {
      slots: load(slotsBusyMs, slots),
      queue: load(queue.busyMs),
      evidence: load(evidence.busyMs),
      coordinator: load(coordinator.busyMs),
    },
    backlog,
  };
}

/** The number of slots at which a part that does one thing at a time has no time left; more slots make no run faster. */
export function slotsUntilFull(times: ServiceTimes): Record<'queue' | 'evidence' | 'coordinator', number> {
  const share = times.attempts.filter(({ hasEvidence }) => hasEvidence).length / times.attempts.length;
  const mean = times.attempts.reduce((sum, { ms }) => sum + ms, 0) / times.attempts.length;
  const cycle = mean + times.take + times.complete + share * (times.pack + times.put);
  return {
    queue: cycle / (times.add + times.take + times.complete),
    evidence: cycle / (share * (times.put + times.get)),
    coordinator: cycle / (times.record + share * times.unpack),
  };
}
