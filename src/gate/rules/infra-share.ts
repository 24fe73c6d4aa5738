import { type Arm, type ArmTally, arms } from '../../contracts/verdict.ts';

/** The arms in which the machine or the harness spoiled too large a share of the attempts for any rate to be believed. */
export function spoiledArms(tally: Record<Arm, ArmTally>, maxShare: number): Arm[] {
  return arms.filter((arm) => infraShare(tally[arm]) > maxShare);
}

export function infraShare({ attempts, infra }: ArmTally): number {
  return infra === 0 ? 0 : infra / (attempts + infra);
}
