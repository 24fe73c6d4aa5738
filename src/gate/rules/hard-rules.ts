import type { JudgedAttempt } from '../../contracts/judged-attempt.ts';
import { type HardRule, truthCodes } from '../../contracts/policy.ts';
import { switchesText } from '../../contracts/switches.ts';
import type { Arm, HardFinding } from '../../contracts/verdict.ts';
import { type CellEvidence, type Evidence, type FoundFinding, hasSucceeded } from '../evidence/evidence.ts';
import { placeKey } from '../evidence/place.ts';

const examplesKept = 5;

/** Collects the attempts that break a hard rule, by rule, place and code. */
export class HardFindings {
  readonly #rules: readonly HardRule[];
  readonly #found: Record<Arm, Map<string, FoundFinding>> = { baseline: new Map(), candidate: new Map() };

  constructor(rules: readonly HardRule[]) {
    this.#rules = rules;
  }

  /** @returns the names of the rules that it breaks. */
  look(attempt: JudgedAttempt, arm: Arm): string[] {
    if (attempt.outcome === 'passed') return [];
    const broken = this.#rules.filter((rule) => breaks(rule, attempt)).map(({ name }) => name);
    for (const rule of broken) this.#keep(rule, attempt, arm);
    return broken;
  }

  /** Those of the candidate, in an order, and with examples, that do not depend on the order of the attempts. */
  found(): FoundFinding[] {
    return [...this.#found.candidate]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, finding]) => ({ ...finding, baselineAttempts: this.#found.baseline.get(key)?.attempts ?? 0 }));
  }

  #keep(rule: string, { id, cell, ranOn, code }: JudgedAttempt, arm: Arm): void {
    const { library: _, ...pooled } = cell;
    const place = { ...pooled, build: ranOn ?? cell.build };
    const key = [rule, placeKey(place), code].join(' | ');
    const its = this.#found[arm];
    const counted = { attempts: 0, examples: [], baselineAttempts: 0 };
    const finding = its.get(key) ?? { rule, place, code, ...counted, cellKey: placeKey(cell) };
    finding.attempts++;
    finding.examples = [...finding.examples, id].sort().slice(0, examplesKept);
    its.set(key, finding);
  }
}

/**
 * What one finding of the candidate does. About truth it blocks. About what a version does it is compared, since a single one of a
 * candidate that is as good as its baseline comes first as often as not: it keeps the candidate from being promoted where the baseline
 * works and does not show it; that it blocks takes the rates.
 */
export function effectOf(
  { code, rule, cellKey, baselineAttempts }: FoundFinding,
  { flows, findingsBlock = false }: Pick<Evidence, 'flows' | 'findingsBlock'>,
  rules: readonly HardRule[],
): HardFinding['effect'] {
  if (code !== null && truthCodes.includes(code)) return 'blocks';
  if (baselineAttempts > 0) return 'compared';
  const its = flows.flatMap(({ cells }) => cells).find(({ place }) => placeKey(place) === cellKey);
  if (!its || its.baseline.attempts === 0) return findingsBlock ? 'blocks' : 'untried';
  if (!findingsHold(its, rule)) return 'compared';
  const { atOnce = findingsBlock } = rules.find(({ name }) => name === rule) ?? {};
  return atOnce ? 'blocks' : 'held';
}

/** The baseline works in the cell and shows no such finding, which the candidate does. */
export function findingsHold({ baseline, candidate }: CellEvidence, rule: string): boolean {
  return hasSucceeded(baseline) && !baseline.findings[rule] && (candidate.findings[rule] ?? 0) > 0;
}

function breaks(rule: HardRule, { cell, ranOn, phase, code }: JudgedAttempt): boolean {
  return (
    includes(rule.codes, code) &&
    includes(rule.phases, phase) &&
    includes(rule.flows, cell.flow) &&
    includes(rule.builds, ranOn ?? cell.build) &&
    includes(rule.conditions, cell.condition) &&
    includes(rule.switches, switchesText(cell.switches))
  );
}

function includes(wanted: readonly string[] | undefined, value: string | null): boolean {
  return wanted === undefined || (value !== null && wanted.includes(value));
}
