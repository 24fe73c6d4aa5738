import type { Policy } from '../../contracts/policy.ts';
import type { Place, Verdict } from '../../contracts/verdict.ts';
import { type ErrorBudget, errorBudget } from '../../gate/error-budget.ts';
import { countedCells, type Evidence, type FlowEvidence } from '../../gate/evidence.ts';
import { judge } from '../../gate/judge.ts';
import { fastPath } from '../../gate/rules/fast-path.ts';
import { successRate } from '../../gate/rules/success-rate.ts';
import { countPairs } from '../../gate/statistics/counts.ts';

/** Judges while attempts come in: hard rules and the fast path after every attempt, all else when a flow reaches its next look. */
export class SequentialJudge {
  readonly #policy: Policy;
  readonly #judgedAt = new Map<string, number>();
  readonly #promoted = new Set<string>();
  #decided: Verdict | null = null;

  constructor(policy: Policy) {
    this.#policy = policy;
  }

  /** The verdict that ended it; null while it goes on. */
  get decided(): Verdict | null {
    return this.#decided;
  }

  /**
   * To be called whenever there is more evidence.
   *
   * @param isComplete every cell of the plan was tried: before that nothing is promoted.
   */
  look(evidence: Evidence, isComplete: boolean): void {
    if (this.#decided || evidence.flows.length === 0) return;
    const due = evidence.flows.filter((flow) => this.#isDue(flow));
    const isBroken = evidence.hardFindings.length > 0 || evidence.flows.some((flow) => this.#isBroken(flow, evidence));
    if (due.length === 0 && !isBroken) return;
    for (const flow of due) this.#judgedAt.set(flow.flow, this.#lookOf(flow));
    const verdict = this.judgeNow(evidence);
    if (verdict.verdict === 'block') this.#decided = verdict;
    if (!isComplete) return;
    for (const { flow, verdict: word } of verdict.flows) {
      if (word === 'promote' && due.some((one) => one.flow === flow)) this.#promoted.add(flow);
    }
    if (verdict.verdict === 'promote' && evidence.flows.every(({ flow }) => this.#promoted.has(flow))) {
      this.#decided = verdict;
    }
  }

  judgeNow(evidence: Evidence): Verdict {
    return judge(evidence, this.#policy);
  }

  /** Whether more attempts of a flow may change something: it is not promoted yet and below the cap. */
  isOpen(flow: string, evidence: Evidence): boolean {
    const cap = this.#policy.success.looks.at(-1) as number;
    const found = evidence.flows.find((one) => one.flow === flow);
    return !this.#promoted.has(flow) && (found === undefined || pairsOf(found) < cap);
  }

  /** Whether a single cell is already surely inside the margin, or surely worse. */
  isCellDecided(place: Place, evidence: Evidence): boolean {
    const cell = evidence.flows
      .find(({ flow }) => flow === place.flow)
      ?.cells.find((one) => isSamePlace(one.place, place));
    if (!cell) return false;
    const judged = successRate([cell], this.#policy.success.marginPoints / 100, this.#budget(evidence));
    return judged.isInsideMargin || judged.isWorse;
  }

  #isDue(flow: FlowEvidence): boolean {
    return this.#lookOf(flow) > (this.#judgedAt.get(flow.flow) ?? 0);
  }

  #isBroken(flow: FlowEvidence, evidence: Evidence): boolean {
    return fastPath(countedCells(flow), this.#budget(evidence).breakageFrom).broken;
  }

  /** The largest look that a flow has reached, in attempts per arm; 0 before the first. */
  #lookOf(flow: FlowEvidence): number {
    const pairs = pairsOf(flow);
    return this.#policy.success.looks.findLast((look) => look <= pairs) ?? 0;
  }

  #budget({ flows }: Evidence): ErrorBudget {
    return errorBudget(this.#policy, Math.max(1, flows.length));
  }
}

function pairsOf(flow: FlowEvidence): number {
  return countPairs(countedCells(flow));
}

function isSamePlace(a: Place, b: Place): boolean {
  return (
    a.build === b.build &&
    a.browser === b.browser &&
    a.flow === b.flow &&
    a.condition === b.condition &&
    a.target === b.target
  );
}
