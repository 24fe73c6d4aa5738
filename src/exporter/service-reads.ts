import { type Kysely, sql } from 'kysely';
import {
  type AccountStatus,
  hostedStatuses,
  type LinkOutcome,
  type StartOutcome,
  type ViolationOutcome,
} from '../contracts/service-states.ts';
import { type LinkSuccess, linkSuccess } from '../service/accounts/link-success.ts';
import { lostLogins } from '../service/accounts/lost-logins.ts';
import type { RolloutDecisionRow, RolloutRow, ServiceTables } from '../service/tables.ts';
import type { Database } from '../store/database/database.ts';

/**
 * Rows that are younger than this are left for the next time: a row gets its number before its transaction ends, so that one
 * with a lower number can still appear.
 */
const settleMs = 5_000;

/** A webhook is failing when no attempt has succeeded for so long after the first that failed, in milliseconds. */
const failingMs = 60_000;

/** Rows at a time. */
const pageSize = 1_000;

export interface ExportedTables extends ServiceTables {
  constraint_violations: { id: number; constraint_name: string; outcome: ViolationOutcome; at: number };
}

export interface EndedLink {
  workspace: string;
  library: string;
  build: string | null;
  outcome: LinkOutcome;
  code: string;
}

export interface EndedStart {
  id: number;
  workspace: string;
  library: string;
  build: string | null;
  outcome: StartOutcome;
  code: string;
}

type StartRow = Omit<EndedStart, 'outcome' | 'code'> & { outcome: StartOutcome | null; code: string | null };

/** What the exporter reads of the service's tables. Plain reads: they take no locks and never make a session wait. */
export class ServiceReads {
  readonly #db: Kysely<ExportedTables>;
  readonly #now;

  constructor({ kysely, now }: Database<ExportedTables>) {
    this.#db = kysely;
    this.#now = now;
  }

