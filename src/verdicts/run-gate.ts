import { isDeepStrictEqual } from 'node:util';
import { defaultSlots } from '../browser/default-slots.ts';
import { cellKey } from '../contracts/cell-key.ts';
import { InputError } from '../contracts/input-error.ts';
import type { Policy } from '../contracts/policy.ts';
import type { PlannedCell, RunInfo, RunObserver } from '../contracts/run.ts';
import { seededRandom } from '../contracts/seeded-random.ts';
import { judgedFlows, stagedFlow } from '../contracts/stages.ts';
import { arms, type Verdict } from '../contracts/verdict.ts';
import type { Evidence } from '../gate/evidence/evidence.ts';
import { expectedAttempts } from '../gate/expected-attempts.ts';
import { type AttemptMaker, type EndedRun, type RunOrder, runSupplied, runTasks } from '../runner/run-plan.ts';
import { checkPlan, gatherSupplies } from '../runner/supplies.ts';
import { RecordedTries, type ResumedRun, sameCommand, withRecordedTries } from '../runs/resumed-run.ts';
import type { Store } from '../store/open-store.ts';
import { StoreRecorder } from '../store/store-recorder.ts';
import { plural } from '../words/text.ts';
import { collectFromStore, type Selection } from './collect-attempts.ts';
import { PairQueue } from './pair-queue.ts';
import { PlanOrder } from './plan-order.ts';
import { plannedChoice, planPairs } from './plan-pairs.ts';

/**
 * Attempts of a fleet that are under way at the same time: part of what a verdict depends on, so it does not change with the number of
 * workers.
 */
const fleetWindow = 64;

export interface GateRun {
  /** What is judged; versions by the names that attempts are kept under. */
  selection: Selection;
  /** Another matrix file. */
  config?: string | undefined;
  policy: Policy;
  /** Attempts at the same time; one per two cores when undefined. */
  slots: number | undefined;
  seed: number;
  /** Makes the attempts; this machine does when left out. */
  maker?: (AttemptMaker & RunObserver) | undefined;
  /** With `maker`: a run of the store that was cut off and goes on, by the seed that it had. */
  resumed?: ResumedRun | undefined;
  /** Ends the attempts early; what was found until then is judged. */
  signal?: AbortSignal | undefined;
  /** When it is aborted no other attempt is started; what was found until then is judged. */
  until?: AbortSignal | undefined;
  /**
   * Makes an observer that hears of every attempt after the verdict does.
   *
   * @param expected attempts of both versions until the decision.
   */
  observe?: ((source: { standing: Verdict }, expected: number) => RunObserver) | undefined;
  say(line: string): void;
}

/**
 * Makes the attempts that a decision still needs, on top of those that are in the store, and records them there.
 *
 * @throws InputError, TroubleError as `runPlan` does; a TroubleError too when records could not be kept.
 */
export async function runGate(
  store: Store,
  { selection, config, policy, slots, seed, maker, resumed, signal, until, observe, say }: GateRun,
): Promise<{ verdict: Verdict; interrupted: boolean }> {
  const { plan, pairs } = planPairs(selection, plannedChoice(selection.choice, policy), selection.target, config);
  const goesOn = resumed && { run: resumed.run, ...(await recordOf(store, resumed, plan)) };
  const makers = goesOn && maker ? withRecordedTries(maker, store, goesOn.tries) : maker;
  const execute = makers ? await onFleet(plan, makers, slots, goesOn?.run) : await onThisMachine(plan, slots, say);
  const askedAt = goesOn?.run.startedAt ?? new Date().toISOString();
  const collector = await collectFromStore(store, selection, policy, askedAt, goesOn?.first);
  const queue = new PairQueue(pairs, collector, policy, seed);
  if (queue.isDecided) {
    say('The attempts in the store decide it: none has to be made.');
    return { verdict: queue.verdict, interrupted: false };
  }
  const evidence = collector.evidence();
  const expected = expectedInAll(evidence, policy, seed);
  say(announce(evidence, policy, expected));
  const recorder = new StoreRecorder(store);
  const others = observe ? [observe(queue, arms.length * expected)] : [];
  const { interrupted } = await execute({ queue, recorder, others }, { seed, until, ...(signal && { signal }) });
  if (recorder.trouble) throw recorder.trouble;
  return { verdict: queue.verdict, interrupted };
}

interface GateObservers {
  queue: PairQueue;
  recorder: StoreRecorder;
  others: readonly RunObserver[];
}

type Execute = (observers: GateObservers, order: Pick<RunOrder, 'seed' | 'signal' | 'until'>) => Promise<EndedRun>;

async function onThisMachine(
  plan: readonly PlannedCell[],
  slots = defaultSlots(),
  say: (line: string) => void,
): Promise<Execute> {
  const supplies = await gatherSupplies(plan, say);
  return ({ queue, recorder, others }, order) =>
    runSupplied(plan, supplies, { ...order, slots, queue, observers: [recorder, queue, ...others] });
}

/** This machine needs neither libraries nor browsers. Attempts are judged in the order of the plan. */
async function onFleet(
  plan: readonly PlannedCell[],
  maker: AttemptMaker & RunObserver,
  slots = fleetWindow,
  before?: RunInfo,
): Promise<Execute> {
  await checkPlan(plan);
  return ({ queue, recorder, others }, order) => {
    const inOrder = new PlanOrder(queue, slots);
    const observers = [recorder, inOrder, ...others, maker];
    return runTasks(plan, maker, { ...order, slots, queue: inOrder, observers }, before);
  };
}

/**
 * What the store has of a run that was cut off.
 *
 * @throws InputError when the run has other cells.
 */
async function recordOf(store: Store, resumed: ResumedRun, plan: readonly PlannedCell[]) {
  const keys = (its: readonly PlannedCell[]) => its.map(({ cell }) => cellKey(cell)).sort();
  if (!isDeepStrictEqual(keys(plan), keys(resumed.plan)))
    throw new InputError(`--resume ${resumed.run.id}: that run has other cells; ${sameCommand}`);
  return {
    tries: await RecordedTries.read(store, resumed.run),
    first: await store.attempts.firstOf(resumed.run.id),
  };
}

/**
 * Attempts of each version that a decision takes if the candidate is as good as the baseline. Flows that are stages of one share its
 * attempts, so the one that takes most counts.
 */
function expectedInAll({ flows }: Evidence, policy: Policy, seed: number): number {
  const stages = judgedFlows(stagedFlow);
  const counts = flows.map((flow) => ({
    isStage: stages.includes(flow.flow),
    attempts: expectedAttempts(flow, policy, seededRandom(seed)),
  }));
  const alone = counts.filter(({ isStage }) => !isStage).reduce((sum, { attempts }) => sum + attempts, 0);
  return alone + Math.max(0, ...counts.filter(({ isStage }) => isStage).map(({ attempts }) => attempts));
}

function announce({ flows }: Evidence, policy: Policy, expected: number): string {
  const cap = flows.length * (policy.success.looks.at(-1) as number);
  const cells = flows.reduce((sum, flow) => sum + flow.cells.length, 0);
  return `About ${expected} more attempts of each version are expected in ${plural(cells, 'cell')} if the candidate is as good as the baseline, fewer if it is broken, never more than ${cap}.`;
}
