import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { defaultSlots } from '../../src/browser/default-slots.ts';
import type { Attempt, Cell } from '../../src/contracts/attempt.ts';
import { type Policy, policySchema } from '../../src/contracts/policy.ts';
import type { PlannedCell, RunObserver } from '../../src/contracts/run.ts';
import { seededRandom } from '../../src/contracts/seeded-random.ts';
import type { Verdict } from '../../src/contracts/verdict.ts';
import { parseYamlFile } from '../../src/contracts/yaml-file.ts';
import { EvidenceCollector } from '../../src/gate/evidence-collector.ts';
import { runSupplied, type Task, type TaskQueue } from '../../src/runner/run-plan.ts';
import { gatherSupplies } from '../../src/runner/supplies.ts';
import { PairQueue } from '../../src/verdicts/pair-queue.ts';
import type { Mutant } from './mutants.ts';

export interface ExpectedVerdict {
  verdict: string[];
  rule: string[];
  attempts: number;
  timeRatio?: [number, number];
}

export const expectedVerdicts = parse(readFileSync('test/mutants/expected.yaml', 'utf8')) as Record<
  string,
  ExpectedVerdict
>;

const seed = 1;
const planned = (cell: Cell): PlannedCell => ({ cell, expectation: null, repeat: 1 });

/** Hands the pairs of a gate run on, with the cell of some of the candidate's attempts exchanged. */
class MutatingQueue implements TaskQueue, RunObserver {
  readonly #pairs: PairQueue;
  readonly #candidate: PlannedCell;
  readonly #mutant: Mutant;
  readonly #random = seededRandom(seed);
  readonly #original = new Map<PlannedCell, PlannedCell>();

  constructor(pairs: PairQueue, candidate: PlannedCell, mutant: Mutant) {
    this.#pairs = pairs;
    this.#candidate = candidate;
    this.#mutant = mutant;
  }

  next(): Task | undefined {
    const task = this.#pairs.next();
    if (!task) return undefined;
    const isMutated = task.planned === this.#candidate && this.#random() < this.#mutant.chance;
    const real = planned(isMutated ? this.#mutant.instead : this.#mutant.cell);
    this.#original.set(real, task.planned);
    return { ...task, planned: real };
  }

  attemptEnded(real: PlannedCell, attempt: Attempt): void {
    const original = this.#original.get(real);
    if (original) this.#pairs.attemptEnded(original, attempt);
  }
}

/** Lets the gate decide on a mutant, by real attempts. */
export async function judgeMutant(mutant: Mutant, observers: RunObserver[] = []): Promise<Verdict> {
  const policy: Policy = parseYamlFile('compat-matrix/policy.yaml', policySchema);
  const pair = { baseline: planned(mutant.cell), candidate: planned({ ...mutant.cell, library: 'mutant' }) };
  const question = { baseline: mutant.cell.library, candidate: 'mutant', askedAt: new Date().toISOString() };
  const pairs = new PairQueue([pair], new EvidenceCollector(question, policy), policy, seed);
  const queue = new MutatingQueue(pairs, pair.candidate, mutant);
  const plan = [planned(mutant.cell), planned(mutant.instead)];
  const supplies = await gatherSupplies(plan, () => {});
  const of = (cell: Cell) => {
    const supply = supplies.of(cell);
    if (cell !== mutant.instead) return supply;
    const { flow = supply.flow, library = supply.library } = mutant;
    return { ...supply, flow, library };
  };
  await runSupplied(
    plan,
    { ...supplies, of },
    {
      slots: defaultSlots(),
      seed,
      queue,
      observers: [queue, ...observers],
    },
  );
  return pairs.verdict;
}

/** What is not as expected of a verdict; empty when all is. */
export function surprisesIn(verdict: Verdict, expected: ExpectedVerdict): string[] {
  const [flow] = verdict.flows;
  const attempts = flow?.candidate.attempts ?? 0;
  const ratio = flow?.time?.ratio.estimate ?? Infinity;
  const [least, most] = expected.timeRatio ?? [0, Infinity];
  return [
    expected.verdict.includes(verdict.verdict) ? '' : `${verdict.verdict} instead of ${expected.verdict.join(' or ')}`,
    expected.rule.includes(verdict.rule) ? '' : `by ${verdict.rule} instead of ${expected.rule.join(' or ')}`,
    attempts <= expected.attempts ? '' : `${attempts} attempts per arm, more than ${expected.attempts}`,
    ratio >= least && ratio <= most ? '' : `${ratio} times as long, not ${least} to ${most}`,
  ].filter(Boolean);
}
