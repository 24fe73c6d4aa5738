import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Policy } from '../../../src/contracts/policy.ts';
import { verdictSchema } from '../../../src/contracts/verdict.ts';
import { type RolloutCall, RolloutCalls } from '../../../src/service/rollouts/rollout-calls.ts';
import { RolloutJudge } from '../../../src/service/rollouts/rollout-judge.ts';
import { judgeRollout } from '../../../src/service/rollouts/rollout-traffic.ts';
import { type Rollout, Rollouts } from '../../../src/service/rollouts/rollouts.ts';
import type { RolloutCallRow, ServiceDatabase } from '../../../src/service/tables.ts';
import { defaultPolicy } from '../../gate/evidence-of.ts';
import { engines } from '../../support/service-databases.ts';
import { addStarts, baseline, candidate, newSession, quickRules, traffic, withSession } from './session-starts.ts';

const withCalls: Policy = { ...defaultPolicy, calls: { least: 10 } };
const hourMs = 3_600_000;

type Row = Omit<RolloutCallRow, 'id'>;

describe.each(engines)('the calls of a rollout on %s', (_, newAddress) => {
  let database: ServiceDatabase;
  let rollouts: Rollouts;
  let rollout: Rollout;

  beforeAll(async () => {
    ({ database } = await withSession(newAddress));
    rollouts = new Rollouts(database, 'instance', quickRules.plan);
  });
  afterAll(() => database.close());
  beforeEach(async () => {
    await database.kysely.deleteFrom('rollout_calls').execute();
    await database.kysely.deleteFrom('session_starts').execute();
    await database.kysely.updateTable('rollouts').set({ state: 'rolled_back' }).where('state', '=', 'active').execute();
    rollout = await rollouts.create(baseline, candidate);
    await addStarts(database, traffic(rollout.createdAt + 1_000, 80));
  });

  /** Calls of so many sessions, once each, a second after the step began. */
  const calls = (count: number, more: Partial<Row> = {}): Row[] =>
    Array.from({ length: count }, () => ({
      ...{ session_id: newSession(), library: candidate, method: 'Client.sendMessage', outcome: 'passed' },
      ...{ at: rollout.createdAt + 1_000, ...more },
    })) as Row[];

  async function add(rows: readonly Row[]): Promise<void> {
    for (let i = 0; i < rows.length; i += 100) {
      await database.kysely
        .insertInto('rollout_calls')
        .values(rows.slice(i, i + 100))
        .execute();
    }
  }
  const judged = (policy: Policy, at = rollout.createdAt + 60_000) => judgeRollout(database, rollout, policy, at);

  const ofBaseline = { library: baseline };
  const failing = { outcome: 'failed' } as const;

  test.each<[string, () => Row[], string]>([
    ['answers as often as the baseline', () => calls(80), 'promote by'],
    ['fails in ten sessions of ten', () => calls(10, failing), 'block by fast-path'],
    ['fails in a third of the sessions', () => [...calls(60), ...calls(30, failing)], 'block by'],
    ['was called in few sessions', () => calls(9), 'inconclusive by'],
    ['was never called', () => [], 'inconclusive by missing-data'],
    ['fails all day in one session', () => repeated(50, failing), 'inconclusive by'],
    ['fails all day in one session of many', () => [...calls(80), ...repeated(50, failing)], 'promote by'],
    ['works all day in one session', () => repeated(90, {}), 'inconclusive by'],
  ])('a method that the candidate %s', async (_, ofCandidate, expected) => {
    await add([...calls(90, ofBaseline), ...ofCandidate()]);
    const verdict = await judged(withCalls);
    expect(`${verdict.verdict} by ${verdict.rule}`).toContain(expected);
    expect(verdict.flows.map(({ flow }) => flow)).toEqual(['Client.sendMessage', 'link', 'restore']);
    expect((await judged(defaultPolicy)).verdict).toBe('promote');
  });

  /** Calls of one session within an hour. */
  function repeated(count: number, more: Partial<Row>): Row[] {
    const [call] = calls(1, more) as [Row];
    return Array.from({ length: count }, (_, i) => ({ ...call, at: call.at + i * 1_000 }));
  }

  test('a method that the baseline has in few sessions, one that the policy does not name, and calls before the step decide nothing', async () => {
    await add([...calls(9, ofBaseline), ...calls(9, failing)]);
    expect((await judged(withCalls)).verdict).toBe('promote');
    await add([...calls(90, ofBaseline), ...calls(90, failing)]);
    expect((await judged(withCalls)).verdict).toBe('block');
    expect((await judged({ ...withCalls, calls: { least: 10, methods: ['Message.reply'] } })).verdict).toBe('promote');
    await database.kysely
      .updateTable('rollout_calls')
      .set({ at: rollout.createdAt - 1 })
      .execute();
    expect((await judged(withCalls)).verdict).toBe('promote');
  });

  test('the judge rolls back because of a method, and the decision names it with its figures', async () => {
    await add([...calls(40, ofBaseline), ...calls(20, failing)]);
    const rules = { ...quickRules, policy: withCalls };
    await new RolloutJudge({ database, rollouts, rules, log: () => {} }).round(600_000);
    const [decision] = await rollouts.decisions(rollout.id, 1, Number.MAX_SAFE_INTEGER);
    expect(decision).toMatchObject({ decision: 'rolled_back', reason: 'blocked', state: 'rolled_back' });
    expect(decision?.because).toContain('Client.sendMessage: baseline 40 of 40, candidate 0 of 20');
    expect(decision?.figures).toContainEqual(
      expect.objectContaining({
        flow: 'Client.sendMessage',
        verdict: 'block',
        candidate: { attempts: 20, failures: 20, infra: 0, stale: 0 },
      }),
    );
  });

  const call = (more: Partial<RolloutCall> = {}): RolloutCall => ({
    ...{ session: 'one', library: candidate, method: 'Client.getChats', says: 'passed', ...more },
  });
  async function kept(policy: Policy, ...made: RolloutCall[]): Promise<string[]> {
    const recorder = new RolloutCalls(database, policy);
    recorder.look((await rollouts.list(1))[0] ?? null);
    for (const each of made) recorder.add(each);
    await recorder.flush();
    const rows = await database.kysely.selectFrom('rollout_calls').selectAll().orderBy('id').execute();
    return rows.map(({ session_id, library, method, outcome }) => [session_id, library, method, outcome].join(' '));
  }

  test('the first call of each session, version and method is kept, if it says something about the version', async () => {
    const made = [
      call(),
      call({ says: 'failed' }),
      call({ session: 'two', says: null }),
      call({ session: 'two', says: 'failed' }),
      call({ method: 'Message.reply' }),
      call({ library: baseline }),
      call({ library: '1.25.0' }),
    ];
    expect(await kept(withCalls, ...made)).toEqual([
      `one ${candidate} Client.getChats passed`,
      `two ${candidate} Client.getChats failed`,
      `one ${candidate} Message.reply passed`,
      `one ${baseline} Client.getChats passed`,
    ]);
    const [row] = await database.kysely.selectFrom('rollout_calls').selectAll().execute();
    expect(Math.abs((row?.at ?? 0) - Date.now())).toBeLessThan(60_000);
  });

  test('each step has calls of its own', async () => {
    const recorder = new RolloutCalls(database, withCalls);
    for (const percent of [1, 1, 25]) {
      recorder.look({ ...rollout, percent });
      recorder.add(call());
    }
    await recorder.flush();
    expect(await database.kysely.selectFrom('rollout_calls').selectAll().execute()).toHaveLength(2);
  });

  test('without calls in the policy, and without an active rollout, none is kept', async () => {
    expect(await kept(defaultPolicy, call())).toEqual([]);
    await rollouts.rollBack(rollout.id);
    expect(await kept(withCalls, call())).toEqual([]);
  });

  test('a call that one day follows another counts when its outcome differs, and one that an instance kept again does not', async () => {
    const [session_id] = [newSession()];
    const at = (hours: number, outcome: Row['outcome']): Row => {
      return { ...(calls(1)[0] as Row), session_id, outcome, at: rollout.createdAt + hours * hourMs };
    };
    await add([...calls(10, ofBaseline), at(1, 'passed'), at(2, 'failed'), at(26, 'failed'), at(51, 'failed')]);
    const { flows } = await judged(withCalls, rollout.createdAt + 52 * hourMs);
    expect(flows[0]).toMatchObject({ flow: 'Client.sendMessage', candidate: { attempts: 2, failures: 1 } });
  });
});

