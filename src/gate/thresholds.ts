import { axisText } from '../contracts/cell-key.ts';
import type { Policy, Threshold } from '../contracts/policy.ts';
import type { Place } from '../contracts/verdict.ts';

const cellAxes = ['build', 'browser', 'condition', 'switches'] as const;

/** What all cells of a flow are held to together. */
export function flowThresholds({ success, timeToReady, thresholds }: Policy, flow: string) {
  const its = thresholds.filter((each) => !isOfCells(each) && each.flow?.includes(flow));
  return {
    marginPoints: its.findLast((each) => each.marginPoints !== undefined)?.marginPoints ?? success.marginPoints,
    timeRatio: its.findLast((each) => each.timeRatio !== undefined)?.timeRatio ?? timeToReady.ratio,
  };
}

/** The margin that one cell has to be inside by itself, in points; undefined where it is only held to that of its flow. */
export function ownMargin({ thresholds }: Pick<Policy, 'thresholds'>, place: Place): number | undefined {
  const its = thresholds.findLast(
    (each) =>
      isOfCells(each) &&
      (each.flow?.includes(place.flow) ?? true) &&
      cellAxes.every((axis) => each[axis]?.includes(axisText(place, axis)) ?? true),
  );
  return its?.marginPoints;
}

function isOfCells(threshold: Threshold): boolean {
  return cellAxes.some((axis) => threshold[axis] !== undefined);
}
