import type { Doubt, OpenName } from '../../contracts/prediction.ts';
import type { Arm, OpenFinding, VerdictWord } from '../../contracts/verdict.ts';
import { type ArmEvidence, type FlowEvidence, hasSucceeded } from '../evidence/evidence.ts';

/**
 * The names by which a verdict would be another one. The replica keeps the older state of a build that lies between two known ones. A verdict
 * holds where it is the same in every state that the build may have; a name that both versions need alike makes no difference to it.
 */
export function restsOn({ cells }: FlowEvidence, verdict: VerdictWord): OpenFinding[] {
  if (verdict === 'inconclusive') return [];
  const namesIn = verdict === 'promote' ? hiddenLoss : unprovenLoss;
  return cells.flatMap((cell) => {
    const states = { baseline: statesOf(cell.baseline), candidate: statesOf(cell.candidate) };
    return namesIn(states).map(({ arm, name }) => ({ ...name, arm, place: cell.place }));
  });
}

/** The cells in which nothing that is not known decides who wins. */
export function settledCells(flow: FlowEvidence, findings: readonly OpenFinding[]): FlowEvidence {
  const open = new Set(findings.map(({ place }) => place));
  return { ...flow, cells: flow.cells.filter(({ place }) => !open.has(place)) };
}

/** In which states of the build a version works. */
interface States {
  works: boolean;
  /** It fails in every state. */
  failsAnyway: boolean;
  /** It works only where the build still has these. */
  mayLose: OpenName[];
  /** It works only where the build has these already. */
  mayGain: OpenName[];
}

interface Rest {
  arm: Arm;
  name: OpenName;
}

const nothingOpen: Doubt = { open: [], failsAnyway: false };

function statesOf(arm: ArmEvidence): States {
  const works = hasSucceeded(arm);
  const { open, failsAnyway } = arm.doubt?.of ?? nothingOpen;
  // What works without a name does not need it, whatever its source says.
  const mayGain = works ? [] : open.filter(({ offered }) => !offered);
  return {
    works,
    mayGain,
    mayLose: open.filter(({ offered }) => offered),
    // A failure that no missing name explains is one in every state.
    failsAnyway: !works && arm.attempts > 0 && (failsAnyway || mayGain.length === 0),
  };
}

/** The names by which the baseline would work and the candidate would not, other than where that was seen. */
function hiddenLoss({ baseline, candidate }: Record<Arm, States>): Rest[] {
  if (baseline.failsAnyway) return [];
  const lost = candidate.failsAnyway ? [] : without(candidate.mayLose, baseline.mayLose);
  const isGainedByBoth = !candidate.failsAnyway && without(candidate.mayGain, baseline.mayGain).length === 0;
  const gained = candidate.works || isGainedByBoth ? [] : baseline.mayGain;
  return [...rests('candidate', lost), ...rests('baseline', gained)];
}

/**
 * The names by which the candidate would work, or the baseline would not, where it was seen otherwise. A candidate that works in no state
 * is blocked, also where the baseline may have lost a name.
 */
function unprovenLoss({ baseline, candidate }: Record<Arm, States>): Rest[] {
  if (!baseline.works || candidate.failsAnyway) return [];
  return [...rests('candidate', candidate.mayGain), ...rests('baseline', without(baseline.mayLose, candidate.mayLose))];
}

function rests(arm: Arm, names: readonly OpenName[]): Rest[] {
  return names.map((name) => ({ arm, name }));
}

function without(names: readonly OpenName[], others: readonly OpenName[]): OpenName[] {
  return names.filter(({ name }) => !others.some((other) => other.name === name));
}
