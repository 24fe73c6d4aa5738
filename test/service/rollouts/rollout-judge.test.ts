import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { RolloutJudge } from '../../../src/service/rollouts/rollout-judge.ts';
import type { RolloutRules } from '../../../src/service/rollouts/rollout-rules.ts';
import { judgingMs, type Rollout, Rollouts } from '../../../src/service/rollouts/rollouts.ts';
import type { ServiceDatabase, ServiceTables } from '../../../src/service/tables.ts';
import { isRuleBroken } from '../../../src/store/database/database-errors.ts';
import { openDatabase } from '../../../src/store/database/open-database.ts';
import { engines } from '../../support/service-databases.ts';
import { addStarts, baseline, broken, candidate, quickRules, traffic, withSession } from './session-starts.ts';

/** So rarely that no test sees two judgements by itself. */
const everyMs = 600_000;

describe.each(engines)('the judge of rollouts on %s', (_, newAddress) => {
  let database: ServiceDatabase;
  let address: string;
  const opened: ServiceDatabase[] = [];

  beforeEach(async () => {
    ({ database, address } = await withSession(newAddress));
    opened.push(database);
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((one) => one.close()));
  });

  /** What one instance of the service has; with connections of its own where more than one process may have the database. */
  async function newInstance(id: string, rules: RolloutRules = quickRules) {
    const own = database.engine === 'mysql' ? await openDatabase<ServiceTables>(address) : database;
    if (own !== database) opened.push(own);
    const rollouts = new Rollouts(own, id, rules.plan);
    const log: object[] = [];
    const judge = new RolloutJudge({ database: own, rollouts, rules, log: (line) => log.push(line) });
    return { rollouts, log, round: () => judge.round(everyMs) };
  }
  type Instance = Awaited<ReturnType<typeof newInstance>>;

  const setRollout = (values: object) => database.kysely.updateTable('rollouts').set(values).execute();
  /** The time until the next judgement, and the one that a judge has, is over. */
  const timePasses = () => setRollout({ next_judging_at: 0 });

  async function history({ rollouts }: Instance, { id }: Rollout): Promise<string[]> {
    const decisions = await rollouts.decisions(id, 100, Number.MAX_SAFE_INTEGER);
    return decisions
      .reverse()
      .map(({ decision, reason, cause, percent }) => `${decision} ${reason} ${cause} ${percent}`);
  }

  /** When the present step began. */
  const began = ({ steps }: Rollout) => steps.at(-1)?.at ?? 0;

  test('several instances that judge at the same moment make one decision', async () => {
    const instances = await Promise.all(['a', 'b', 'c', 'd'].map((id) => newInstance(id)));
    const [a] = instances as [Instance];
    const rollout = await a.rollouts.create(baseline, candidate);
    await addStarts(database, traffic(began(rollout), 80));
    await Promise.all([...instances, ...instances].map(({ round }) => round()));
    expect(await history(a, rollout)).toEqual(['advanced promoted judged 25']);
    expect((await a.rollouts.get(rollout.id)).steps.map(({ percent }) => percent)).toEqual([1, 25]);
    expect(instances.flatMap(({ log }) => log)).toMatchObject([
      { event: 'rollout', decision: 'advanced', percent: 25 },
    ]);
  });

  test('a decision is kept with verdict, policy, figures, instance and time', async () => {
    const a = await newInstance('instance-a');
    const rollout = await a.rollouts.create(baseline, candidate);
    await addStarts(database, traffic(began(rollout), 20, broken));
    await a.round();
    const [decision] = await a.rollouts.decisions(rollout.id, 1, Number.MAX_SAFE_INTEGER);
    expect(decision).toMatchObject({
      decision: 'rolled_back',
      state: 'rolled_back',
      percent: 0,
      verdict: 'block',
      rule: 'fast-path',
      policy: { name: 'default', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
      because: expect.stringContaining('baseline 20 of 20, candidate 0 of 20'),
      figures: [
        { flow: 'link', candidate: { attempts: 20, failures: 20 } },
        { flow: 'restore', candidate: { attempts: 20, failures: 20 } },
      ],
      instance: 'instance-a',
    });
    expect(Math.abs((decision?.at ?? 0) - Date.now())).toBeLessThan(60_000);
  });

  test('one good hour does not go through all steps: each is judged by what happened since it began', async () => {
    const a = await newInstance('a');
    const rollout = await a.rollouts.create(baseline, candidate);
    const hourAgo = began(rollout) - 3_600_000;
    await database.kysely.updateTable('rollout_steps').set({ at: hourAgo }).execute();
    await addStarts(database, traffic(hourAgo, 80));
    for (let i = 0; i < 4; i++) {
      await timePasses();
      await a.round();
    }
    expect(await history(a, rollout)).toEqual(['advanced promoted judged 25', 'held undecided judged 25']);
  });

  test('a hold is written once, and again when its verdict or reason changes', async () => {
    const rules = { ...quickRules, plan: { ...quickRules.plan, steps: [{ percent: 100, watchHours: 1 }] } };
    const a = await newInstance('a', rules);
    const b = await newInstance('b', rules);
    const rollout = await a.rollouts.create(baseline, candidate);
    const rounds = async () => {
      for (const { round } of [a, b, a]) {
        await timePasses();
        await round();
      }
    };
    await rounds();
    await addStarts(database, traffic(began(rollout), 80));
    await rounds();
    await a.rollouts.apply(rollout.id, 'inconclusive');
    await rounds();
    await b.rollouts.apply(rollout.id, 'inconclusive');
    expect(await history(a, rollout)).toEqual([
      'held few-links judged 100',
      'held watching judged 100',
      'held undecided verdict 100',
    ]);
  });

  test('an instance that died between judging and deciding is replaced, and can write nothing when it comes back', async () => {
    const [a, b] = [await newInstance('a'), await newInstance('b')];
    const rollout = await a.rollouts.create(baseline, candidate);
    await addStarts(database, traffic(began(rollout), 80));
    const claimed = await a.rollouts.claim();
    if (!claimed) throw new Error('nothing to judge');
    await b.round();
    expect(await history(b, rollout)).toEqual([]);
    const { next_judging_at: until } = await database.kysely
      .selectFrom('rollouts')
      .select('next_judging_at')
      .executeTakeFirstOrThrow();
    expect(until - claimed.at).toBe(judgingMs);
    await timePasses();
    await b.round();
    const late = { decision: 'rolled_back', reason: 'blocked', because: '', cause: 'judged', verdict: null } as const;
    expect(await a.rollouts.settle(claimed, late, everyMs)).toBeNull();
    expect(await history(a, rollout)).toEqual(['advanced promoted judged 25']);
    expect((await a.rollouts.get(rollout.id)).state).toBe('active');
  });

  test.each([
    ['rolls back', 'rolled_back', 0],
    ['goes on', 'active', 25],
  ] as const)('a person who %s while the judge computes has the last word', async (what, state, percent) => {
    const [a, b] = [await newInstance('a'), await newInstance('b')];
    const { id } = await a.rollouts.create(baseline, candidate);
    const claimed = await a.rollouts.claim();
    if (!claimed) throw new Error('nothing to judge');
    await (what === 'goes on' ? b.rollouts.advance(id) : b.rollouts.rollBack(id));
    const late = { decision: 'advanced', reason: 'promoted', because: '', cause: 'judged', verdict: null } as const;
    expect(await a.rollouts.settle(claimed, late, everyMs)).toBeNull();
    const rollout = await b.rollouts.get(id);
    expect(rollout).toMatchObject({ state, percent });
    expect(await history(b, rollout)).toHaveLength(1);
  });

  test('without traffic of one arm a rollout stays where it is', async () => {
    const a = await newInstance('a');
    const rollout = await a.rollouts.create(baseline, candidate);
    const all = traffic(began(rollout), 100);
    for (const arm of [baseline, candidate]) {
      await database.kysely.deleteFrom('session_starts').execute();
      await addStarts(
        database,
        all.filter(({ library }) => library === arm),
      );
      await timePasses();
      await a.round();
    }
    expect(await history(a, rollout)).toEqual(['held undecided judged 1']);
    expect(await a.rollouts.decisions(rollout.id, 1, Number.MAX_SAFE_INTEGER)).toMatchObject([
      { rule: 'missing-data', verdict: 'inconclusive' },
    ]);
  });

  test('where there is no rollout, or it is over, or it is not time, nothing is judged', async () => {
    const a = await newInstance('a');
    expect(await a.rollouts.claim()).toBeNull();
    const { id } = await a.rollouts.create(baseline, candidate);
    await a.round();
    expect(await a.rollouts.claim()).toBeNull();
    await a.rollouts.rollBack(id);
    await timePasses();
    expect(await a.rollouts.claim()).toBeNull();
    expect(a.log).toHaveLength(1);
  });

  test('the last step ends the rollout, and what is decided after the end is refused', async () => {
    const a = await newInstance('a');
    const { id } = await a.rollouts.create(baseline, candidate);
    await a.rollouts.advance(id);
    const last = await a.rollouts.advance(id);
    await addStarts(
      database,
      traffic(began(last), 30).filter(({ library }) => library === candidate),
    );
    await a.round();
    expect(await a.rollouts.get(id)).toMatchObject({ percent: 100, state: 'finished' });
    expect((await history(a, last)).at(-1)).toBe('advanced watched judged 100');
    await expect(a.rollouts.apply(id, 'inconclusive')).rejects.toMatchObject({ code: 'rollout-over' });
  });

  test('sessions that failed with the candidate start at once with the baseline after a roll back', async () => {
    const a = await newInstance('a');
    const rollout = await a.rollouts.create(baseline, candidate);
    await addStarts(database, [{ ...broken, library: candidate, started_at: began(rollout) }]);
    const waiting = { failures: 3, next_start_at: 9e12, attention_code: 'ready-timeout', attention_at: 1 };
    await database.kysely.updateTable('sessions').set(waiting).execute();
    const session = () => database.kysely.selectFrom('sessions').selectAll().executeTakeFirstOrThrow();

    await database.kysely.updateTable('whatsapp_accounts').set({ library_pin: candidate }).execute();
    await a.rollouts.rollBack(rollout.id);
    expect(await session()).toMatchObject(waiting);

    await database.kysely.updateTable('whatsapp_accounts').set({ library_pin: null }).execute();
    const again = await a.rollouts.create(baseline, candidate);
    await addStarts(database, [{ ...broken, library: candidate, started_at: began(again) }]);
    await a.rollouts.rollBack(again.id);
    expect(await session()).toMatchObject({ failures: 0, next_start_at: 0, attention_code: null, attention_at: null });
  });

  test('a rollout that cannot be judged is reported, and stays at its step', async () => {
    const a = await newInstance('a');
    const rollout = await a.rollouts.create(baseline, candidate);
    // No date has so many milliseconds.
    await addStarts(database, [{ started_at: 9e15, library: candidate }]);
    await a.round();
    expect(a.log).toMatchObject([{ event: 'rollout-trouble', rollout: rollout.id }]);
    expect(await history(a, rollout)).toEqual([]);
  });

  test('the history of decisions only grows', async () => {
    const a = await newInstance('a');
    const { id } = await a.rollouts.create(baseline, candidate);
    await a.rollouts.advance(id);
    const { kysely } = database;
    for (const change of [
      kysely.updateTable('rollout_decisions').set({ because: 'x' }),
      kysely.deleteFrom('rollout_decisions'),
    ]) {
      expect(isRuleBroken(await change.execute().catch((error) => error))).toBe(true);
    }
  });
});
