import { z } from 'zod';
import type { Attempt } from '../contracts/attempt.ts';
import { judgedAttempt } from '../contracts/judged-attempt.ts';
import type { Policy } from '../contracts/policy.ts';
import type { PlannedCell, RunObserver } from '../contracts/run.ts';
import { arms, type Verdict } from '../contracts/verdict.ts';
import { isSpoiled } from '../gate/evidence-collector.ts';
import { type LiveAttempter, runSupplied, type Task, type TaskQueue } from '../runner/run-plan.ts';
import { gatherSupplies } from '../runner/supplies.ts';
import type { Store } from '../store/open-store.ts';
import { StoreRecorder } from '../store/store-recorder.ts';
import { collectFromStore, type Selection } from './collect-attempts.ts';
import { judgeOfStore, type LiveJudge, pairsPerDay, planLivePairs } from './live-judge.ts';
import type { PlannedPair } from './pair-queue.ts';

/** So many spoiled attempts in a row, and more of them will not help: each is a start of a number that could be banned. */
const hopeless = 3;

interface LiveGateRun {
  selection: Selection;
  policy: Policy;
  seed: number;
  signal?: AbortSignal | undefined;
  observe?: ((source: { standing: Verdict }, expected: number) => RunObserver) | undefined;
  say(line: string): void;
}

/**
 * Makes pairs of attempts on the live site, one at a time and both on the same devices, until plain breakage is found, the limits allow no
 * more, or a day of one device is used up.
 *
 * @throws InputError for a flow that links; what `runPlan` throws.
 */
export async function runLiveGate(
  store: Store,
  { selection, policy, seed, signal, observe, say }: LiveGateRun,
  live: LiveAttempter,
): Promise<{ verdict: Verdict; interrupted: boolean }> {
  const { plan, pairs } = planLivePairs(selection);
  const supplies = await gatherSupplies(plan, say);
  const judged = await judgeOfStore(store, selection, policy);
  const most = pairsPerDay();
  const queue = new LivePairQueue(pairs, judged, { seed, most });
  say(
    `Up to ${most} pairs on the live site, as often as the limits of live accounts allow; they claim plain breakage only.`,
  );
  const recorder = new StoreRecorder(store);
  const observers = [recorder, queue, ...(observe ? [observe(queue, arms.length * most)] : [])];
  const options = { slots: 1, seed, queue, observers, live, ...(signal && { signal }) };
  const { interrupted } = await runSupplied(plan, supplies, options);
  if (recorder.trouble) throw recorder.trouble;
  const askedAt = new Date().toISOString();
  await judged.lookBeside(async (beside) => (await collectFromStore(store, beside, policy, askedAt)).evidence());
  return { verdict: judged.verdict, interrupted };
}

const refusal = z.object({ until: z.iso.datetime().nullable() });

/** Gives out pairs: of the flow with the fewest, which version is first in turn. An attempt that is spoiled ends its pair. */
export class LivePairQueue implements TaskQueue, RunObserver {
  readonly #judge: LiveJudge;
  readonly #flows: { planned: PlannedPair; given: number; made: number }[];
  readonly #seed: number;
  readonly #most: number;
  #waiting: Task[] = [];
  #spoiledInARow = 0;
  #isOver = false;

  /** @param most pairs in all, besides those that the judge has. */
  constructor(pairs: readonly PlannedPair[], judge: LiveJudge, { seed, most }: { seed: number; most: number }) {
    this.#judge = judge;
    // A command that the limits end goes on with the next one: which version is first alternates over both.
    const { flows } = judge.verdict;
    const madeIn = (name: string) => flows.find(({ flow }) => flow === name)?.baseline.attempts ?? 0;
    this.#flows = pairs.map((planned) => ({ planned, given: 0, made: madeIn(planned.baseline.cell.flow) }));
    this.#seed = seed;
    this.#most = most;
    this.#isOver = this.standing.verdict === 'block';
  }

  get standing(): Verdict {
    return this.#judge.verdict;
  }

  next(): Task | undefined {
    if (this.#isOver) return undefined;
    if (this.#waiting.length === 0) this.#openPair();
    return this.#waiting.shift();
  }

  attemptEnded({ cell }: PlannedCell, attempt: Attempt): void {
    this.#judge.add({ cell, attempt });
    const spoiled = isSpoiled(judgedAttempt(cell, attempt));
    this.#spoiledInARow = spoiled ? this.#spoiledInARow + 1 : 0;
    if (spoiled) this.#waiting = [];
    if (attempt.code === 'limit-reached') {
      const { data } = refusal.safeParse(attempt.events.find(({ type }) => type === 'harness:refused')?.detail);
      this.#judge.refuse({ message: attempt.cause?.message ?? attempt.code, until: data?.until ?? null });
      this.#isOver = true;
    }
    this.#isOver ||= this.#spoiledInARow >= hopeless || this.standing.verdict === 'block';
  }

  #openPair(): void {
    const given = this.#flows.reduce((sum, flow) => sum + flow.given, 0);
    const flow = this.#flows.toSorted((a, b) => a.given - b.given)[0];
    if (given >= this.#most || !flow) return;
    const order = (flow.made + flow.given) % 2 === 0 ? arms : arms.toReversed();
    const seed = this.#seed + flow.given++;
    this.#waiting = order.map((arm) => ({ planned: flow.planned[arm], seed }));
  }
}
