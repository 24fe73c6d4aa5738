import { randomUUID } from 'node:crypto';
import type { Selectable, Transaction } from 'kysely';
import type { DecisionReason, DecisionWord } from '../../contracts/rollout-decision.ts';
import type { RolloutPlan } from '../../contracts/rollout-plan.ts';
import type { VerdictWord } from '../../contracts/verdict.ts';
import { isDuplicate } from '../../store/database/database-errors.ts';
import { claimDue } from '../claims/claim-due.ts';
import { Problem } from '../problems.ts';
import type { RolloutRow, RolloutStepRow, ServiceDatabase, ServiceTables } from '../tables.ts';
import { releaseFailed } from './release-failed.ts';
import { reviveUnlinked } from './revive-unlinked.ts';
import { type Intent, type RolloutDecision, RolloutDecisions } from './rollout-decisions.ts';

export interface Rollout {
  id: string;
  baseline: string;
  candidate: string;
  percent: number;
  state: RolloutRow['state'];
  createdAt: number;
  steps: { percent: number; state: RolloutRow['state']; cause: RolloutStepRow['cause']; at: number }[];
}

/** The right to decide once on the active rollout, as it was at the claim. */
export interface Judging {
  rollout: Rollout;
  /** The fencing token: every change and every claim of the rollout increases it. */
  revision: number;
  /** When it was claimed, in milliseconds since 1970 by the database's clock. */
  at: number;
}

/** How long a claim lasts, in milliseconds; then another instance may judge. */
export const judgingMs = 60_000;

type Next = Pick<RolloutRow, 'percent' | 'state'>;
type Row = Selectable<RolloutRow>;

/** The effect of a verdict that an operator submits. */
const ofVerdict: Record<VerdictWord, { decision: DecisionWord; reason: DecisionReason; because: string }> = {
  promote: { decision: 'advanced', reason: 'promoted', because: 'An operator submitted the verdict promote.' },
  block: { decision: 'rolled_back', reason: 'blocked', because: 'An operator submitted the verdict block.' },
  inconclusive: { decision: 'held', reason: 'undecided', because: 'An operator submitted the verdict inconclusive.' },
};

/** Reads and moves rollouts: at most one is active, and every decision on it is kept with its effect. */
export class Rollouts {
  readonly #database: ServiceDatabase;
  readonly #decisions: RolloutDecisions;
  readonly #percents: readonly number[];

  constructor(database: ServiceDatabase, instanceId: string, plan: RolloutPlan) {
    this.#database = database;
    this.#decisions = new RolloutDecisions(database, instanceId);
    this.#percents = plan.steps.map(({ percent }) => percent);
  }

