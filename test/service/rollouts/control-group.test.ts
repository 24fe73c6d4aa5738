import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isInRollout } from '../../../src/service/rollouts/bucket.ts';
import { ControlGroup } from '../../../src/service/rollouts/control-group.ts';
import { Rollouts } from '../../../src/service/rollouts/rollouts.ts';
import { type AccountId, accountId } from '../../../src/service/session-ids.ts';
import type { ServiceDatabase } from '../../../src/service/tables.ts';
import { engines } from '../../support/service-databases.ts';
import { baseline, candidate, quickRules, withSession } from './session-starts.ts';

const accounts = Array.from({ length: 20_000 }, (_, i) => accountId(`account-${i}`));

let database: ServiceDatabase;
let rollouts: Rollouts;

beforeEach(async () => {
  const [, newAddress] = engines[0] as (typeof engines)[0];
  ({ database } = await withSession(newAddress));
  rollouts = new Rollouts(database, 'instance', quickRules.plan);
});
afterEach(() => database.close());

/** Sessions of the baseline that were started before, as far as they are in the group. */
const chosen = (group: ControlGroup, more: object = {}) =>
  accounts.filter((account) => group.has({ account, pin: null, library: baseline, startedAt: 0, ...more }));
const percentOf = (some: AccountId[]) => (100 * some.length) / accounts.length;

test('each step restarts as many accounts of the baseline as it moves to the candidate, and others each time', async () => {
  const group = new ControlGroup(database, quickRules.plan, 160);
  const first = await rollouts.create(baseline, candidate);
  await group.look(first);
  const atFirst = chosen(group);
  expect(Math.abs(percentOf(atFirst) - 1)).toBeLessThan(0.3);

  await group.look(await rollouts.advance(first.id));
  const atSecond = chosen(group);
  expect(Math.abs(percentOf(atSecond) - 24)).toBeLessThan(1);
  expect(atSecond.filter((account) => isInRollout(first.id, account, 25))).toEqual([]);
  expect(atSecond.filter((account) => atFirst.includes(account))).toEqual([]);

  await group.look(await rollouts.advance(first.id));
  expect(chosen(group)).toEqual([]);
});

test('no account is restarted twice at a step, nor one with a chosen version, nor one on the candidate', async () => {
  const group = new ControlGroup(database, quickRules.plan, 160);
  const rollout = await rollouts.create(baseline, candidate);
  await group.look(rollout);
  await sleep(2);
  const startedAt = performance.now();
  await group.look(await rollouts.get(rollout.id));
  expect(chosen(group).length).toBeGreaterThan(0);
  expect(chosen(group, { startedAt })).toEqual([]);
  expect(chosen(group, { pin: baseline })).toEqual([]);
  expect(chosen(group, { library: candidate })).toEqual([]);
});

test('it is never more than the gate has use for', async () => {
  const group = new ControlGroup(database, quickRules.plan, 0.005);
  await group.look(await rollouts.create(baseline, candidate));
  expect(Math.abs(percentOf(chosen(group)) - 0.5)).toBeLessThan(0.2);
});

test('there is none without an active rollout, or where the plan wants none', async () => {
  const without = new ControlGroup(database, { ...quickRules.plan, controlGroup: 'none' }, 160);
  const group = new ControlGroup(database, quickRules.plan, 160);
  await group.look(null);
  expect(chosen(group)).toEqual([]);
  const rollout = await rollouts.create(baseline, candidate);
  await Promise.all([group.look(rollout), without.look(rollout)]);
  expect(chosen(without)).toEqual([]);
  expect(chosen(group).length).toBeGreaterThan(0);
  await group.look(await rollouts.rollBack(rollout.id));
  expect(chosen(group)).toEqual([]);
});
