import type { Selectable, Transaction } from 'kysely';
import {
  type DecisionCause,
  type DecisionFigures,
  decisionFigures,
  decisionFiguresSchema,
} from '../../contracts/rollout-decision.ts';
import type { Verdict } from '../../contracts/verdict.ts';
import type { RolloutDecisionRow, RolloutRow, ServiceDatabase, ServiceTables } from '../tables.ts';
import type { StepDecision } from './decide-step.ts';

/** A decision on a rollout before it is written, and its reason. */
export interface Intent extends StepDecision {
  cause: DecisionCause;
  /** The verdict of the gate; null when it was not asked. */
  verdict: Verdict | null;
}

/** A decision as the database keeps it. */
export interface RolloutDecision extends StepDecision, Pick<RolloutRow, 'percent' | 'state'> {
  seq: number;
  cause: DecisionCause;
  verdict: RolloutDecisionRow['verdict'];
  rule: RolloutDecisionRow['rule'];
  policy: Verdict['policy'] | null;
  figures: DecisionFigures;
  instance: string;
  /** Milliseconds since 1970. */
  at: number;
}

/** Reads and appends to `rollout_decisions`. */
export class RolloutDecisions {
  readonly #database: ServiceDatabase;
  readonly #instanceId: string;

  constructor(database: ServiceDatabase, instanceId: string) {
    this.#database = database;
    this.#instanceId = instanceId;
  }

  /**
   * Writes a decision at a step and its effect, in the transaction of the change. Returns false, and writes nothing, when the last decision
   * with the same cause was the same hold: the judge holds every minute, and only changes are kept.
   */
  async add(
    tx: Transaction<ServiceTables>,
    rolloutId: string,
    stepSeq: number,
    { decision, cause, reason, because, verdict }: Intent,
    after: Pick<RolloutRow, 'percent' | 'state'>,
  ): Promise<boolean> {
    const said = { decision, reason, verdict: verdict?.verdict ?? null, rule: verdict?.rule ?? null };
    if (decision === 'held' && isSame(said, await this.#last(tx, stepSeq, cause))) return false;
    await tx
      .insertInto('rollout_decisions')
      .values({
        rollout_id: rolloutId,
        step_seq: stepSeq,
        cause,
        because,
        ...said,
        percent: after.percent,
        state: after.state,
        policy_name: verdict?.policy.name ?? null,
        policy_sha256: verdict?.policy.sha256 ?? null,
        figures: JSON.stringify(verdict ? decisionFigures(verdict) : []),
        instance_id: this.#instanceId,
        at: this.#database.now,
      })
      .execute();
    return true;
  }

  /** At most `limit` decisions before `beforeSeq`, newest first. */
  async list(rolloutId: string, limit: number, beforeSeq: number): Promise<RolloutDecision[]> {
    const rows = await this.#database.kysely
      .selectFrom('rollout_decisions')
      .selectAll()
      .where('rollout_id', '=', rolloutId)
      .where('seq', '<', beforeSeq)
      .orderBy('seq', 'desc')
      .limit(limit)
      .execute();
    return rows.map(fromRow);
  }

  #last(tx: Transaction<ServiceTables>, stepSeq: number, cause: DecisionCause) {
    return tx
      .selectFrom('rollout_decisions')
      .select(['decision', 'reason', 'verdict', 'rule'])
      .where('step_seq', '=', stepSeq)
      .where('cause', '=', cause)
      .orderBy('seq', 'desc')
      .limit(1)
      .executeTakeFirst();
  }
}

type Said = Pick<RolloutDecisionRow, 'decision' | 'reason' | 'verdict' | 'rule'>;

function isSame(said: Said, last: Said | undefined): boolean {
  return (['decision', 'reason', 'verdict', 'rule'] as const).every((key) => said[key] === last?.[key]);
}

function fromRow(row: Selectable<RolloutDecisionRow>): RolloutDecision {
  const { seq, decision, cause, reason, because, percent, state, verdict, rule, instance_id, at } = row;
  const { policy_name: name, policy_sha256: sha256 } = row;
  return {
    ...{ seq, decision, cause, reason, because, percent, state, verdict, rule },
    policy: name !== null && sha256 !== null ? { name, sha256 } : null,
    figures: decisionFiguresSchema.parse(JSON.parse(row.figures)),
    instance: instance_id,
    at,
  };
}