  /** Creates a rollout at its first step. @throws Problem `rollout-active` */
  async create(baseline: string, candidate: string): Promise<Rollout> {
    const id = randomUUID();
    const { now } = this.#database;
    const percent = this.#percents[0] as number;
    try {
      await this.#database.transaction(async (tx) => {
        const row = { id, baseline, candidate, percent, state: 'active' as const, created_at: now };
        await tx.insertInto('rollouts').values(row).execute();
        const step = { rollout_id: id, percent, state: row.state, cause: 'asked' as const, at: now };
        await tx.insertInto('rollout_steps').values(step).execute();
      });
    } catch (error) {
      throw isDuplicate(error) ? new Problem('rollout-active', undefined, { cause: error }) : error;
    }
    return this.get(id);
  }

  /**
   * Moves to the next step, or finishes after the last one.
   *
   * @param decidedOn the percent on which the caller decided; by default the current one.
   * @throws Problem `rollout-unknown`, `rollout-over`, `rollout-moved`
   */
  advance(id: string, decidedOn?: number): Promise<Rollout> {
    return this.#asked(id, { ...asked, decision: 'advanced' }, decidedOn);
  }

  /** Moves all accounts back to the baseline. @throws Problem `rollout-unknown`, `rollout-over` */
  rollBack(id: string): Promise<Rollout> {
    return this.#asked(id, { ...asked, decision: 'rolled_back' });
  }

  /**
   * Applies a verdict: `promote` advances, `block` rolls back, `inconclusive` holds.
   *
   * @throws Problem `rollout-unknown`, `rollout-over`, `rollout-moved`
   */
  apply(id: string, verdict: VerdictWord): Promise<Rollout> {
    return this.#asked(id, { ...ofVerdict[verdict], cause: 'verdict', verdict: null });
  }

  /**
   * Claims the right to decide on the active rollout, which one instance at a time has; null when no judgement is due. It expires after
   * `judgingMs`, so another instance can continue when this one dies.
   */
  async claim(): Promise<Judging | null> {
    const { now } = this.#database;
    const [claimed] = await claimDue(
      this.#database,
      (kysely) =>
        kysely
          .selectFrom('rollouts')
          .select(['id', 'revision', now.as('at')])
          .where('state', '=', 'active')
          .where('next_judging_at', '<=', now)
          .limit(1),
      async (tx, { id, revision: before, at }) => {
        const revision = before + 1;
        await tx
          .updateTable('rollouts')
          .set({ revision, next_judging_at: at + judgingMs })
          .where('id', '=', id)
          .execute();
        return { id, revision, at };
      },
    );
    return claimed ? { rollout: await this.get(claimed.id), revision: claimed.revision, at: claimed.at } : null;
  }

  /**
   * Applies the decision of a judge. The next judgement is due `everyMs` milliseconds after the claim of this one.
   *
   * @returns null, with nothing written, when the rollout was changed or claimed since; `isNews` is false for a hold that repeats the last
   *   decision.
   */
  async settle(
    { rollout: { id }, revision, at }: Judging,
    intent: Intent,
    everyMs: number,
  ): Promise<{ rollout: Rollout; isNews: boolean } | null> {
    const isNews = await this.#database.transaction(async (tx) => {
      const row = await this.#locked(tx, id);
      if (row.revision !== revision) return null;
      const isNews = await this.#decide(tx, row, intent);
      await tx
        .updateTable('rollouts')
        .set({ next_judging_at: at + everyMs })
        .where('id', '=', id)
        .execute();
      return isNews;
    });
    return isNews === null ? null : { rollout: await this.get(id), isNews };
  }

  /** @throws Problem `rollout-unknown` */
  async get(id: string): Promise<Rollout> {
    const { kysely } = this.#database;
    const row = await kysely.selectFrom('rollouts').selectAll().where('id', '=', id).executeTakeFirst();
    if (!row) throw new Problem('rollout-unknown');
    const steps = await kysely
      .selectFrom('rollout_steps')
      .select(['percent', 'state', 'cause', 'at'])
      .where('rollout_id', '=', id)
      .orderBy('seq')
      .execute();
    const { baseline, candidate, percent, state, created_at } = row;
    return { id, baseline, candidate, percent, state, createdAt: created_at, steps };
  }

  /** Newest first. */
  async list(limit: number): Promise<Rollout[]> {
    const rows = await this.#database.kysely
      .selectFrom('rollouts')
      .select('id')
      .orderBy('created_at', 'desc')
      .limit(limit)
      .execute();
    return Promise.all(rows.map(({ id }) => this.get(id)));
  }

  /** At most `limit` decisions before `beforeSeq`, newest first. @throws Problem `rollout-unknown` */
  async decisions(id: string, limit: number, beforeSeq: number): Promise<RolloutDecision[]> {
    await this.get(id);
    return this.#decisions.list(id, limit, beforeSeq);
  }

  async #asked(id: string, intent: Intent, decidedOn?: number): Promise<Rollout> {
    // Read before the lock: of two callers at the same moment, only the first still finds the step that both saw.
    const percent = decidedOn ?? (await this.get(id)).percent;
    await this.#database.transaction(async (tx) => {
      const row = await this.#locked(tx, id);
      if (row.state !== 'active') throw new Problem('rollout-over');
      if (intent.decision === 'advanced' && row.percent !== percent) throw new Problem('rollout-moved');
      await this.#decide(tx, row, intent);
    });
    return this.get(id);
  }

  async #locked(tx: Transaction<ServiceTables>, id: string): Promise<Row> {
    const row = await this.#database
      .locked(tx.selectFrom('rollouts').selectAll().where('id', '=', id))
      .executeTakeFirst();
    if (!row) throw new Problem('rollout-unknown');
    return row;
  }

  /** @returns false for a hold that repeats the last decision. */
  async #decide(tx: Transaction<ServiceTables>, row: Row, intent: Intent): Promise<boolean> {
    const { seq } = await tx
      .selectFrom('rollout_steps')
      .select('seq')
      .where('rollout_id', '=', row.id)
      .orderBy('seq', 'desc')
      .limit(1)
      .executeTakeFirstOrThrow();
    const next = this.#next(row, intent.decision);
    const isNews = await this.#decisions.add(tx, row.id, seq, intent, next);
    if (intent.decision === 'held') return isNews;
    const revision = row.revision + 1;
    await tx
      .updateTable('rollouts')
      .set({ ...next, revision })
      .where('id', '=', row.id)
      .execute();
    await tx
      .insertInto('rollout_steps')
      .values({ ...next, rollout_id: row.id, cause: intent.cause, at: this.#database.now })
      .execute();
    if (next.state === 'rolled_back') {
      await releaseFailed(this.#database, tx, row);
      await reviveUnlinked(this.#database, tx, row);
    }
    return true;
  }

  #next({ percent, state }: Row, decision: DecisionWord): Next {
    if (decision === 'held') return { percent, state };
    if (decision === 'rolled_back') return { percent: 0, state: 'rolled_back' };
    const next = this.#percents.find((step) => step > percent);
    return next === undefined ? { percent, state: 'finished' } : { percent: next, state: 'active' };
  }
}

const asked = { cause: 'asked', reason: 'asked', because: '', verdict: null } as const;
