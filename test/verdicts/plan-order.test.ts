import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Attempt } from '../../src/contracts/attempt.ts';
import type { PlannedCell } from '../../src/contracts/run.ts';
import { seededRandom } from '../../src/contracts/seeded-random.ts';
import { EvidenceCollector } from '../../src/gate/evidence-collector.ts';
import type { Task } from '../../src/runner/run-plan.ts';
import { PairQueue } from '../../src/verdicts/pair-queue.ts';
import { PlanOrder } from '../../src/verdicts/plan-order.ts';
import { exampleCell, failedAttempt, infraAttempt, passedAttempt } from '../fixtures/example-run.ts';
import { defaultPolicy } from '../gate/evidence-of.ts';

const at = '2026-01-09T00:00:00.000Z';

/** What the attempt of a version with a seed did; it does the same wherever and whenever it is made. */
type Recorded = (library: string, seed: number, tries: number) => Attempt;

/** So many percent of the attempts of each version fail, and so many are spoiled by the machine. */
function recorded(failing: Record<string, number>, spoiled: number): Recorded {
  return (library, seed, tries) => {
    const random = seededRandom(seed * 31 + library.length * 7 + tries);
    if (random() * 100 < spoiled) return infraAttempt({ seed, startedAt: at, code: 'worker-lost' });
    const make = random() * 100 < (failing[library] ?? 0) ? failedAttempt : passedAttempt;
    return make({ seed, startedAt: at, id: `${library}-${seed}-${tries}` });
  };
}

interface Fleet {
  workers: number;
  /** Attempts in the queue of the fleet at the same time. */
  window: number;
  /** Chooses which attempt ends next. */
  luck: number;
}

/** Judges two versions with a fleet, in which attempts begin in turn and end in any order. */
async function judge(record: Recorded, { workers, window, luck }: Fleet) {
  const builds = ['2.3000.1', '2.3000.2'];
  const planned = (library: string, build: string): PlannedCell => {
    return { cell: exampleCell({ library, build }), expectation: null, repeat: 1 };
  };
  const pairs = builds.map((build) => ({ baseline: planned('old', build), candidate: planned('newer', build) }));
  const collector = new EvidenceCollector({ baseline: 'old', candidate: 'newer', askedAt: at }, defaultPolicy);
  const queue = new PairQueue(pairs, collector, defaultPolicy, 1);
  const order = new PlanOrder(queue, window);
  const random = seededRandom(luck);
  const tries = new Map<string, number>();
  const heard: string[] = [];
  const waiting: Task[] = [];
  const ask = () => void order.next().then((task) => task && waiting.push(task));
  for (let slot = 0; slot < window; slot++) ask();
  for (;;) {
    await Promise.resolve();
    // A task that is given out becomes known one turn later.
    await Promise.resolve();
    const running = Math.min(workers, waiting.length);
    if (running === 0) break;
    const [task] = waiting.splice(Math.floor(random() * running), 1) as [Task];
    const key = `${task.planned.cell.library} ${task.planned.cell.build} ${task.seed}`;
    const n = tries.get(key) ?? 0;
    tries.set(key, n + 1);
    heard.push(key);
    order.attemptEnded(task.planned, record(task.planned.cell.library, task.seed, n));
    if (order.isOver) break;
    ask();
  }
  return { verdict: queue.verdict, heard };
}

describe('attempts that are judged in the order of the plan', () => {
  test.each([
    ['an equal candidate', recorded({ old: 2, newer: 2 }, 0)],
    ['a broken candidate', recorded({ old: 2, newer: 100 }, 0)],
    ['a candidate that is somewhat worse', recorded({ old: 3, newer: 12 }, 0)],
    ['workers that are lost now and then', recorded({ old: 2, newer: 4 }, 3)],
  ])('%s gets the same verdict from 1 worker and from 50, whichever is faster', async (_, record) => {
    const { verdict } = await judge(record, { workers: 1, window: 32, luck: 1 });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 50 }), fc.integer(), async (workers, luck) => {
        expect((await judge(record, { workers, window: 32, luck })).verdict).toEqual(verdict);
      }),
      { numRuns: 25 },
    );
  });

  test('the attempts end in different orders, so that the verdict could differ', async () => {
    const record = recorded({ old: 3, newer: 12 }, 0);
    const one = await judge(record, { workers: 1, window: 32, luck: 1 });
    const many = await judge(record, { workers: 20, window: 32, luck: 2 });
    expect(many.heard).not.toEqual(one.heard);
  });
});

describe('a queue in the order of the plan', () => {
  const cell: PlannedCell = { cell: exampleCell(), expectation: null, repeat: 1 };

  function counting(most: number) {
    let given = 0;
    const heard: number[] = [];
    return {
      heard,
      isOver: false,
      next: () => (given < most ? { planned: cell, seed: given++ } : undefined),
      attemptEnded: (_: PlannedCell, { seed }: Attempt) => void heard.push(seed),
    };
  }

  test('an attempt that ends early is heard of when those before it have ended', async () => {
    const queue = counting(3);
    const order = new PlanOrder(queue, 3);
    for (let i = 0; i < 3; i++) await order.next();
    order.attemptEnded(cell, passedAttempt({ seed: 2 }));
    order.attemptEnded(cell, passedAttempt({ seed: 1 }));
    expect(queue.heard).toEqual([]);
    order.attemptEnded(cell, passedAttempt({ seed: 0 }));
    expect(queue.heard).toEqual([0, 1, 2]);
  });

  test('the next task waits for the oldest attempt, and the end comes when all have ended', async () => {
    const order = new PlanOrder(counting(3), 2);
    await order.next();
    await order.next();
    const third = order.next();
    order.attemptEnded(cell, passedAttempt({ seed: 1 }));
    expect(await Promise.race([third, Promise.resolve('waits')])).toBe('waits');
    order.attemptEnded(cell, passedAttempt({ seed: 0 }));
    expect((await third)?.seed).toBe(2);
    const end = order.next();
    order.attemptEnded(cell, passedAttempt({ seed: 2 }));
    expect(await end).toBeUndefined();
  });

  test('a decision ends those who wait at once', async () => {
    const queue = counting(9);
    const order = new PlanOrder(queue, 2);
    await order.next();
    await order.next();
    const third = order.next();
    queue.isOver = true;
    order.attemptEnded(cell, passedAttempt({ seed: 0 }));
    expect(await third).toBeUndefined();
  });
});