test('a policy without calls gives the same verdict, to the byte, whatever was called', async () => {
  const [, newAddress] = engines[0] as (typeof engines)[0];
  const { database } = await withSession(newAddress);
  const rollout = await new Rollouts(database, 'instance', quickRules.plan).create(baseline, candidate);
  await addStarts(database, traffic(rollout.createdAt + 1_000, 20));
  const verdictBy = async (policy: Policy) =>
    verdictSchema.parse(await judgeRollout(database, rollout, policy, rollout.createdAt + 60_000));
  const before = JSON.stringify(await verdictBy(defaultPolicy));
  const row = fc.record({
    session_id: fc.constantFrom(...Array.from({ length: 30 }, (_, i) => `s${i}`)),
    library: fc.constantFrom(baseline, candidate),
    method: fc.constantFrom('Client.sendMessage', 'Message.reply'),
    outcome: fc.constantFrom<Row['outcome'][]>('passed', 'failed'),
    at: fc.integer({ min: -10_000, max: 90_000_000 }).map((ms) => rollout.createdAt + ms),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 100 }), async (rows) => {
      await database.kysely.deleteFrom('rollout_calls').execute();
      await database.kysely.insertInto('rollout_calls').values(rows).execute();
      expect(JSON.stringify(await verdictBy(defaultPolicy))).toBe(before);
      await verdictBy({ ...withCalls, calls: { least: 1 } });
    }),
    { numRuns: 40 },
  );
  await database.close();
});
