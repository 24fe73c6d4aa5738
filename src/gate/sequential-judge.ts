import type { Policy } from '../contracts/policy.ts';
import { type Arm, arms, type Place, type Verdict } from '../contracts/verdict.ts';
import { type ErrorBudget, errorBudget } from './error-budget.ts';
import {
  type CellEvidence,
  comparisonOf,
  countedCells,
  type Evidence,
  type FlowEvidence,
} from './evidence/evidence.ts';
import { placeKey } from './evidence/place.ts';
import { judge } from './judge.ts';
import { isClosed, isDeadFlow, rateCells, stateOf, unconfirmedCells } from './rules/dead-cells.ts';
import { fastPath } from './rules/fast-path.ts';
import { countPairs } from './statistics/counts.ts';
import { stratifiedLoss } from './statistics/stratified-loss.ts';
import { flowThresholds, ownMargin } from './thresholds.ts';

/** A cell that attempts may be made in. */
export interface OpenCell {
  /** What its attempts are judged as: one place, or one for each stage. */
  places: readonly Place[];
  /** Attempts of each arm that were begun and are not in the evidence yet. */
  underWay: Readonly<Record<Arm, number>>;
}

/** Where the next attempts belong, and of which versions. */
export interface NextAttempts<Cell> {
  cell: Cell;
  arms: readonly Arm[];
}

/**
 * Judges while attempts come in, and says where the next ones belong: findings about truth and the fast path are asked after every
 * attempt, everything else of a flow when that flow reaches its next look.
 */
export class SequentialJudge {
  readonly #policy: Policy;
  readonly #cap: number;
  readonly #firstLook: number;
  readonly #judgedAt = new Map<string, number>();
  /** Flows that need no more attempts. */
  readonly #judged = new Set<string>();
  /** Flows that would be promoted or set aside but for closed cells in which the baseline may work after all. */
  readonly #unconfirmed = new Set<string>();
  #decided: Verdict | null = null;

  constructor(policy: Policy) {
    this.#policy = policy;
    this.#cap = policy.success.looks.at(-1) as number;
    this.#firstLook = policy.success.looks[0] as number;
  }

  /** The verdict that ended it; null while it is in progress. */
  get decided(): Verdict | null {
    return this.#decided;
  }

