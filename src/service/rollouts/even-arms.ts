import type { JudgedAttempt } from '../../contracts/judged-attempt.ts';
import { sha256 } from '../sha256.ts';

/** Attempts of the baseline that one of the candidate is compared with, at most: more would tell hardly anything more. */
const perCandidate = 4;

/**
 * Leaves out attempts of the baseline, drawn by hash, in flows in which it has far more than the candidate. At the first step of a
 * rollout it has a hundred times as many, and intervals for so uneven arms end too early: one failure among ten attempts blocked a
 * candidate when none of 500 of the baseline had failed, which happens more often than the policy allows.
 *
 * @param least attempts of an arm that can be compared: for fewer of the candidate as many of the baseline are kept as for these.
 */
export function evenArms(attempts: readonly JudgedAttempt[], baseline: string, least: number): JudgedAttempt[] {
  return [...Map.groupBy(attempts, ({ cell }) => cell.flow).values()].flatMap((ofFlow) => {
    const ofBaseline = ofFlow.filter(({ cell }) => cell.library === baseline);
    const others = ofFlow.filter(({ cell }) => cell.library !== baseline);
    const most = perCandidate * Math.max(others.length, least);
    return [...others, ...drawn(ofBaseline, most)];
  });
}

/** Always the same ones: an attempt that is left out once does not come back with luck at the next judgement. */
function drawn(attempts: readonly JudgedAttempt[], most: number): readonly JudgedAttempt[] {
  if (attempts.length <= most) return attempts;
  const lots = attempts.map((attempt) => ({ attempt, lot: sha256(attempt.id) }));
  lots.sort((a, b) => (a.lot < b.lot ? -1 : 1));
  return lots.slice(0, most).map(({ attempt }) => attempt);
}
