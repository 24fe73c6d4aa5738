import type { Cell } from '../contracts/attempt.ts';
import type { Matrix } from '../contracts/matrix.ts';
import type { Target } from '../contracts/outcome.ts';
import type { Policy } from '../contracts/policy.ts';
import type { PlannedCell } from '../contracts/run.ts';
import { judgedFlows, stagedFlow } from '../contracts/stages.ts';
import type { Arm, Place } from '../contracts/verdict.ts';
import { placeKey } from '../gate/evidence/place.ts';
import type { Choice } from '../runner/check-choice.ts';
import { expectationOf, planCells } from '../runner/plan.ts';
import { readExpectations, readMatrix } from '../runs/read-plan.ts';
import type { PlannedPair } from './pair-queue.ts';

/** Both versions are attempted in the same cells. */
type PairChoice = Omit<Choice, 'library'>;

export interface PairPlan {
  /** The cells that are judged. */
  places: Place[];
  /** Every attempted cell, and what its attempts are judged as. */
  pairs: PlannedPair[];
  /** The baseline in every attempted cell, then the candidate in every one, in the same order. */
  plan: PlannedCell[];
}

/**
 * The cells in which both versions are compared: those that the matrix or the options name for either of them. Where several flows are
 * judged that are stages of one, that one is attempted, so that the evidence costs one start.
 *
 * @param versions as the user named them. @param config another matrix file.
 * @throws InputError naming the option that is wrong.
 */
export function planPairs(
  versions: Record<Arm, string>,
  choice: PairChoice,
  target: Target,
  config?: string,
): PairPlan {
  const library = [...new Set([versions.baseline, versions.candidate])];
  const rules = readExpectations();
  const asked = { ...choice, flow: choice.flow?.flatMap(judgedFlows), library };
  const planned = planCells(asJudged(readMatrix(config)), rules, { choice: asked, target });
  const named = new Map(planned.map(({ cell }) => [placeKey(cell), placeOf(cell)]));
  const attempted = [...Map.groupBy(named.values(), attemptedKey)];
  const cells = attempted.flatMap(([, its]) => {
    const [first] = its as [Place];
    const isStaged = its.length > 1;
    return isStaged ? [{ place: { ...first, flow: stagedFlow }, judged: its }] : [{ place: first, judged: [first] }];
  });
  const arm = (library: string) =>
    cells.map(({ place }) => {
      const cell = { library, ...place };
      return { cell, expectation: expectationOf(cell, rules), repeat: 1 };
    });
  const [baseline, candidate] = [arm(versions.baseline), arm(versions.candidate)];
  return {
    plan: [...baseline, ...candidate],
    pairs: cells.map(({ judged }, i) => ({
      baseline: baseline[i] as PlannedCell,
      candidate: candidate[i] as PlannedCell,
      places: judged,
    })),
    places: cells.flatMap(({ judged }) => judged),
  };
}

/** The flow with stages stands for them: they are what is judged, and what the policy and `--flow` name. */
function asJudged(matrix: Matrix): Matrix {
  return { ...matrix, blocks: matrix.blocks.map((block) => ({ ...block, flow: block.flow.flatMap(judgedFlows) })) };
}

/** The same for the stages of one flow in the same place. */
function attemptedKey(place: Place): string {
  const isStage = place.target === 'replica' && judgedFlows(stagedFlow).includes(place.flow);
  return placeKey(isStage ? { ...place, flow: stagedFlow } : place);
}

/** What is chosen of the matrix: by the options, else by the policy. */
export function plannedChoice(choice: PairChoice, { flows, browsers }: Pick<Policy, 'flows' | 'browsers'>): PairChoice {
  return { ...choice, flow: choice.flow ?? flows, browser: choice.browser ?? browsers };
}

function placeOf({ library: _, ...place }: Cell): Place {
  return place;
}
