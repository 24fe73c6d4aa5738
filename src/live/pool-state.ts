import type { Kysely } from 'kysely';
import {
  historyMs,
  openBreaker,
  openIncidents,
  type PoolEvent,
  type PoolEventKind,
  type PoolRefusal,
  refusalOf,
} from './limits.ts';
import type { LivePolicy } from './live-policy.ts';
import type { LiveAccountRow, LiveDatabase, LiveTables } from './tables.ts';

/** An account without its number, which the database has sealed. Times are milliseconds since 1970. */
export interface PooledAccount extends Pick<LiveAccountRow, 'name' | 'state'> {
  phoneSeenAt: number;
  /** Why it may not be started now, and until when; null where it may. */
  rests: PoolRefusal;
}

export interface PoolState {
  /** Milliseconds since 1970. */
  now: number;
  /** Why a person has stopped the pool; null while it runs. */
  stoppedBecause: string | null;
  /** Null while it is closed. */
  breaker: PoolRefusal;
  /** As `openIncidents`. */
  incidents: ReadonlyMap<PoolEventKind, number>;
  accounts: PooledAccount[];
}

/** The pool as the limits see it now, by the clock of the database. Plain reads, which lock nothing and need no key. */
export async function readPoolState({ kysely, now: clock }: LiveDatabase, policy: LivePolicy): Promise<PoolState> {
  const now = Number((await kysely.selectNoFrom(clock.as('now')).executeTakeFirstOrThrow()).now);
  const history = await readPoolHistory(kysely, now);
  const rows = await kysely
    .selectFrom('live_accounts')
    .select(['name', 'state', 'number_key', 'phone_seen_at'])
    .orderBy('name')
    .execute();
  const accounts = rows.map(({ name, state, number_key: number, phone_seen_at: phoneSeenAt }) => ({
    ...{ name, state, phoneSeenAt: Number(phoneSeenAt) },
    rests: refusalOf(policy, history, { kind: 'restore', account: name, number }, now),
  }));
  const stoppedBecause = await readStopReason(kysely);
  const [breaker, incidents] = [openBreaker(policy, history, now), openIncidents(history, now)];
  return { now, stoppedBecause, breaker, incidents, accounts };
}

/** Why a person has stopped the pool; null while it runs. */
export async function readStopReason(kysely: Kysely<LiveTables>): Promise<string | null> {
  const row = await kysely.selectFrom('live_pool').select('stopped_because').executeTakeFirst();
  return row?.stopped_because ?? null;
}

/** What the limits depend on, in the sequence in which it was written. */
export async function readPoolHistory(kysely: Kysely<LiveTables>, now: number): Promise<PoolEvent[]> {
  return kysely
    .selectFrom('live_events')
    .select(['account', 'number_key as number', 'kind', 'at', 'until'])
    .where((where) =>
      where.or([
        where('at', '>', now - historyMs),
        where('until', '>', now - historyMs),
        where('kind', 'in', ['banned', 'resumed']),
      ]),
    )
    .orderBy('id')
    .execute();
}
