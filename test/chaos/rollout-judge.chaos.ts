import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { judgingMs, Rollouts } from '../../src/service/rollouts/rollouts.ts';
import type { ServiceDatabase } from '../../src/service/tables.ts';
import {
  addStarts,
  baseline,
  candidate,
  quickRules,
  traffic,
  withSession,
} from '../service/rollouts/session-starts.ts';
import { newMysqlDatabase } from '../support/mysql-server.ts';
import { until } from '../support/test-service.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { FleetInstance } from './fleet.ts';

const instances = 3;
const percents = Array.from({ length: 10 }, (_, i) => 10 * (i + 1));
const rolloutRules = {
  ...quickRules,
  plan: { ...quickRules.plan, steps: percents.map((percent) => ({ percent, watchHours: 0 })) },
};

let database: ServiceDatabase;
let start: () => FleetInstance;
const fleet: FleetInstance[] = [];

beforeAll(async () => {
  const session = await withSession(newMysqlDatabase);
  ({ database } = session);
  // The session is there to have starts; no instance shall run it.
  await database.kysely.updateTable('sessions').set({ wanted: 0 }).execute();
  const folder = temporaryFolder();
  const options = {
    database: session.address,
    folder,
    port: 1,
    slots: 1,
    launchMs: 0,
    rolloutRules,
    judgeEveryMs: 100,
  };
  start = () => new FleetInstance(options);
  for (let i = 0; i < instances; i++) fleet.push(start());
});

afterAll(async () => {
  for (const instance of fleet) instance.signal('SIGTERM');
  await Promise.all(fleet.map((instance) => instance.exited));
  await database.close();
});

test('instances are killed while they judge, and every step is decided once, by one that lives', async () => {
  const rollouts = new Rollouts(database, 'test', rolloutRules.plan);
  const { id } = await rollouts.create(baseline, candidate);
  for (const [i, percent] of percents.slice(1).entries()) {
    const { steps } = await rollouts.get(id);
    const began = performance.now();
    await addStarts(database, traffic(steps.at(-1)?.at ?? 0, 100));
    // At a moment of its own in each round: before, during and after a judgement.
    await sleep(Math.random() * 400);
    const victim = i % instances;
    fleet[victim]?.signal('SIGKILL');
    await fleet[victim]?.exited;
    fleet[victim] = start();
    await until(`${percent} %`, async () => (await rollouts.get(id)).percent >= percent, judgingMs + 20_000);
    console.log(`${percent} % after ${Math.round(performance.now() - began)} ms`);
  }
  const decisions = (await rollouts.decisions(id, 1_000, Number.MAX_SAFE_INTEGER)).reverse();
  const moves = decisions.filter(({ decision }) => decision !== 'held');
  expect(moves.map(({ decision, percent }) => `${decision} ${percent}`)).toEqual(
    percents.slice(1).map((percent) => `advanced ${percent}`),
  );
  const { steps } = await rollouts.get(id);
  expect(steps.map(({ percent }) => percent)).toEqual(percents);
  // At each step a hold is written once, by any judge.
  for (const percent of percents) {
    const held = decisions.filter((one) => one.decision === 'held' && one.percent === percent);
    const said = held.map(({ verdict, rule, reason }) => `${verdict} ${rule} ${reason}`);
    expect(said.filter((one, i) => one === said[i - 1])).toEqual([]);
  }
});
