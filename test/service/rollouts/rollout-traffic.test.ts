import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { verdictSchema } from '../../../src/contracts/verdict.ts';
import { causes } from '../../../src/service/causes.ts';
import { judgeRollout, rolloutTraffic } from '../../../src/service/rollouts/rollout-traffic.ts';
import { Rollouts } from '../../../src/service/rollouts/rollouts.ts';
import type { StartOutcome } from '../../../src/service/tables.ts';
import { defaultPolicy } from '../../gate/evidence-of.ts';
import { stopMysqlServer } from '../../support/mysql-server.ts';
import { engines } from '../../support/service-databases.ts';
import { addStarts, baseline, broken, candidate, quickRules, traffic, withSession } from './session-starts.ts';

afterAll(stopMysqlServer);

describe.each(engines)('the traffic of a rollout on %s', (_, newAddress) => {
  it('is every start since the step began, without what people asked for', async () => {
    const { database } = await withSession(newAddress);
    await addStarts(database, [
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

  it('is what the gate judges a step by, and only the present one', async () => {
    const { database } = await withSession(newAddress);
    const rollouts = new Rollouts(database, 'instance', quickRules.plan);
    const rollout = await rollouts.create(baseline, candidate);
    const now = rollout.createdAt + 1_000;
    const judged = async () =>
      judgeRollout(database, await rollouts.get(rollout.id), defaultPolicy, Math.max(now, Date.now()) + 60_000);

    expect((await judged()).because[0]).toBe('There is no attempt of either version.');
    await addStarts(database, traffic(now, 80));
    expect((await judged()).verdict).toBe('promote');
    await addStarts(database, traffic(now, 40, broken));
    expect((await judged()).verdict).toBe('block');

    await database.kysely
      .insertInto('rollout_steps')
      .values({ rollout_id: rollout.id, percent: 25, state: 'active', cause: 'asked', at: now + 10_000 })
      .execute();
    expect((await judged()).because[0]).toBe('There is no attempt of either version.');
    await database.close();
  });
});

it('whatever happened to sessions, the verdict has the shape that the API promises', async () => {
  const [, newAddress] = engines[0] as (typeof engines)[0];
  const { database } = await withSession(newAddress);
  const rollouts = new Rollouts(database, 'instance', quickRules.plan);
  const rollout = await rollouts.create(baseline, candidate);
  const time = fc.integer({ min: -90_000_000, max: 90_000_000 }).map((ms) => rollout.createdAt + ms);
  const startOf = fc.record({
    library: fc.constantFrom(baseline, candidate),
    cause: fc.constantFrom(...Object.keys(causes)),
    started_at: time,
    ended_at: fc.option(time, { nil: null }),
    outcome: fc.constantFrom<StartOutcome | null>('ready', 'failed', 'stopped', 'abandoned', null),
    code: fc.option(fc.constantFrom(...Object.keys(causes))),
    lost_at: fc.option(time),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(startOf, { maxLength: 60 }), async (starts) => {
      await database.kysely.deleteFrom('session_starts').execute();
      if (starts.length > 0) await addStarts(database, starts);
      verdictSchema.parse(await judgeRollout(database, rollout, defaultPolicy, rollout.createdAt + 90_000_000));
    }),
    { numRuns: 200 },
  );
  await database.close();
});