  /** Links that ended after an entry of the history, one way or the other. */
  async links(afterSeq: number): Promise<{ links: EndedLink[]; lastSeq: number }> {
    const rows = await this.#db
      .selectFrom('link_ends')
      .select(['seq', 'workspace_id as workspace', 'library', 'build', 'outcome', 'code'])
      .where('seq', '>', afterSeq)
      .where('at', '<', this.#settled())
      .orderBy('seq')
      .limit(pageSize)
      .execute();
    const links = rows.flatMap(({ workspace, library, build, outcome, code }): EndedLink[] =>
      outcome === 'given_up' ? [] : [{ workspace, library, build, outcome, code }],
    );
    return { links, lastSeq: rows.at(-1)?.seq ?? afterSeq };
  }

  /** Starts after a number that are no links, ended or not. */
  async restorations(afterId: number): Promise<{ ended: EndedStart[]; open: number[]; lastId: number }> {
    const rows = await this.#starts()
      .where('session_starts.id', '>', afterId)
      .orderBy('session_starts.id')
      .limit(pageSize)
      .execute();
    const restorations = rows.filter((row) => row.was_linked);
    return {
      ended: restorations.flatMap(endedStart),
      open: restorations.filter(({ outcome }) => outcome === null).map(({ id }) => id),
      lastId: rows.at(-1)?.id ?? afterId,
    };
  }

  /** Those of these starts that have ended by now. */
  async endedOf(ids: readonly number[]): Promise<EndedStart[]> {
    const found: EndedStart[] = [];
    for (let start = 0; start < ids.length; start += pageSize) {
      const some = this.#starts().where('session_starts.id', 'in', ids.slice(start, start + pageSize));
      found.push(...(await some.where('outcome', 'is not', null).execute()).flatMap(endedStart));
    }
    return found;
  }

  async violations(afterId: number): Promise<{ id: number; constraint: string; outcome: ViolationOutcome }[]> {
    const rows = await this.#db
      .selectFrom('constraint_violations')
      .selectAll()
      .where('id', '>', afterId)
      .where('at', '<', this.#settled())
      .orderBy('id')
      .limit(pageSize)
      .execute();
    return rows.map(({ id, constraint_name, outcome }) => ({ id, constraint: constraint_name, outcome }));
  }

  /** Logins that were lost after an entry of the history. */
  async lostLogins(afterSeq: number): Promise<{ lost: { library: string; code: string }[]; lastSeq: number }> {
    const newest = await this.#db
      .selectFrom('account_history')
      .select('seq')
      .where('at', '<', this.#settled())
      .orderBy('seq', 'desc')
      .limit(1)
      .executeTakeFirst();
    const lastSeq = newest?.seq ?? afterSeq;
    const lost = await lostLogins(this.#db)
      .select(['loss.library', 'loss.cause as code'])
      .where('loss.seq', '>', afterSeq)
      .where('loss.seq', '<=', lastSeq)
      .execute();
    return { lost, lastSeq };
  }

  /** Deliveries that wait and webhooks that fail. Times are milliseconds since 1970; null without any. */
  async webhooks(): Promise<{
    pending: number;
    oldestAt: number | null;
    dueAt: number | null;
    working: number;
    failing: number;
    now: number;
  }> {
    const { pending, oldestAt, dueAt } = await this.#db
      .selectFrom('webhook_deliveries')
      .innerJoin('webhooks', 'webhooks.id', 'webhook_deliveries.webhook_id')
      .select(({ fn }) => [
        fn.countAll<number>().as('pending'),
        fn.min<number | null>('webhook_deliveries.created_at').as('oldestAt'),
        // To a webhook that fails nothing is late.
        sql<number | null>`min(case when failing_since is null then
          case when next_attempt_at > webhook_deliveries.created_at then next_attempt_at else webhook_deliveries.created_at end
        end)`.as('dueAt'),
      ])
      .where('state', '=', 'pending')
      .executeTakeFirstOrThrow();
    const { event } = await this.#db
      .selectFrom('webhook_outbox')
      .select(({ fn }) => fn.min<number | null>('at').as('event'))
      .executeTakeFirstOrThrow();
    const { all, failing, now } = await this.#db
      .selectFrom('webhooks')
      .select(({ fn }) => [
        fn.countAll<number>().as('all'),
        sql<number | null>`sum(case when failing_since < ${this.#ago(failingMs)} and exists (
          select 1 from webhook_deliveries where webhook_id = webhooks.id and state = 'pending') then 1 else 0 end)`.as(
          'failing',
        ),
        this.#now.as('now'),
      ])
      .where('deleted_at', 'is', null)
      .executeTakeFirstOrThrow();
    const due = [dueAt, event].filter((at) => at !== null).map(Number);
    return {
      pending: Number(pending),
      oldestAt: oldestAt === null ? null : Number(oldestAt),
      dueAt: due.length === 0 ? null : Math.min(...due),
      working: Number(all) - Number(failing ?? 0),
      failing: Number(failing ?? 0),
      now: Number(now),
    };
  }

  /** An account is disconnected from the moment on at which the lease of its session has run out, written down or not. */
  async accounts(): Promise<{ workspace: string; library: string; status: AccountStatus; count: number }[]> {
    const rows = await this.#db
      .selectFrom('whatsapp_accounts')
      .innerJoin('sessions', 'sessions.id', 'whatsapp_accounts.session_id')
      .select((select) => [
        'whatsapp_accounts.workspace_id as workspace',
        'library',
        'status',
        select.fn.countAll<number>().as('count'),
        select.fn.sum<number>(sql`case when lease_expires_at > ${this.#now} then 0 else 1 end`).as('unowned'),
      ])
      .where('deleted_at', 'is', null)
      .groupBy(['whatsapp_accounts.workspace_id', 'library', 'status'])
      .execute();
    return rows.flatMap(({ count, unowned, ...labels }) => {
      const lost = hostedStatuses.some((hosted) => hosted === labels.status) ? Number(unowned) : 0;
      const counts = [
        { ...labels, count: Number(count) - lost },
        { ...labels, status: 'disconnected' as const, count: lost },
      ];
      return counts.filter(({ count }) => count > 0);
    });
  }

  /** Sessions that should run: how many have an owner, how many could start now, and how many wait for a person. */
  async wanted(): Promise<{
    held: number;
    free: number;
    backlog: number;
    attention: { code: string; count: number }[];
  }> {
    const isHeld = sql<number>`lease_expires_at > ${this.#now}`;
    const rows = await this.#db
      .selectFrom('sessions')
      .select((select) => [
        'attention_code',
        select.fn.sum<number>(sql`case when ${isHeld} then 1 else 0 end`).as('held'),
        select.fn
          .sum<number>(sql`case when not ${isHeld} and next_start_at <= ${this.#now} then 1 else 0 end`)
          .as('due'),
        select.fn.countAll<number>().as('count'),
      ])
      .where('wanted', '=', 1)
      .groupBy('attention_code')
      .execute();
    const sum = (key: 'held' | 'count') => rows.reduce((total, row) => total + Number(row[key]), 0);
    return {
      held: sum('held'),
      free: sum('count') - sum('held'),
      backlog: Number(rows.find((row) => row.attention_code === null)?.due ?? 0),
      attention: rows.flatMap(({ attention_code: code, count }) =>
        code === null ? [] : [{ code, count: Number(count) }],
      ),
    };
  }

  /** How many instances live, and how many sessions those that do not drain may run together; null where one has no limit. */
  async instances(): Promise<{ living: number; capacity: number | null }> {
    const { living, open, limited, capacity } = await this.#db
      .selectFrom('instances')
      .select(({ fn }) => [
        fn.countAll<number>().as('living'),
        fn.sum<number>(sql`case when drain_asked_at is null then 1 else 0 end`).as('open'),
        fn.count<number>(sql`case when drain_asked_at is null then max_sessions end`).as('limited'),
        fn.sum<number>(sql`case when drain_asked_at is null then max_sessions else 0 end`).as('capacity'),
      ])
      .where('stopped_at', 'is', null)
      .where('seen_at', '>', this.#ago(60_000))
      .executeTakeFirstOrThrow();
    return { living: Number(living), capacity: Number(limited) < Number(open ?? 0) ? null : Number(capacity ?? 0) };
  }

  /** The newest rollout with the time of its last step. */
  async rollout(): Promise<
    (Pick<RolloutRow, 'id' | 'baseline' | 'candidate' | 'percent' | 'state'> & { at: number }) | null
  > {
    const row = await this.#db
      .selectFrom('rollouts')
      .innerJoin('rollout_steps', 'rollout_steps.rollout_id', 'rollouts.id')
      .select(['rollouts.id', 'baseline', 'candidate', 'rollouts.percent', 'rollouts.state', 'rollout_steps.at'])
      .orderBy('rollouts.created_at', 'desc')
      .orderBy('rollout_steps.seq', 'desc')
      .limit(1)
      .executeTakeFirst();
    return row ?? null;
  }

  /** The newest decision on a rollout. */
  async rolloutDecision(rolloutId: string): Promise<Pick<RolloutDecisionRow, 'decision' | 'reason' | 'at'> | null> {
    const row = await this.#db
      .selectFrom('rollout_decisions')
      .select(['decision', 'reason', 'at'])
      .where('rollout_id', '=', rolloutId)
      .orderBy('seq', 'desc')
      .limit(1)
      .executeTakeFirst();
    return row ?? null;
  }

  /** Of the links begun within the last `windowMs` that have ended: how many got to `connected`, by version. */
  linkSuccess(windowMs: number): Promise<LinkSuccess[]> {
    return linkSuccess({ kysely: this.#db }, this.#ago(windowMs));
  }

  /** A start is a restoration when the login of its account had been accepted before it. */
  #starts() {
    return this.#db
      .selectFrom('session_starts')
      .innerJoin('sessions', 'sessions.id', 'session_starts.session_id')
      .select(['session_starts.id', 'sessions.workspace_id as workspace'])
      .select(['session_starts.library', 'session_starts.build', 'outcome', 'code'])
      .select((select) =>
        select
          .exists(
            select
              .selectFrom('account_history')
              .select('seq')
              .whereRef('account_history.account_id', '=', 'sessions.account_id')
              .whereRef('account_history.at', '<', 'session_starts.started_at')
              .where('to_status', '=', 'authenticated'),
          )
          .as('was_linked'),
      );
  }

  #settled() {
    return this.#ago(settleMs);
  }

  #ago(ms: number) {
    return sql<number>`${this.#now} - ${ms}`;
  }
}

/** The code of a start that was ready is why the session was lost later. */
function endedStart({ id, workspace, library, build, outcome, code }: StartRow): EndedStart[] {
  if (outcome === null) return [];
  return [{ id, workspace, library, build, outcome, code: outcome === 'failed' ? (code ?? '') : '' }];
}
