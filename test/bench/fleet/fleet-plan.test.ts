import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../../src/contracts/home.ts';
import { type FleetPlan, fleetPlanPage, fleetPlanPicture, measuredSchema, planFleets } from './fleet-plan.ts';
import { slotsUntilFull } from './simulate-fleet.ts';

const read = (...path: string[]) => readFileSync(join(packageRoot, ...path), 'utf8');
const plan: FleetPlan = planFleets(measuredSchema.parse(JSON.parse(read('test', 'bench', 'fleet', 'measured.json'))));

test('the page and its picture are those of what was measured; `npm run bench -- --only fleet --update` writes them', () => {
  expect(read('docs', 'fleet-plan.md')).toBe(fleetPlanPage(plan));
  expect(read('docs', 'fleet-plan.svg')).toBe(fleetPlanPicture(plan));
});

test('no fleet makes more attempts a minute than its slots and its busiest part can', () => {
  const { times, measured } = plan;
  const mean = times.attempts.reduce((sum, { ms }) => sum + ms, 0) / times.attempts.length;
  const most = (Math.min(...Object.values(slotsUntilFull(times))) * 60_000) / mean;
  let before = 0;
  for (const { workers, perMinute } of plan.fleets) {
    const ofSlots = (workers * measured.slotsPerWorker * 60_000) / mean;
    // Attempts are drawn: their mean differs a little from that of the measured ones.
    expect(perMinute).toBeLessThan(1.02 * Math.min(ofSlots, most));
    expect(perMinute).toBeGreaterThanOrEqual(before);
    before = perMinute;
  }
});
