import type { Policy } from '../contracts/policy.ts';
import type { Place, Verdict } from '../contracts/verdict.ts';
import { type ErrorBudget, errorBudget } from './error-budget.ts';
import { type CellEvidence, countedCells, type Evidence, type FlowEvidence } from './evidence.ts';
import { judge } from './judge.ts';
import { placeKey } from './place-key.ts';
import { fastPath } from './rules/fast-path.ts';
import { countPairs } from './statistics/counts.ts';
import { stratifiedLoss } from './statistics/stratified-loss.ts';

/** A cell that attempts may be made in. */
export interface OpenCell {
  place: Place;
  /** Pairs that were begun and are not in the evidence yet. */
  underWay: number;
}

/**
 * Judges while attempts come in, and says where the next ones belong: hard rules and the fast path are asked after every attempt,
 * everything else of a flow when that flow reaches its next look.
 */
export class SequentialJudge {
  readonly #policy: Policy;
  readonly #cap: number;
  readonly #judgedAt = new Map<string, number>();
  readonly #promoted = new Set<string>();
  #budget: { flows: number; levels: ErrorBudget } | undefined;
  #decided: Verdict | null = null;

  constructor(policy: Policy) {
    this.#policy = policy;
    this.#cap = policy.success.looks.at(-1) as number;
  }

  /** The verdict that ended it; null while it goes on. */
  get decided(): Verdict | null {
    return this.#decided;
  }

  /** To be called whenever there is more evidence. It names every planned cell, so that nothing is promoted before each was tried. */
  look(evidence: Evidence): void {
    if (this.#decided || evidence.flows.length === 0) return;
    const { breakageFrom } = this.#levels(evidence);
    const due = new Set(evidence.flows.filter((flow) => this.#isDue(flow)).map(({ flow }) => flow));
    const isBroken =
      evidence.hardFindings.length > 0 ||
      evidence.flows.some((flow) => fastPath(countedCells(flow), breakageFrom).broken);
    if (due.size === 0 && !isBroken) return;
    for (const flow of evidence.flows) if (due.has(flow.flow)) this.#judgedAt.set(flow.flow, this.#lookOf(flow));
    const verdict = judge(evidence, this.#policy);
    // The look of one flow is none of the others: their rates have to wait for their own.
    const isBlocked = verdict.flows.some(
      ({ flow, verdict: word, rule }) => word === 'block' && (rule === 'fast-path' || due.has(flow)),
    );
    if (evidence.hardFindings.length > 0 || isBlocked) this.#decided = verdict;
    for (const { flow, verdict: word } of verdict.flows) {
      if (word === 'promote' && due.has(flow)) this.#promoted.add(flow);
    }
    if (verdict.verdict === 'promote' && evidence.flows.every(({ flow }) => this.#promoted.has(flow))) {
      this.#decided = verdict;
    }
  }

  /**
   * Where the next pair belongs: of the flows that are not promoted and below the cap, the cell with the fewest pairs; cells that are
   * surely inside the margin come last. One that is worse is no such cell: more attempts there are what blocks.
   *
   * @returns undefined when no flow needs more attempts.
   */
  nextCell<Cell extends OpenCell>(cells: readonly Cell[], evidence: Evidence): Cell | undefined {
    const known = new Map(evidence.flows.flatMap((flow) => flow.cells.map((cell) => [placeKey(cell.place), cell])));
    let best: Cell | undefined;
    let fewest = Infinity;
    for (const [flow, its] of Map.groupBy(cells, ({ place }) => place.flow)) {
      if (this.#promoted.has(flow)) continue;
      const found = its.map(({ place }) => known.get(placeKey(place)));
      const pairs = its.map(({ underWay }, i) => underWay + (found[i] ? countPairs([found[i]]) : 0));
      if (pairs.reduce((sum, each) => sum + each, 0) >= this.#cap) continue;
      for (const [i, cell] of its.entries()) {
        let rank = pairs[i] as number;
        if (rank < fewest && found[i] && this.#isInsideMargin(found[i], evidence)) rank += this.#cap;
        if (rank >= fewest) continue;
        fewest = rank;
        best = cell;
      }
    }
    return best;
  }

  #isInsideMargin(cell: CellEvidence, evidence: Evidence): boolean {
    const loss = stratifiedLoss([cell], this.#levels(evidence).promoteZ(countPairs([cell])));
    return loss !== null && loss.upper < this.#policy.success.marginPoints / 100;
  }

  #isDue(flow: FlowEvidence): boolean {
    return this.#lookOf(flow) > (this.#judgedAt.get(flow.flow) ?? 0);
  }

  /** The largest look that a flow has reached, in attempts per arm; 0 before the first. */
  #lookOf(flow: FlowEvidence): number {
    const pairs = countPairs(countedCells(flow));
    return this.#policy.success.looks.findLast((look) => look <= pairs) ?? 0;
  }

  #levels({ flows: { length } }: Evidence): ErrorBudget {
    const flows = Math.max(1, length);
    if (this.#budget?.flows !== flows) this.#budget = { flows, levels: errorBudget(this.#policy, flows) };
    return this.#budget.levels;
  }
}
