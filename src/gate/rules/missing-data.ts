import type { Policy } from '../../contracts/policy.ts';
import { arms } from '../../contracts/verdict.ts';
import { plural } from '../../words/text.ts';
import {
  type ArmEvidence,
  type Comparison,
  countedCells,
  type Evidence,
  type FlowEvidence,
  hasSucceeded,
  isUntried,
} from '../evidence/evidence.ts';
import { listPlaces } from '../evidence/place.ts';
import { stateOf } from './dead-cells.ts';

/**
 * What is missing before a flow may be promoted, one sentence each: cells that one arm was never tried in, attempts that are
 * all too old, a baseline that did not run the version it names, one success of either version, cells in which it is not known yet whether
 * the baseline works. Silence is no evidence, so any of it keeps a flow from being promoted.
 */
export function missingData(
  flow: FlowEvidence,
  { maxAgeHours, deadCells }: Policy,
  { baselineWorks }: Comparison,
): string[] {
  const missing: string[] = [];
  const unknown = flow.cells.filter((cell) => arms.every((arm) => isUntried(cell[arm])));
  if (unknown.length > 0) missing.push(`Neither version was tried on ${listPlaces(unknown)}.`);
  for (const arm of arms) {
    const stale = flow.cells.filter((cell) => cell[arm].attempts === 0 && cell[arm].stale > 0);
    const untried = flow.cells.filter(
      (cell) => isUntried(cell[arm]) && hasAny(cell[arm === 'baseline' ? 'candidate' : 'baseline']),
    );
    const spoiled = flow.cells.filter(
      (cell) => cell[arm].attempts === 0 && cell[arm].stale === 0 && cell[arm].infra > 0,
    );
    if (untried.length > 0) missing.push(`The ${arm} was never tried on ${listPlaces(untried)}.`);
    if (stale.length > 0)
      missing.push(`The ${arm} has only attempts that are not of the last ${maxAgeHours} h on ${listPlaces(stale)}.`);
    if (spoiled.length > 0)
      missing.push(`Every attempt of the ${arm} on ${listPlaces(spoiled)} was spoiled by the harness or the machine.`);
  }
  const mismatched = flow.cells.reduce((sum, cell) => sum + cell.baseline.mismatched, 0);
  if (mismatched > 0)
    missing.push(
      `${plural(mismatched, 'attempt')} of the baseline did not run the version ${mismatched === 1 ? 'it names' : 'they name'}.`,
    );
  const isTried = arms.every((arm) => flow.cells.some((cell) => cell[arm].attempts > 0));
  const hasWorked = baselineWorks || flow.cells.some((cell) => hasSucceeded(cell.candidate));
  if (isTried && !hasWorked) missing.push('Neither version succeeded once: to be as good as that promotes nothing.');
  const open = countedCells(flow).filter((cell) => stateOf(cell, deadCells) === 'open');
  if (hasWorked && open.length > 0)
    missing.push(
      `The baseline has not succeeded yet on ${listPlaces(open)}: it takes ${plural(deadCells.attempts, 'attempt')} of each version to close a cell.`,
    );
  return missing;
}

/**
 * What of the builds and flows that were asked for by name nothing is known of, one sentence each: a shard that was lost, or a name
 * that is mistyped. Each build is wanted for each flow, where both were named.
 */
export function untriedChoices({ narrowing = {}, flows }: Evidence): string[] {
  const cells = flows.flatMap((flow) => flow.cells).filter((cell) => arms.some((arm) => hasAny(cell[arm])));
  const wanted = (narrowing.flow ?? [undefined]).flatMap((flow) =>
    (narrowing.build ?? [undefined]).map((build) => ({ flow, build })),
  );
  return wanted
    .filter(
      (choice) =>
        !cells.some(
          ({ place }) => place.flow === (choice.flow ?? place.flow) && place.build === (choice.build ?? place.build),
        ),
    )
    .map((choice) => `There is no attempt of either version with ${describeChoice(choice)}.`);
}

function describeChoice({ flow, build }: { flow: string | undefined; build: string | undefined }): string {
  return [flow && `flow ${flow}`, build && `build ${build}`].filter(Boolean).join(' and ');
}

function hasAny(arm: ArmEvidence): boolean {
  return !isUntried(arm);
}
