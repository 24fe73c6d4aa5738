import type { Cell } from '../../contracts/attempt.ts';
import type { Target } from '../../contracts/outcome.ts';
import type { Policy } from '../../contracts/policy.ts';
import type { PlannedCell } from '../../contracts/run.ts';
import type { Arm, Place } from '../../contracts/verdict.ts';
import { placeKey } from '../../gate/evidence/place.ts';
import type { Choice } from '../../runner/check-choice.ts';
import { expectationOf } from '../../runner/plan.ts';
import { readExpectations, readPlan } from '../run/read-plan.ts';

/** Both versions are attempted in the same cells. */
type PairChoice = Omit<Choice, 'library'>;

export interface PairPlan {
  places: Place[];
  /** The baseline in every place, then the candidate in every place, in the same order. */
  plan: PlannedCell[];
}

/**
 * The cells in which both versions are compared: those that the matrix or the options name for either of them.
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
  const places = new Map<string, Place>();
  for (const { cell } of planned) {
    const place = placeOf(cell);
    places.set(placeKey(place), place);
  }
  const rules = readExpectations();
  const arm = (library: string) =>
    [...places.values()].map((place) => {
      const cell = { library, ...place };
      return { cell, expectation: expectationOf(cell, rules), repeat: 1 };
    });
  return { plan: [...arm(versions.baseline), ...arm(versions.candidate)], places: [...places.values()] };
}

/** What is chosen of the matrix: by the options, else by the policy. */
export function plannedChoice(choice: PairChoice, { flows, browsers }: Pick<Policy, 'flows' | 'browsers'>): PairChoice {
  return { ...choice, flow: choice.flow ?? flows, browser: choice.browser ?? browsers };
}

function placeOf({ library: _, ...place }: Cell): Place {
  return place;
}