  /** To be called whenever there is more evidence. It names every planned cell, so that nothing is promoted before each was tried. */
  look(evidence: Evidence): void {
    if (this.#decided || evidence.flows.length === 0) return;
    const due = new Set(evidence.flows.filter((flow) => this.#isDue(flow, evidence)).map(({ flow }) => flow));
    const broken = new Set(evidence.flows.filter((flow) => this.#isBroken(flow, evidence)).map(({ flow }) => flow));
    if (due.size === 0 && broken.size === 0 && evidence.hardFindings.length === 0) return;
    for (const flow of evidence.flows)
      if (due.has(flow.flow)) this.#judgedAt.set(flow.flow, this.#lookOf(flow, evidence));
    const verdict = judge(evidence, this.#policy);
    // The look of one flow is none of the others: their rates have to wait for their own.
    const isBlocked = verdict.flows.some(
      ({ flow, verdict: word }) => word === 'block' && (broken.has(flow) || due.has(flow)),
    );
    if (verdict.hardFindings.some(({ effect }) => effect === 'blocks') || isBlocked) this.#decided = verdict;
    for (const { flow, verdict: word, rule } of verdict.flows) {
      // More attempts on the same replica cannot tell which state the build has.
      if (rule === 'in-between' && (due.has(flow) || broken.has(flow))) this.#judged.add(flow);
      if (!due.has(flow)) continue;
      if (word === 'promote') this.#judged.add(flow);
      if (rule === 'dead-cells') this.#unconfirmed.add(flow);
      else this.#unconfirmed.delete(flow);
    }
    if (evidence.flows.every(({ flow }) => this.#judged.has(flow))) this.#decided = verdict;
  }

  /**
   * Where the next attempts belong: of the flows that are not judged and below the cap, the cell with the fewest pairs up to the first look, and
   * then the flow with the fewest, so that a cell in which several flows are judged serves all of them; cells that are
   * surely inside the margin come last, and closed ones get none. One that is worse is no such cell: more attempts there are what blocks.
   * Before a flow is promoted or set aside, the baseline alone is tried in closed cells, as far as pairs of other flows have not tried it there.
   *
   * @returns undefined when no flow needs more attempts.
   */
  nextCell<Cell extends OpenCell>(cells: readonly Cell[], evidence: Evidence): NextAttempts<Cell> | undefined {
    const flows = new Map(evidence.flows.map((flow) => [flow.flow, flow]));
    let best: NextAttempts<Cell> | undefined;
    let fewest = Infinity;
    const judged = cells.flatMap((cell) => cell.places.map((place) => ({ cell, place })));
    for (const [name, its] of Map.groupBy(judged, ({ place }) => place.flow)) {
      const flow = flows.get(name);
      if (!flow || this.#judged.has(name)) continue;
      const known = new Map(flow.cells.map((cell) => [placeKey(cell.place), cell]));
      const found = its.map(({ cell, place }) => ({ cell, evidence: known.get(placeKey(place)) as CellEvidence }));
      for (const { rank, ...next } of this.#unconfirmed.has(name)
        ? this.#confirming(found)
        : this.#pairing(flow, found, evidence)) {
        if (rank >= fewest) continue;
        fewest = rank;
        best = next;
      }
    }
    return best;
  }

  *#pairing<Cell extends OpenCell>(
    flow: FlowEvidence,
    cells: readonly { cell: Cell; evidence: CellEvidence }[],
    all: Evidence,
  ): Generator<NextAttempts<Cell> & { rank: number }> {
    const isRated = new Set(rateCells(flow, comparisonOf(all)).map(({ place }) => placeKey(place)));
    const open = cells
      .map(({ cell, evidence }) => ({ cell, evidence, begun: withUnderWay(cell, evidence) }))
      .filter(
        ({ evidence, begun }) =>
          isRated.has(placeKey(evidence.place)) || !isClosed(stateOf(begun, this.#policy.deadCells)),
      );
    const made = countPairs(open.map(({ begun }) => begun));
    for (const { cell, evidence, begun } of open) {
      const pairs = countPairs([begun]);
      // A cell with a margin of its own may need as many attempts by itself.
      if ((ownMargin(this.#policy, evidence.place) === undefined ? made : pairs) >= this.#cap) continue;
      const comesLast = isRated.has(placeKey(evidence.place)) && this.#isInsideMargin(evidence, flow, all);
      // Among cells of one flow, the one with the fewest pairs.
      const rank = pairs < this.#firstLook ? pairs : made + pairs / (2 * this.#cap);
      yield { cell, arms, rank: comesLast ? rank + this.#cap : rank };
    }
  }

  *#confirming<Cell extends OpenCell>(
    cells: readonly { cell: Cell; evidence: CellEvidence }[],
  ): Generator<NextAttempts<Cell> & { rank: number }> {
    const begun = cells.map(({ cell, evidence }) => ({ cell, ...withUnderWay(cell, evidence) }));
    for (const { cell, baseline } of unconfirmedCells(begun, this.#policy.deadCells)) {
      yield { cell, arms: ['baseline'], rank: baseline.attempts + 3 * this.#cap };
    }
  }

  #isInsideMargin(cell: CellEvidence, flow: FlowEvidence, evidence: Evidence): boolean {
    const own = ownMargin(this.#policy, cell.place);
    const marginPoints = own ?? flowThresholds(this.#policy, flow.flow).marginPoints;
    const { promote } = this.#levels(flow, evidence, marginPoints);
    const pairs = countPairs([cell]);
    const loss = stratifiedLoss([cell], promote.z(pairs));
    return loss !== null && loss.upper < marginPoints / 100 && (own === undefined || pairs >= promote.from);
  }

  #isBroken(flow: FlowEvidence, evidence: Evidence): boolean {
    const { breakageFrom } = this.#levels(flow, evidence);
    return fastPath(countedCells(flow), breakageFrom).broken;
  }

  #isDue(flow: FlowEvidence, evidence: Evidence): boolean {
    const { deadCells } = this.#policy;
    const isUnconfirmed = unconfirmedCells(flow.cells, deadCells).length > 0;
    const hasToBeConfirmed = this.#unconfirmed.has(flow.flow);
    if (hasToBeConfirmed && !isUnconfirmed) return true;
    // No rate of it ever reaches a look.
    if (isDeadFlow(flow, comparisonOf(evidence), deadCells)) return !hasToBeConfirmed && !this.#judged.has(flow.flow);
    return this.#lookOf(flow, evidence) > (this.#judgedAt.get(flow.flow) ?? 0);
  }

  /** How far a flow has come: grows with every look that it, or a cell of it with a margin of its own, reaches; 0 before the first. */
  #lookOf(flow: FlowEvidence, evidence: Evidence): number {
    const own = flow.cells.filter(({ place }) => ownMargin(this.#policy, place) !== undefined);
    const lookAt = (cells: readonly CellEvidence[]) => {
      const pairs = countPairs(cells);
      return this.#policy.success.looks.findLast((look) => look <= pairs) ?? 0;
    };
    return own.reduce((sum, cell) => sum + lookAt([cell]), lookAt(rateCells(flow, comparisonOf(evidence))));
  }

  #levels(
    { flow, cells }: FlowEvidence,
    { flows }: Evidence,
    marginPoints = flowThresholds(this.#policy, flow).marginPoints,
  ): ErrorBudget {
    return errorBudget(this.#policy, flows.length, { hasSeveralCells: cells.length > 1, marginPoints });
  }
}

/** The counts as they will be at worst: what is under way fails. */
function withUnderWay({ underWay }: OpenCell, evidence: CellEvidence) {
  const after = (arm: Arm) => ({
    attempts: evidence[arm].attempts + underWay[arm],
    failures: evidence[arm].failures + underWay[arm],
  });
  return { baseline: after('baseline'), candidate: after('candidate') };
}
