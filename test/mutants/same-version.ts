import { defaultSlots } from '../../src/browser/default-slots.ts';
import { type JudgedAttempt, judgedAttempt } from '../../src/contracts/judged-attempt.ts';
import { type Policy, policySchema } from '../../src/contracts/policy.ts';
import type { PlannedCell, RunObserver } from '../../src/contracts/run.ts';
import type { Arm, Verdict } from '../../src/contracts/verdict.ts';
import { parseYamlFile } from '../../src/contracts/yaml-file.ts';
import { EvidenceCollector } from '../../src/gate/evidence-collector.ts';
import { judge } from '../../src/gate/judge.ts';
import { runPlan } from '../../src/runner/run-plan.ts';
import { PairQueue } from '../../src/verdicts/pair-queue.ts';
import { goodCell } from './mutants.ts';

/** An attempt with the arm that it was made for; both arms are the same version. */
export interface DealtAttempt {
  arm: Arm;
  attempt: JudgedAttempt;
}

const seed = 1;
const policy: Policy = parseYamlFile('compat-matrix/policy.yaml', policySchema);
const { library } = goodCell;

/** Makes so many pairs of one version against itself, as `gate --run` makes them; in the order in which they ended. */
export async function attemptSameVersion(pairs: number): Promise<DealtAttempt[]> {
  const pair: Record<Arm, PlannedCell> = { baseline: planned(), candidate: planned() };
  // With the last pair as its only look it does not end before, unless something blocks at once.
  const oneLook: Policy = { ...policy, success: { ...policy.success, looks: [pairs] } };
  const queue = new PairQueue([pair], collectorAt(new Date().toISOString()), oneLook, seed);
  const dealt: DealtAttempt[] = [];
  const recorder: RunObserver = {
    attemptEnded: (one, attempt) => {
      dealt.push({ arm: one === pair.baseline ? 'baseline' : 'candidate', attempt: judgedAttempt(one.cell, attempt) });
    },
  };
  const observers = [recorder, queue];
  await runPlan([planned()], { slots: defaultSlots(), seed, queue, observers, say: () => {} });
  return dealt;
}

/** What the gate says after the first pair, the first two and so on; the last is the verdict on the whole. */
export function verdictsOnSameVersion(dealt: readonly DealtAttempt[]): Verdict[] {
  const collector = collectorAt(dealt.at(-1)?.attempt.startedAt as string);
  const verdicts: Verdict[] = [];
  dealt.forEach(({ arm, attempt }, i) => {
    collector.add(attempt, arm);
    if (i % 2 === 1) verdicts.push(judge(collector.evidence(), policy));
  });
  return verdicts;
}

function planned(): PlannedCell {
  return { cell: goodCell, expectation: null, repeat: 1 };
}

function collectorAt(asOf: string): EvidenceCollector {
  return new EvidenceCollector({ baseline: library, candidate: library, askedAt: asOf }, policy);
}
