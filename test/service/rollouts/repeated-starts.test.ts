import { expect, it } from 'vitest';
import { seededRandom } from '../../../src/contracts/seeded-random.ts';
import type { VerdictWord } from '../../../src/contracts/verdict.ts';
import { EvidenceCollector } from '../../../src/gate/evidence-collector.ts';
import { judge } from '../../../src/gate/judge.ts';
import { RepeatedStarts } from '../../../src/service/rollouts/repeated-starts.ts';
import { asOf, attempt, defaultPolicy, neverReady } from '../../gate/evidence-of.ts';

const [baseline, candidate] = ['1.33.2', '1.34.2'];
const comparisons = 300;

interface Fleet {
  /** Sessions of each version. */
  sessions: number;
  /** Chance of a session to be broken, in which case every start of it fails. */
  broken: { baseline: number; candidate: number };
  /** Starts of a session that is broken, and of one that works. */
  starts: { broken: number; working: number };
}

/** How often the gate says each word, in percent of `comparisons` fleets of sessions that differ from each other for good. */
function words({ sessions, broken, starts }: Fleet): Record<VerdictWord, number> {
  const random = seededRandom(1);
  const counts = { promote: 0, block: 0, inconclusive: 0 };
  for (let i = 0; i < comparisons; i++) {
    const collector = new EvidenceCollector({ baseline, candidate, askedAt: asOf }, defaultPolicy);
    const repeated = new RepeatedStarts(0);
    for (const [library, chance] of [
      [baseline, broken.baseline],
      [candidate, broken.candidate],
    ] as const) {
      for (let session = 0; session < sessions; session++) {
        const isBroken = random() < chance;
        for (let start = 0; start < (isBroken ? starts.broken : starts.working); start++) {
          const said = attempt(library, { flow: 'restore', ...(isBroken ? neverReady : {}) });
          if (!repeated.repeats(String(session), said)) collector.add(said);
        }
      }
    }
    counts[judge(collector.evidence(), defaultPolicy).verdict] += 100 / comparisons;
  }
  return counts;
}

it('a candidate that is as good is not blocked for a few sick sessions that are tried ten times', () => {
  const fleet = { sessions: 40, broken: { baseline: 0.05, candidate: 0.05 }, starts: { broken: 10, working: 1 } };
  expect(words(fleet).block).toBeLessThanOrEqual(1);
});

it('a candidate that is worse by the margin is not promoted for restarts of the sessions that work', () => {
  const fleet = { sessions: 100, broken: { baseline: 0.02, candidate: 0.12 }, starts: { broken: 3, working: 10 } };
  expect(words(fleet).promote).toBeLessThanOrEqual(5);
});

it('a candidate that restores no session is blocked after ten sessions, however rarely they are tried', () => {
  const fleet = { sessions: 10, broken: { baseline: 0.02, candidate: 1 }, starts: { broken: 1, working: 1 } };
  expect(words(fleet).block).toBeGreaterThanOrEqual(95);
});

it('a candidate that is as good is promoted where few sessions are sick', () => {
  const fleet = { sessions: 160, broken: { baseline: 0.02, candidate: 0.02 }, starts: { broken: 3, working: 10 } };
  expect(words(fleet).promote).toBeGreaterThanOrEqual(90);
});
