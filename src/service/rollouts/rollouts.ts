import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { packageRoot } from '../../contracts/home.ts';
import { policySchema } from '../../contracts/policy.ts';
import type { Verdict, VerdictWord } from '../../contracts/verdict.ts';
import { parseYamlFile } from '../../contracts/yaml-file.ts';
import { isDuplicate } from '../../store/database/database-errors.ts';
import { Problem } from '../problems.ts';
import type { RolloutRow, RolloutStepRow, ServiceDatabase } from '../tables.ts';
import { judgeRollout } from './rollout-traffic.ts';

/** Part of the accounts, in percent, that the candidate hosts at each step. */
export const rolloutSteps = [1, 5, 25, 100] as const;

export interface Rollout {
  id: string;
  baseline: string;
  candidate: string;
  percent: number;
  state: RolloutRow['state'];
  createdAt: number;
  steps: { percent: number; state: RolloutRow['state']; cause: RolloutStepRow['cause']; at: number }[];
}

const policyFile = join(packageRoot, 'compat-matrix', 'policy.yaml');

type Next = Pick<RolloutRow, 'percent' | 'state'>;

/** The repository of rollouts: at most one is active, and every change of it is kept as a step. */
export class Rollouts {
  readonly #database: ServiceDatabase;

  constructor(database: ServiceDatabase) {
    this.#database = database;
  }

  /** Begins at the first step. @throws Problem `rollout-active` */
  async create(baseline: string, candidate: string): Promise<Rollout> {
    const id = randomUUID();
    const { now } = this.#database;
    const [percent] = rolloutSteps;
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

  /** To the next step, or to the end after the last one. @throws Problem `rollout-unknown`, `rollout-over` */
  advance(id: string, cause: RolloutStepRow['cause'] = 'asked'): Promise<Rollout> {
    return this.#change(id, cause, ({ percent }) => {
      const next = rolloutSteps.find((step) => step > percent);
      return next === undefined ? { percent, state: 'finished' } : { percent: next, state: 'active' };
    });
  }

  /** Everybody back to the baseline. @throws Problem `rollout-unknown`, `rollout-over` */
  rollBack(id: string, cause: RolloutStepRow['cause'] = 'asked'): Promise<Rollout> {
    return this.#change(id, cause, () => ({ percent: 0, state: 'rolled_back' }));
  }

  /** What the gate says by the default policy of what happened since the rollout began. @throws Problem `rollout-unknown` */
  async judge(id: string): Promise<Verdict> {
    const rollout = await this.get(id);
    const policy = parseYamlFile(policyFile, policySchema);
    return judgeRollout(this.#database, rollout, policy, new Date().toISOString());
  }

  /** What a verdict means: promote goes on, block goes back, inconclusive changes nothing. */
  async apply(id: string, verdict: VerdictWord): Promise<Rollout> {
    if (verdict === 'promote') return this.advance(id, 'verdict');
    if (verdict === 'block') return this.rollBack(id, 'verdict');
    return this.get(id);
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

  async #change(id: string, cause: RolloutStepRow['cause'], next: (row: RolloutRow) => Next): Promise<Rollout> {
    await this.#database.transaction(async (tx) => {
      const row = await this.#database
        .locked(tx.selectFrom('rollouts').selectAll().where('id', '=', id))
        .executeTakeFirst();
      if (!row) throw new Problem('rollout-unknown');
      if (row.state !== 'active') throw new Problem('rollout-over');
      const changed = next(row);
      await tx.updateTable('rollouts').set(changed).where('id', '=', id).execute();
      await tx
        .insertInto('rollout_steps')
        .values({ ...changed, rollout_id: id, cause, at: this.#database.now })
        .execute();
    });
    return this.get(id);
  }
}
