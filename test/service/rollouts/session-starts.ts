import type { Insertable } from 'kysely';
import type { RolloutRules } from '../../../src/service/rollouts/rollout-rules.ts';
import type { ServiceDatabase, SessionStartRow } from '../../../src/service/tables.ts';
import { defaultPolicy } from '../../gate/evidence-of.ts';
import { newServiceDatabase } from '../../support/new-service-database.ts';

export const [baseline, candidate] = ['1.33.2', '1.34.2'];

/** Three steps without a watch, and the gate's own policy. */
export const quickRules: RolloutRules = {
  policy: defaultPolicy,
  plan: {
    schemaVersion: 1,
    steps: [1, 25, 100].map((percent) => ({ percent, watchHours: 0 })),
    controlGroup: 'restart',
    belowBand: 'hold',
    stages: [{ hours: [1, 24], successPercent: { from: 60, to: 100 } }],
  },
};

export type Start = Partial<Omit<Insertable<SessionStartRow>, 'id'>>;

/** A new database with one session in it that can be started. */
export async function withSession(newAddress: () => Promise<string>): Promise<{
  database: ServiceDatabase;
  address: string;
}> {
  const { database, address } = await newServiceDatabase(newAddress);
  await addSessions(database, ['session'], 1);
  return { database, address };
}

async function addSessions({ kysely }: ServiceDatabase, ids: readonly string[], wanted: 0 | 1): Promise<void> {
  const accounts = ids.map((id) => ({
    id: `account-of-${id}`,
    workspace_id: 'workspace',
    session_id: id,
    phone: null,
    status: 'qr_scanning' as const,
    status_cause: 'link-asked',
    status_since: 0,
    library: baseline,
    library_pin: null,
    instance_id: 'instance',
    lease_token: 0,
    created_at: 0,
    deleted_at: null,
  }));
  const sessions = ids.map((id) => ({
    id,
    account_id: `account-of-${id}`,
    workspace_id: 'workspace',
    wanted,
    lease_owner: null,
    start_cause: 'link-asked',
    attention_code: null,
    attention_at: null,
  }));
  await kysely.insertInto('whatsapp_accounts').values(accounts).execute();
  await kysely.insertInto('sessions').values(sessions).execute();
}

/**
 * Writes starts: restorations of `session` that took a second, except for what is given. Other sessions that are named come to be, and
 * no instance shall run them.
 */
export async function addStarts(database: ServiceDatabase, starts: Start[]): Promise<void> {
  const { kysely } = database;
  for (let i = 0; i < starts.length; i += 100) {
    const rows = starts.slice(i, i + 100).map((more) => ({
      session_id: 'session',
      instance_id: 'instance',
      lease_token: 1,
      cause: 'owner-lost',
      library: baseline,
      started_at: 1_000,
      ended_at: 2_000,
      outcome: 'ready' as const,
      code: null,
      lost_at: null,
      login_refused: 0,
      ...more,
    }));
    const named = [...new Set(rows.map(({ session_id }) => session_id))];
    const known = await kysely.selectFrom('sessions').select('id').where('id', 'in', named).execute();
    const missing = named.filter((id) => !known.some((session) => session.id === id));
    if (missing.length > 0) await addSessions(database, missing, 0);
    await kysely.insertInto('session_starts').values(rows).execute();
  }
}

let made = 0;
/** The id of a session that no start names yet. */
export const newSession = (): string => `session-${++made}`;

/** A link or a restoration of `count` sessions with each version, one after the other from `since` on (milliseconds). */
export function traffic(since: number, count: number, ofCandidate: Start = {}): Start[] {
  return ['link-asked', 'owner-lost'].flatMap((cause) =>
    Array.from({ length: 2 * count }, (_, i): Start => {
      const start = { session_id: newSession(), started_at: since + i, ended_at: since + i + 3_000 + (i % 50), cause };
      return i % 2 === 0 ? { library: baseline, ...start } : { library: candidate, ...start, ...ofCandidate };
    }),
  );
}

export const broken: Start = { outcome: 'failed', code: 'ready-timeout' };
