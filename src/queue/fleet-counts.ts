import { type FleetCounts, noTimes, placeOfTime, type QueueCounts } from '../contracts/fleet-counts.ts';
import { type FleetLink, prefix } from './fleet-link.ts';
import { type FleetWorker, type QueueNeed, queueName, queueNeedSchema, whyNotServed } from './needs.ts';

/** Counts of a queue in which nothing ended for so long are forgotten. */
const keptSeconds = 90 * 24 * 3_600;

/** Every queue of which something was counted, by its name. */
const countedKey = `${prefix}:counted`;
const countsKey = (name: string) => `${prefix}:counts:${name}`;

/** How long an attempt that has ended waited and ran, in milliseconds; `lost` with its worker. */
export type EndedTimes = { waitedMs: number; ranMs: number } | 'lost';

/** Adds an attempt to the counts of its queue; to be called once for each record. */
export async function countEnded({ redis }: FleetLink, need: QueueNeed, ended: EndedTimes): Promise<void> {
  const name = queueName(need);
  const key = countsKey(name);
  const counting = redis.multi().hset(countedKey, name, JSON.stringify(need)).expire(key, keptSeconds);
  if (ended === 'lost') counting.hincrby(key, 'lost', 1);
  else {
    for (const [times, ms] of [
      ['wait', ended.waitedMs],
      ['run', ended.ranMs],
    ] as const) {
      const seconds = Math.max(0, ms) / 1000;
      counting.hincrby(key, `${times}.${placeOfTime(seconds)}`, 1).hincrbyfloat(key, `${times}.sum`, seconds);
    }
  }
  await counting.exec();
}

/** All queues of a fleet, those of other releases too, and its workers. */
export async function readFleet(link: FleetLink): Promise<FleetCounts> {
  const [inUse, counted, workers] = await Promise.all([link.needs(), link.redis.hvals(countedKey), link.workers()]);
  const known = counted.flatMap((text) => queueNeedSchema.safeParse(JSON.parse(text)).data ?? []);
  const needs = new Map([...known, ...inUse].map((need) => [queueName(need), need]));
  const queues = await Promise.all([...needs.values()].map((need) => readQueue(link, need, workers)));
  const busy = workers.reduce((sum, { running }) => sum + running, 0);
  const slots = workers.reduce((sum, worker) => sum + worker.slots, 0);
  return { queues, slots: { busy, free: slots - busy } };
}

async function readQueue(link: FleetLink, need: QueueNeed, workers: readonly FleetWorker[]): Promise<QueueCounts> {
  const queue = link.queue(need);
  const [depth, active, counts] = await Promise.all([
    queue.getJobCounts('waiting', 'prioritized', 'delayed'),
    queue.getRanges(['active'], 0, -1),
    link.redis.hgetall(countsKey(queueName(need))),
  ]);
  const locks = active.length === 0 ? [] : await link.redis.mget(active.map((id) => queue.toKey(`${id}:lock`)));
  const stalled = locks.filter((lock) => lock === null).length;
  const { waiting = 0, prioritized = 0, delayed = 0 } = depth;
  return {
    ...need,
    attempts: { waiting: waiting + prioritized, delayed, running: active.length - stalled, stalled },
    workers: workers.filter((worker) => whyNotServed(worker, need) === null).length,
    ...{ wait: timesOf(counts, 'wait'), run: timesOf(counts, 'run') },
    lost: Number(counts.lost ?? 0),
  };
}

function timesOf(counts: Record<string, string>, name: string) {
  return {
    counts: noTimes().counts.map((_, place) => Number(counts[`${name}.${place}`] ?? 0)),
    sum: Number(counts[`${name}.sum`] ?? 0),
  };
}
