import type { Cell } from '../../contracts/attempt.ts';
import type { Target } from '../../contracts/outcome.ts';
import type { Policy } from '../../contracts/policy.ts';
import type { PlannedCell } from '../../contracts/run.ts';
import { judgedFlows, stagedFlow } from '../../contracts/stages.ts';
import type { Arm, Place } from '../../contracts/verdict.ts';
import { placeKey } from '../../gate/evidence/place.ts';
import type { Choice } from '../../runner/check-choice.ts';
import { expectationOf } from '../../runner/plan.ts';
import { readExpectations, readPlan } from '../run/read-plan.ts';

/** Both versions are attempted in the same cells. */
type PairChoice = Omit<Choice, 'library'>;

export interface PairPlan {
  /** The cells that are judged. */
  places: Place[];
  /** What each attempted cell is judged as. */
  judged: Place[][];
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
  const planned = readPlan({ choice: { ...choice, library }, target }, config);
  const named = new Map(planned.map(({ cell }) => [placeKey(cell), placeOf(cell)]));
  const places = [...named.values()].flatMap((place) => judgedFlows(place.flow).map((flow) => ({ ...place, flow })));
  const attempted = [...Map.groupBy(new Map(places.map((place) => [placeKey(place), place])).values(), attemptedKey)];
  const cells = attempted.flatMap(([, its]) => {
    const [first] = its as [Place];
    const isStaged = its.length > 1;
    return isStaged ? [{ place: { ...first, flow: stagedFlow }, judged: its }] : [{ place: first, judged: [first] }];
  });
  const rules = readExpectations();
  const arm = (library: string) =>
    cells.map(({ place }) => {
      const cell = { library, ...place };
      return { cell, expectation: expectationOf(cell, rules), repeat: 1 };
    });
  return {
    plan: [...arm(versions.baseline), ...arm(versions.candidate)],
    judged: cells.map(({ judged }) => judged),
    places: cells.flatMap(({ judged }) => judged),
  };
}

/** The same for the stages of one flow in the same place. */
function attemptedKey(place: Place): string {
  const isStage = judgedFlows(stagedFlow).includes(place.flow);
  return placeKey(isStage ? { ...place, flow: stagedFlow } : place);
}

/** What is chosen of the matrix: by the options, else by the policy. */
export function plannedChoice(choice: PairChoice, { flows, browsers }: Pick<Policy, 'flows' | 'browsers'>): PairChoice {
  return { ...choice, flow: choice.flow ?? flows?.flatMap(judgedFlows), browser: choice.browser ?? browsers };
}

function placeOf({ library: _, ...place }: Cell): Place {
  return place;
}
