import type { Policy } from '../../contracts/policy.ts';
import type { Liveness } from '../../contracts/verdict.ts';
import {
  type CellEvidence,
  type Comparison,
  countedCells,
  type FlowEvidence,
  hasSucceeded,
} from '../evidence/evidence.ts';
import type { CellCounts } from '../statistics/counts.ts';

type DeadCells = Policy['deadCells'];

/**
 * What a cell says. In one in which the baseline never succeeded nothing can be lost, so it is in no rate: it would dilute a loss
 * elsewhere where neither version works, and make up for one where only the candidate does.
 */
export function stateOf({ baseline, candidate }: CellCounts, { attempts }: DeadCells): Liveness {
  if (hasSucceeded(baseline)) return 'live';
  if (baseline.attempts < attempts || candidate.attempts < attempts) return 'open';
  return hasSucceeded(candidate) ? 'candidate-only' : 'dead';
}

/** No more attempts are made in it, but for those that show that the baseline does not work there. */
export function isClosed(state: Liveness): boolean {
  return state === 'dead' || state === 'candidate-only';
}

/**
 * The cells that rates are made of: those in which the baseline works, if not always. Where it works in none, and in no other flow, those
 * in which the candidate does, as nothing else is left to compare.
 */
export function rateCells(flow: FlowEvidence, { baselineWorks }: Comparison): (CellEvidence & CellCounts)[] {
  const counted = countedCells(flow);
  const live = counted.filter(({ baseline }) => hasSucceeded(baseline));
  return live.length > 0 || baselineWorks ? live : cellsWithSuccess(counted);
}

/**
 * Every cell is closed, and the baseline passes other flows: the candidate cannot be worse in this one. Where the baseline passes no flow at
 * all, such a flow is not set aside, since nothing would be left to compare.
 */
export function isDeadFlow({ cells }: FlowEvidence, { baselineWorks }: Comparison, deadCells: DeadCells): boolean {
  return baselineWorks && cells.every((cell) => isClosed(stateOf(cell, deadCells)));
}

/**
 * The cells that a block is judged by: those in which either version ever succeeded. Leaving out those in which only the baseline failed
 * every time would pick the cells in which it was lucky, but for those in which it failed so often that it does not work there.
 */
export function blockCells(flow: FlowEvidence, { beforePromoting }: DeadCells): (CellEvidence & CellCounts)[] {
  const cells = cellsWithSuccess(countedCells(flow));
  const compared = cells.filter(({ baseline }) => hasSucceeded(baseline) || baseline.attempts < beforePromoting);
  return compared.length > 0 ? compared : cells;
}

function cellsWithSuccess<Cell extends CellCounts>(cells: readonly Cell[]): Cell[] {
  return cells.filter(({ baseline, candidate }) => hasSucceeded(baseline) || hasSucceeded(candidate));
}

/** Closed cells in which the baseline has not failed often enough for a flow to be promoted beside them. */
export function unconfirmedCells<Cell extends CellCounts>(cells: readonly Cell[], deadCells: DeadCells): Cell[] {
  return cells.filter(
    (cell) => isClosed(stateOf(cell, deadCells)) && cell.baseline.attempts < deadCells.beforePromoting,
  );
}

/** Success rate of a baseline below which it may be taken for one that never works: what is promised holds from here on. */
const seldom = 0.3;

/** The chance that a baseline which works as seldom as that fails so often in a row that its cell, or a flow of such cells, hides a loss. */
export function hidingChance({ beforePromoting }: DeadCells): number {
  return (1 - seldom) ** beforePromoting;
}
