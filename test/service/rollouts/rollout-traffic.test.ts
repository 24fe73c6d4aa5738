import { describe, expect, it } from 'vitest';
import { judgeRollout, rolloutTraffic } from '../../../src/service/rollouts/rollout-traffic.ts';
import { Rollouts } from '../../../src/service/rollouts/rollouts.ts';
import type { ServiceDatabase, SessionStartRow } from '../../../src/service/tables.ts';
import { defaultPolicy } from '../../gate/evidence-of.ts';
import { newServiceDatabase } from '../../support/new-service-database.ts';
import { engines } from '../../support/service-databases.ts';

type Start = Partial<Omit<SessionStartRow, 'id'>>;

const [baseline, candidate] = ['1.33.2', '1.34.2'];

describe.each(engines)('the traffic of a rollout on %s', (_, newAddress) => {
  it('is every start since the rollout began, without what people asked for', async () => {
    const { database, session } = await withSession(newAddress);
    await start(database, session, [
      { library: baseline, cause: 'link-asked' },
      { library: baseline, cause: 'owner-lost', ended_at: 4_500 },
      { library: candidate, outcome: 'failed', code: 'ready-timeout' },
      { library: candidate, lost_at: 9_000, code: 'page-hung' },
      { library: candidate, outcome: 'abandoned' },
      { library: candidate, outcome: 'failed', code: 'profile-unavailable' },
      { library: candidate, outcome: 'failed', code: 'link-timeout', cause: 'link-asked' },
      { library: candidate, outcome: 'stopped' },
      { library: candidate, outcome: null, ended_at: null },
      { library: '1.25.0' },
      { library: baseline, started_at: 999 },
    ]);
    const seen = await Array.fromAsync(rolloutTraffic(database, [baseline, candidate], 1_000));
    expect(seen.map(({ cell, outcome, code, readyMs }) => [cell.library, cell.flow, outcome, code, readyMs])).toEqual([
      [baseline, 'link', 'passed', null, null],
      [baseline, 'restore', 'passed', null, 3_500],
      [candidate, 'restore', 'failed', 'ready-timeout', null],
      [candidate, 'restore', 'failed', 'page-hung', 1_000],
      [candidate, 'restore', 'infra', null, null],
      [candidate, 'restore', 'infra', 'profile-unavailable', null],
    ]);
    await database.close();
  });

  it('is what the gate judges a rollout by', async () => {
    const { database, session } = await withSession(newAddress);
    const rollouts = new Rollouts(database);
    const rollout = await rollouts.create(baseline, candidate);
    const now = rollout.createdAt + 1_000;
    const judged = async () => judgeRollout(database, rollout, defaultPolicy, new Date(now + 60_000).toISOString());

    expect((await judged()).because[0]).toBe('There is no attempt of either version.');
    const both = (count: number, more: Start) =>
      Array.from({ length: count }, (_, i) => ({
        library: i % 2 === 0 ? baseline : candidate,
        started_at: now + i,
        ended_at: now + i + 3_000 + (i % 50),
        ...(i % 2 === 0 ? {} : more),
      }));
    await start(database, session, both(160, {}));
    expect((await judged()).verdict).toBe('promote');

    await start(database, session, both(40, { outcome: 'failed', code: 'ready-timeout' }));
    const verdict = await judged();
    expect(verdict.verdict).toBe('block');
    expect((await rollouts.apply(rollout.id, verdict.verdict)).state).toBe('rolled_back');
    await database.close();
  });
});

async function withSession(newAddress: () => Promise<string>): Promise<{ database: ServiceDatabase; session: string }> {
  const { database, workspace } = await newServiceDatabase(newAddress);
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
  return { database, session: 'session' };
}

async function start(database: ServiceDatabase, session: string, starts: Start[]): Promise<void> {
  for (const more of starts) {
    await database.kysely
      .insertInto('session_starts')
      .values({
        session_id: session,
        instance_id: 'instance',
        lease_token: 1,
        cause: 'owner-lost',
        library: baseline,
        started_at: 1_000,
        ended_at: 2_000,
        outcome: 'ready',
        code: null,
        lost_at: null,
        ...more,
      })
      .execute();
  }
}
