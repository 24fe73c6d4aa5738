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

export type Start = Partial<Omit<SessionStartRow, 'id'>>;

/** A new database with one session in it that can be started. */
export async function withSession(newAddress: () => Promise<string>): Promise<{
  database: ServiceDatabase;
  address: string;
  session: string;
}> {
  const { database, address, workspace } = await newServiceDatabase(newAddress);
  await database.kysely
    .insertInto('whatsapp_accounts')
    .values({
      id: 'account',
      workspace_id: workspace,
      session_id: 'session',
      phone: null,
      status: 'qr_scanning',
      status_cause: 'link-asked',
      status_since: 0,
      library: baseline,
      library_pin: null,
      instance_id: 'instance',
      lease_token: 0,
      created_at: 0,
      deleted_at: null,
    })
    .execute();
  await database.kysely
    .insertInto('sessions')
    .values({
      id: 'session',
      account_id: 'account',
      workspace_id: workspace,
      lease_owner: null,
      start_cause: 'link-asked',
      attention_code: null,
      attention_at: null,
    })
    .execute();
  return { database, address, session: 'session' };
}

/** Writes starts of the session: restorations that took a second, except for what is given. */
export async function addStarts(database: ServiceDatabase, starts: Start[]): Promise<void> {
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
      ...more,
    }));
    await database.kysely.insertInto('session_starts').values(rows).execute();
  }
}

/** `count` links and as many restorations with each version, one after the other from `since` on (milliseconds). */
export function traffic(since: number, count: number, ofCandidate: Start = {}): Start[] {
  return ['link-asked', 'owner-lost'].flatMap((cause) =>
    Array.from({ length: 2 * count }, (_, i): Start => {
      const at = { started_at: since + i, ended_at: since + i + 3_000 + (i % 50) };
      return i % 2 === 0 ? { library: baseline, cause, ...at } : { library: candidate, cause, ...at, ...ofCandidate };
    }),
  );
}

export const broken: Start = { outcome: 'failed', code: 'ready-timeout' };
