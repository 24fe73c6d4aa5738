import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import {
  type Distribution,
  type FleetCounts,
  fleetBounds,
  noTimes,
  placeOfTime,
  type QueueCounts,
} from '../../src/contracts/fleet-counts.ts';
import { QueueFigures } from '../../src/exporter/queue-figures.ts';
import { Instruments } from '../../src/metrics/instruments.ts';

const times = (...seconds: number[]): Distribution => ({
  counts: noTimes().counts.map((_, place) => seconds.filter((each) => placeOfTime(each) === place).length),
  sum: seconds.reduce((sum, each) => sum + each, 0),
});

const queue = (given: Partial<QueueCounts> = {}): QueueCounts => ({
  ...{ schema: 1, version: '0.1.0', facts: 'own', target: 'replica', browser: 'current', library: '1.34.7' },
  attempts: { waiting: 7, delayed: 0, running: 2, stalled: 1 },
  workers: 2,
  wait: times(0.5, 90),
  run: times(12, 13),
  lost: 3,
  ...given,
});

/** Reads one after the other; each is a fleet, or what went wrong. */
async function textAfter(...reads: (FleetCounts | Error)[]): Promise<{ text: string; troubles: unknown[] }> {
  const instruments = new Instruments();
  const troubles: unknown[] = [];
  const next = async () => {
    const read = reads.shift();
    if (read instanceof Error) throw read;
    return read as FleetCounts;
  };
  const figures = new QueueFigures(next, instruments, (error) => troubles.push(error));
  while (reads.length > 0) await figures.refresh();
  return { text: await instruments.registry.metrics(), troubles };
}

const fleet = (...queues: QueueCounts[]): FleetCounts => ({ queues, slots: { busy: 3, free: 1 } });
const labels = 'target="replica",browser="current",library="1.34.7"';

test('the depth of a queue, its workers and its times are those of the fleet', async () => {
  const { text } = await textAfter(fleet(queue()));
  for (const [state, count] of Object.entries(queue().attempts)) {
    expect(text).toContain(`wwebjs_queue_attempts{${labels},state="${state}"} ${count}\n`);
  }
  expect(text).toContain(`wwebjs_queue_workers{${labels}} 2\n`);
  expect(text).toContain('wwebjs_queue_slots{state="free"} 1\n');
  expect(text).toContain(`wwebjs_queue_lost_total{${labels}} 3\n`);
  expect(text).toContain('# TYPE wwebjs_queue_wait_seconds histogram\n');
  const buckets = text.match(/^wwebjs_queue_wait_seconds_bucket.* \d+$/gm) ?? [];
  const expected = [...fleetBounds, '+Inf'].map((le) => {
    const within = [0.5, 90].filter((seconds) => le === '+Inf' || seconds <= Number(le)).length;
    return `wwebjs_queue_wait_seconds_bucket{${labels},le="${le}"} ${within}`;
  });
  expect(buckets).toEqual(expected);
  expect(text).toContain(`wwebjs_queue_wait_seconds_sum{${labels}} 90.5\n`);
  expect(text).toContain(`wwebjs_queue_wait_seconds_count{${labels}} 2\n`);
  expect(text).toContain('wwebjs_exporter_queue_up 1\n');
});

test('queues of two releases are one, and nothing is counted twice by a second read', async () => {
  const both = fleet(queue(), queue({ version: '0.2.0', lost: 1, workers: 5 }));
  const { text } = await textAfter(both, both, both);
  expect(text).toContain(`wwebjs_queue_workers{${labels}} 7\n`);
  expect(text).toContain(`wwebjs_queue_attempts{${labels},state="waiting"} 14\n`);
  expect(text).toContain(`wwebjs_queue_run_seconds_count{${labels}} 4\n`);
  expect(text).toContain(`wwebjs_queue_lost_total{${labels}} 4\n`);
});

test('a queue that cannot be read has no depth and no workers, and its counts stay', async () => {
  const trouble = new Error('away');
  const { text, troubles } = await textAfter(fleet(queue()), trouble);
  expect(troubles).toEqual([trouble]);
  expect(text).not.toMatch(/^wwebjs_queue_(attempts|workers|slots)\{/m);
  expect(text).toContain(`wwebjs_queue_lost_total{${labels}} 3\n`);
  expect(text).toContain(`wwebjs_queue_run_seconds_count{${labels}} 2\n`);
  expect(text).toContain('wwebjs_exporter_queue_up 0\n');
});

test('a queue that is gone from the fleet is gone from the figures', async () => {
  const { text } = await textAfter(fleet(queue()), fleet());
  expect(text).not.toMatch(/^wwebjs_queue_(attempts|workers|wait_seconds_count)\{/m);
});

test('a server that does not answer delays a scrape by some seconds at most', async () => {
  const instruments = new Instruments();
  const troubles: unknown[] = [];
  const never = () => new Promise<FleetCounts>(() => {});
  const figures = new QueueFigures(never, instruments, (error) => troubles.push(error));
  await Promise.race([figures.refresh(), sleep(10_000).then(() => expect.unreachable('the scrape waits'))]);
  expect(troubles).toHaveLength(1);
});
