import type { JudgedAttempt } from '../../contracts/judged-attempt.ts';
import type { HardRule } from '../../contracts/policy.ts';
import type { HardFinding } from '../../contracts/verdict.ts';

const examplesKept = 5;

/** Collects the attempts of the candidate that break a hard rule, by rule, place and code. */
export class HardFindings {
  readonly #rules: readonly HardRule[];
  readonly #found = new Map<string, HardFinding>();

  constructor(rules: readonly HardRule[]) {
    this.#rules = rules;
  }

  look(attempt: JudgedAttempt): void {
    if (attempt.outcome === 'passed') return;
    for (const rule of this.#rules) {
      if (breaks(rule, attempt)) this.#keep(rule.name, attempt);
    }
  }

  /** In an order, and with examples, that do not depend on the order of the attempts. */
  found(): HardFinding[] {
    return [...this.#found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, finding]) => finding);
  }

  #keep(rule: string, { id, cell, ranOn, code }: JudgedAttempt): void {
    const { library: _, ...pooled } = cell;
    const place = { ...pooled, build: ranOn ?? cell.build };
    const key = [rule, ...Object.values(place), code].join(' | ');
    const finding = this.#found.get(key) ?? { rule, attempts: 0, examples: [], place, code };
    finding.attempts++;
    finding.examples = [...finding.examples, id].sort().slice(0, examplesKept);
    this.#found.set(key, finding);
  }
}

function breaks(rule: HardRule, { cell, ranOn, phase, code }: JudgedAttempt): boolean {
  return (
    includes(rule.codes, code) &&
    includes(rule.phases, phase) &&
    includes(rule.flows, cell.flow) &&
    includes(rule.builds, ranOn ?? cell.build) &&
    includes(rule.conditions, cell.condition)
  );
}

function includes(wanted: readonly string[] | undefined, value: string | null): boolean {
  return wanted === undefined || (value !== null && wanted.includes(value));
}
