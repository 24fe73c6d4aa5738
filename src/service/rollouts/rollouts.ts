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

/** The right to decide once on the active rollout as it was when it was given. */
export interface Judging {
  rollout: Rollout;
  /** The fencing token: whoever changes or claims the rollout later makes it higher. */
  revision: number;
  /** When it was given, in milliseconds since 1970 by the database's clock. */
  at: number;
}

/** How long a judge has before another one may take over, in milliseconds. */
export const judgingMs = 60_000;

type Next = Pick<RolloutRow, 'percent' | 'state'>;
type Row = Selectable<RolloutRow>;

/** What a verdict that somebody hands in leads to. */
const ofVerdict: Record<VerdictWord, { decision: DecisionWord; reason: DecisionReason; because: string }> = {
  promote: { decision: 'advanced', reason: 'promoted', because: 'Somebody handed in the verdict promote.' },
  block: { decision: 'rolled_back', reason: 'blocked', because: 'Somebody handed in the verdict block.' },
  inconclusive: { decision: 'held', reason: 'undecided', because: 'Somebody handed in the verdict inconclusive.' },
};

/** The repository of rollouts: at most one is active, and every decision on it is kept with what it led to. */
export class Rollouts {
  readonly #database: ServiceDatabase;
  readonly #decisions: RolloutDecisions;
  readonly #percents: readonly number[];

  constructor(database: ServiceDatabase, instanceId: string, plan: RolloutPlan) {
    this.#database = database;
    this.#decisions = new RolloutDecisions(database, instanceId);
    this.#percents = plan.steps.map(({ percent }) => percent);
  }

  /** Begins at the first step. @throws Problem `rollout-active` */
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
   * To the next step, or to the end after the last one.
   *
   * @param decidedOn the percent that the rollout had when somebody decided this; the present one where nobody says.
   * @throws Problem `rollout-unknown`, `rollout-over`, `rollout-moved`
   */
  advance(id: string, decidedOn?: number): Promise<Rollout> {
    return this.#asked(id, { ...asked, decision: 'advanced' }, decidedOn);
  }

  /** Everybody back to the baseline. @throws Problem `rollout-unknown`, `rollout-over` */
  rollBack(id: string): Promise<Rollout> {
    return this.#asked(id, { ...asked, decision: 'rolled_back' });
  }

  /**
   * What a verdict means: promote goes on, block goes back, inconclusive holds.
   *
   * @throws Problem `rollout-unknown`, `rollout-over`, `rollout-moved`
   */
  apply(id: string, verdict: VerdictWord): Promise<Rollout> {
    return this.#asked(id, { ...ofVerdict[verdict], cause: 'verdict', verdict: null });
  }

  /**
   * The right to decide on the active rollout, for one caller of all instances; null where there is none or it is not time yet. It
   * ends after `judgingMs`, so that another instance goes on where this one dies.
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
   * Does what a judge decided, and lets the next one begin `everyMs` after the claim of this one.
   *
   * @returns null when somebody changed or claimed the rollout meanwhile: then nothing is written; `isNews` is false for a
   *   hold that was written before.
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

  /** Newest first, at most `limit` of them, those before `beforeSeq`. @throws Problem `rollout-unknown` */
  async decisions(id: string, limit: number, beforeSeq: number): Promise<RolloutDecision[]> {
    await this.get(id);
    return this.#decisions.list(id, limit, beforeSeq);
  }

  async #asked(id: string, intent: Intent, decidedOn?: number): Promise<Rollout> {
    // Read before anybody has to wait: of two who ask at the same moment only the first finds the step that both saw.
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

  /** @returns false for a hold that was written before. */
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
