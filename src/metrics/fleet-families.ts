import { fleetBounds, queueStates } from '../contracts/fleet-counts.ts';
import { targets } from '../contracts/outcome.ts';
import { type Family, family } from './family.ts';

/** What an attempt needs of a worker: the attempts that need the same have a queue of their own. */
const labelsOfQueue = { target: targets, browser: 'any', library: 'any' } as const;

/** The queues of a fleet and its workers; no label names a cell, a run or a machine. */
export const fleetFamilies = {
  queueAttempts: family({
    name: 'wwebjs_queue_attempts',
    type: 'gauge',
    help: 'Attempts in a queue; delayed ones wait for a lease of an account, stalled ones lost the lock of their worker',
    labels: { ...labelsOfQueue, state: queueStates },
    limit: 2000,
  }),
  queueWorkers: family({
    name: 'wwebjs_queue_workers',
    type: 'gauge',
    help: 'Connected workers that take attempts from a queue',
    labels: labelsOfQueue,
    limit: 500,
  }),
  queueSlots: family({
    name: 'wwebjs_queue_slots',
    type: 'gauge',
    help: 'Attempts that all connected workers can make at the same time, by whether they make one',
    labels: { state: ['busy', 'free'] },
    limit: 2,
  }),
  queueWait: family({
    name: 'wwebjs_queue_wait_seconds',
    type: 'histogram',
    help: 'Time that attempts which have ended waited in the queue',
    labels: labelsOfQueue,
    limit: 500,
    buckets: fleetBounds,
  }),
  queueRun: family({
    name: 'wwebjs_queue_run_seconds',
    type: 'histogram',
    help: 'Time that attempts which have ended took on their worker',
    labels: labelsOfQueue,
    limit: 500,
    buckets: fleetBounds,
  }),
  queueLost: family({
    name: 'wwebjs_queue_lost_total',
    type: 'counter',
    help: 'Attempts whose worker was lost',
    labels: labelsOfQueue,
    limit: 500,
  }),
  queueUp: family({
    name: 'wwebjs_exporter_queue_up',
    type: 'gauge',
    help: 'Whether this exporter could read the queue; only exporters with --queue have it',
    labels: {},
    limit: 1,
  }),
} as const satisfies Record<string, Family>;
