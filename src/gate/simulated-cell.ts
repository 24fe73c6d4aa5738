import type { Policy } from '../contracts/policy.ts';
import type { Random } from '../contracts/seeded-random.ts';
import { type Arm, arms, type Place, type VerdictWord } from '../contracts/verdict.ts';
import { type CellEvidence, type Evidence, noEvidence } from './evidence/evidence.ts';

/** How one cell really behaves. */
export interface Truth {
  /** Chance that an attempt succeeds. */
  success: Record<Arm, number>;
  /** How many times as long the candidate takes to ready; 1 when left out. */
  slowdown?: number;
  /** Chance that an attempt is spoiled by the machine; it is then made again, as often as the policy says. */
  infra?: number;
  /** Attempts of each arm at a turn of the cell; 1 when left out. */
  perTurn?: Record<Arm, number>;
  /** Share of the failures, of either version, that break a hard rule about what a version does; none when left out. */
  lost?: number;
  /** False when the time to ready was not measured. */
  timed?: boolean;
  /** All cells are of one flow when left out. */
  flow?: string;
}

export interface Simulated {
  verdict: VerdictWord;
  /** Attempts per arm that were made and count, of the flow that has most. */
  attempts: number;
  /** Those of them that are in its rate. */
  pairs: number;
}

/** Standard deviation of the logarithm of a time to ready: about 20 %, more than the replica shows. */
const timeSpread = 0.2;
const typicalMs = 3000;
const lostSession = 'lost-session';

/** One cell that behaves as its truth says, and what is known of it. */
export class SimulatedCell {
  readonly evidence: CellEvidence;
  /** Every attempt ends before the next begins. */
  readonly underWay = { baseline: 0, candidate: 0 };
  readonly #truth: Truth;

  /** @param index of the cell. @param known what was seen before. */
  constructor(truth: Truth, index: number, known?: CellEvidence) {
    this.#truth = truth;
    this.evidence = known ? copyOf(known) : emptyCell(truth.flow ?? 'simulated', index);
  }

  get places(): Place[] {
    return [this.evidence.place];
  }

  /** Makes the attempts that belong together. */
  takeTurn(policy: Policy, random: Random, of: readonly Arm[] = arms): void {
    for (const arm of of) {
      const attempts = this.#truth.perTurn?.[arm] ?? 1;
      for (let i = 0; i < attempts; i++) this.#attempt(arm, policy, random);
    }
  }

  #attempt(arm: Arm, policy: Policy, random: Random): void {
    const evidence = this.evidence[arm];
    const { success, infra = 0, slowdown = 1, timed = true, lost = 0 } = this.#truth;
    for (let requeued = 0; random() < infra; requeued++) {
      evidence.infra++;
      if (requeued === policy.infra.requeues) return;
    }
    evidence.attempts++;
    if (random() >= success[arm]) {
      evidence.failures++;
      evidence.times.push(Infinity);
      if (lost > 0 && random() < lost) evidence.findings[lostSession] = (evidence.findings[lostSession] ?? 0) + 1;
      return;
    }
    if (!timed) return;
    const times = arm === 'candidate' ? slowdown : 1;
    evidence.times.push(typicalMs * times * Math.exp(timeSpread * normalVariate(random)));
  }
}

/** The cells as one judge gets them; it stays up to date with them. */
export function evidenceOf(cells: readonly SimulatedCell[]): Evidence {
  const flows = Map.groupBy(cells, ({ evidence }) => evidence.place.flow);
  return {
    baseline: 'baseline',
    candidate: 'candidate',
    askedAt: '2026-01-01T00:00:00.000Z',
    newestAttempt: null,
    hardFindings: [],
    outside: [],
    flows: [...flows].map(([flow, its]) => ({ flow, cells: its.map(({ evidence }) => evidence) })),
  };
}

/** A standard normal variable: G. E. P. Box, M. E. Muller, Annals of Mathematical Statistics 29 (1958) 610-611. */
function normalVariate(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

function copyOf({ place, baseline, candidate }: CellEvidence): CellEvidence {
  const arm = (evidence: CellEvidence[Arm]) => ({
    ...evidence,
    times: [...evidence.times],
    findings: { ...evidence.findings },
  });
  return { place, baseline: arm(baseline), candidate: arm(candidate) };
}

function emptyCell(flow: string, index: number): CellEvidence {
  const place: Place = {
    build: `2.3000.${index}`,
    browser: 'current',
    flow,
    condition: 'none',
    switches: {},
    target: 'replica',
  };
  return { place, baseline: noEvidence(), candidate: noEvidence() };
}
