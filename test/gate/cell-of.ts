import type { Place } from '../../src/contracts/verdict.ts';
import { type ArmEvidence, type CellEvidence, noEvidence } from '../../src/gate/evidence/evidence.ts';

/** Successes and attempts of one arm. */
export type Rate = readonly [passed: number, attempts: number];

/** The place of the build `2.3000.<n>` in flow `f`, except for what is given. */
export function placeOf(n: number, more: Partial<Place> = {}): Place {
  return {
    build: `2.3000.${n}`,
    browser: 'current',
    flow: 'f',
    condition: 'none',
    switches: {},
    target: 'replica',
    ...more,
  };
}

export function armOf([passed, attempts]: Rate, more: Partial<ArmEvidence> = {}): ArmEvidence {
  return { ...noEvidence(), attempts, failures: attempts - passed, ...more };
}

/** A cell with so many successes of each arm, or with the given evidence of an arm. */
export function cellOf(
  place: Place | number,
  baseline: Rate | ArmEvidence,
  candidate: Rate | ArmEvidence = baseline,
): CellEvidence {
  const evidenceOf = (arm: Rate | ArmEvidence) => ('attempts' in arm ? arm : armOf(arm));
  return {
    place: typeof place === 'number' ? placeOf(place) : place,
    baseline: evidenceOf(baseline),
    candidate: evidenceOf(candidate),
  };
}
