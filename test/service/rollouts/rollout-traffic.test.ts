import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sessionCauses } from '../../../src/codes/codes.ts';
import type { StartOutcome } from '../../../src/contracts/service-states.ts';
import { verdictSchema } from '../../../src/contracts/verdict.ts';
import { recordViolation } from '../../../src/service/accounts/constraint-violations.ts';
import { judgeRollout, rolloutTraffic } from '../../../src/service/rollouts/rollout-traffic.ts';
import { Rollouts } from '../../../src/service/rollouts/rollouts.ts';
import type { ServiceDatabase } from '../../../src/service/tables.ts';
import { defaultPolicy } from '../../gate/evidence-of.ts';
import { engines } from '../../support/service-databases.ts';
import {
  addStarts,
  baseline,
  broken,
  candidate,
  newSession,
  quickRules,
  type Start,
  traffic,
  withSession,
} from './session-starts.ts';

/** What of the traffic counts in rates. */
async function countedTraffic(database: ServiceDatabase, window: Parameters<typeof rolloutTraffic>[2]) {
  const starts = await Array.fromAsync(rolloutTraffic(database, [baseline, candidate], window));
  return starts.filter(({ isRepeated }) => !isRepeated).map(({ attempt }) => attempt);
}

describe.each(engines)('the traffic of a rollout on %s', (_, newAddress) => {
  it('is every start since the step began, without what people asked for', async () => {
    const { database } = await withSession(newAddress);
    const starts: Start[] = [
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
    ];
    await addStarts(
      database,
      starts.map((start) => ({ session_id: newSession(), ...start })),
    );
    const seen = await countedTraffic(database, { since: 1_000, agedBefore: 0 });
    expect(seen.map(({ cell, outcome, code, readyMs }) => [cell.library, cell.flow, outcome, code, readyMs])).toEqual([
      [baseline, 'link', 'passed', null, null],
      [baseline, 'restore', 'passed', null, 3_500],
      [candidate, 'restore', 'failed', 'no-ready', null],
      [candidate, 'restore', 'failed', 'page-hung', 1_000],
      [candidate, 'restore', 'infra', null, null],
      [candidate, 'restore', 'infra', 'profile-unavailable', null],
    ]);
    await database.close();
  });

  it('has what a session says again once, and what it says anew', async () => {
    const { database } = await withSession(newAddress);
    const lost = { lost_at: 9_000, code: 'page-hung' };
    const [other, unlucky] = [newSession(), newSession()];
    await addStarts(database, [
      broken,
      lost,
      { ...broken, session_id: other },
      { outcome: 'abandoned' },
      { outcome: 'failed', code: 'profile-unavailable' },
      broken,
      { library: candidate },
      {},
      { outcome: 'stopped' },
      {},
      { outcome: 'abandoned' },
      lost,
      { session_id: unlucky, cause: 'link-asked', ...lost },
      { session_id: unlucky, ...broken },
    ]);
    const seen = await countedTraffic(database, { since: 1_000, agedBefore: 0 });
    expect(seen.map(({ cell, outcome, code }) => [cell.library, cell.flow, outcome, code])).toEqual([
      [baseline, 'restore', 'failed', 'no-ready'],
      [baseline, 'restore', 'failed', 'no-ready'],
      [baseline, 'restore', 'infra', null],
      [candidate, 'restore', 'passed', null],
      [baseline, 'restore', 'passed', null],
      [baseline, 'restore', 'infra', null],
      [baseline, 'restore', 'failed', 'page-hung'],
      [baseline, 'link', 'failed', 'page-hung'],
      [baseline, 'restore', 'failed', 'no-ready'],
    ]);
    await database.close();
  });

  it('does not take what is fresh for a repetition of what is too old to count', async () => {
    const { database } = await withSession(newAddress);
    const starts = [2_000, 3_000, 4_000, 5_000, 6_000].map((started_at) => ({ ...broken, started_at }));
    await addStarts(database, starts);
    const seen = await countedTraffic(database, { since: 1_000, agedBefore: 5_000 });
    expect(seen.map(({ startedAt }) => Date.parse(startedAt))).toEqual([2_000, 5_000]);
    await database.close();
  });

  describe('of which one account has a large part', () => {
    let database: ServiceDatabase;
    beforeAll(async () => {
      ({ database } = await withSession(newAddress));
    });
    afterAll(() => database.close());

    /** The verdict on 100 restorations with the baseline and what is given. */
    async function verdictOn(ofCandidate: Start[]): Promise<string> {
      await database.kysely.deleteFrom('session_starts').execute();
      const rollouts = new Rollouts(database, 'instance', quickRules.plan);
      const rollout = await rollouts.create(baseline, candidate);
      const at = { started_at: rollout.createdAt + 1_000, ended_at: rollout.createdAt + 4_000 };
      const starts = [...working(100), ...ofCandidate.map((start) => ({ library: candidate, ...start }))];
      await addStarts(
        database,
        starts.map((start) => ({ ...at, ...start })),
      );
      const { verdict } = await judgeRollout(database, rollout, defaultPolicy, rollout.createdAt + 60_000);
      await rollouts.rollBack(rollout.id);
      return verdict;
    }
    const repeated = (count: number, ...starts: Start[]) => Array.from({ length: count }, () => starts).flat();
    const working = (count: number): Start[] => Array.from({ length: count }, () => ({ session_id: newSession() }));
    const failing = (count: number): Start[] => working(count).map((start) => ({ ...start, ...broken }));
    const session_id = newSession();

    it.each([
      ['fails ten times', repeated(10, { session_id, ...broken })],
      ['is lost and fails, five times', repeated(5, { session_id, lost_at: 9e12 }, { session_id, ...broken })],
    ])('is not blocked where the account %s, alone or among others that work', async (_, ofSick) => {
      expect(await verdictOn(ofSick)).toBe('inconclusive');
      expect(await verdictOn([...working(20), ...ofSick])).toBe('inconclusive');
      expect(await verdictOn([...working(100), ...ofSick])).toBe('promote');
    });

    it('is blocked when three accounts of three fail, though each was tried only once', async () => {
      expect(await verdictOn(failing(3))).toBe('block');
    });

    it('is not promoted by one account that works however often it is restarted', async () => {
      expect(await verdictOn(repeated(100, { session_id }))).toBe('inconclusive');
    });

    it('is not promoted by restarts of the accounts that work while others fail and stay down', async () => {
      const restarted = working(16).flatMap((start) => repeated(20, start));
      expect(await verdictOn([...restarted, ...failing(4)])).not.toBe('promote');
    });
  });

  describe('of which rates are perfect', () => {
    let database: ServiceDatabase;
    beforeAll(async () => {
      ({ database } = await withSession(newAddress));
    });
    afterAll(() => database.close());

    /** The verdict on 80 links and restorations of each version that all worked, and on what is given. */
    async function verdictWith(more: Start[], violation?: 'surfaced' | 'resolved') {
      await database.kysely.deleteFrom('session_starts').execute();
      const rollouts = new Rollouts(database, 'instance', quickRules.plan);
      if (violation) await recordViolation(database, 'surfaced');
      await sleep(5);
      const rollout = await rollouts.create(baseline, candidate);
      if (violation) await recordViolation(database, violation);
      const at = { started_at: rollout.createdAt + 1_000, ended_at: rollout.createdAt + 4_000 };
      await addStarts(database, [
        ...traffic(rollout.createdAt + 1_000, 80),
        ...more.map((start) => ({ ...at, library: candidate, ...start })),
      ]);
      const verdict = await judgeRollout(database, rollout, defaultPolicy, rollout.createdAt + 60_000);
      await rollouts.rollBack(rollout.id);
      return verdict;
    }
    const unlinked: Start = { outcome: 'failed', code: 'unlinked' };
    const deaf: Start = { code: 'session-deaf', lost_at: 9e12, build: '2.3000.1044822804' };

    it.each<[string, Start[], string]>([
      ['loses one session at its restoration', [unlinked], 'lost-session'],
      ['loses a session that had failed before', [broken, unlinked], 'lost-session'],
      ['runs the code of another version', [{ loaded: '1.24.0' }], 'provenance-mismatch'],
      ['hears nothing on a build that matters', [deaf], 'probe-failure'],
    ])('blocks a candidate that %s', async (_, starts, rule) => {
      const verdict = await verdictWith(starts);
      expect(`${verdict.verdict} by ${verdict.rule}`).toBe('block by hard-rules');
      const place = { flow: 'restore', target: 'live' };
      expect(verdict.hardFindings).toMatchObject([{ rule, attempts: 1, effect: 'blocks', place }]);
    });

    it('leaves it to the rates where the baseline loses a session too', async () => {
      const { verdict, hardFindings } = await verdictWith([unlinked, { ...unlinked, library: baseline }]);
      expect(hardFindings).toMatchObject([{ effect: 'compared', baselineAttempts: 1 }]);
      expect(verdict).toBe('promote');
    });

    it.each<[string, Start[]]>([
      ['a person asked for, whose login may have been gone before', [{ ...unlinked, cause: 'restore-asked' }]],
      ['the baseline made', [{ ...unlinked, library: baseline }]],
      ['ended before its login was accepted for the first time', [{ ...unlinked, cause: 'link-asked' }]],
      ['found that the phone had removed the device', [{ ...unlinked, login_refused: 1 }]],
      ['found it at the second start', [{ ...broken, code: 'initialize-failed', login_refused: 1 }, unlinked]],
    ])('does not block because of a restoration that %s', async (_, starts) => {
      const { verdict, hardFindings } = await verdictWith(starts);
      expect(hardFindings).toEqual([]);
      expect(verdict).not.toBe('block');
    });

    it('counts no start in any rate that failed because the phone had removed the device, or has no WhatsApp', async () => {
      const before = await verdictWith([]);
      const removed = Array.from({ length: 40 }, (_, i): Start[] => [
        { ...broken, session_id: `removed-${i}`, code: 'initialize-failed', login_refused: 1 },
        { ...unlinked, session_id: `removed-${i}` },
        { ...unlinked, session_id: `at-once-${i}`, login_refused: 1 },
        { ...unlinked, session_id: `refused-${i}`, code: 'pairing-refused', cause: 'link-asked' },
      ]).flat();
      const verdict = await verdictWith(removed);
      expect(verdict.flows).toEqual(before.flows);
      expect(verdict.hardFindings).toEqual([]);
    });

    it('counts a refused login whose session was not found unlinked: the version may be to blame', async () => {
      const refused = Array.from({ length: 80 }, (_, i): Start => {
        return { ...broken, session_id: `refused-${i}`, code: 'initialize-failed', login_refused: 1 };
      });
      expect(await verdictWith(refused)).toMatchObject({ verdict: 'block' });
    });

    it('does not promote when the baseline ran the code of another version', async () => {
      const { verdict, because } = await verdictWith([{ library: baseline, loaded: '1.24.0' }]);
      expect(verdict).toBe('inconclusive');
      expect(because[0]).toContain('1 attempt of the baseline did not run the version it names.');
    });

    it('does not block because of a deaf session on another build', async () => {
      expect((await verdictWith([{ ...deaf, build: '2.3000.1' }])).hardFindings).toEqual([]);
    });

    it('blocks when a violation of a constraint surfaced since the step began, not for one that was resolved', async () => {
      const verdict = await verdictWith([], 'surfaced');
      expect(`${verdict.verdict} by ${verdict.rule}`).toBe('block by hard-rules');
      expect(verdict.hardFindings).toMatchObject([{ rule: 'constraint-violation', attempts: 1 }]);
      expect(await verdictWith([], 'resolved')).toMatchObject({ verdict: 'promote', hardFindings: [] });
    });
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
    cause: fc.constantFrom(...sessionCauses),
    started_at: time,
    ended_at: fc.option(time, { nil: null }),
    outcome: fc.constantFrom<StartOutcome | null>('ready', 'failed', 'stopped', 'abandoned', null),
    code: fc.option(fc.constantFrom(...sessionCauses)),
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
