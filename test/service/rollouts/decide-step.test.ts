import { expect, test } from 'vitest';
import type { RolloutPlan } from '../../../src/contracts/rollout-plan.ts';
import { decideStep } from '../../../src/service/rollouts/decide-step.ts';
import { attempts, defaultPolicy, verdictOn } from '../../gate/evidence-of.ts';

const hour = 3_600_000;
const plan: RolloutPlan = {
  schemaVersion: 1,
  steps: [
    { percent: 1, watchHours: 2 },
    { percent: 100, watchHours: 4 },
  ],
  controlGroup: 'restart',
  belowBand: 'hold',
  stages: [
    { hours: [1, 2], successPercent: { from: 60, to: 80 } },
    { hours: [3, 24], successPercent: { from: 77, to: 80 } },
  ],
};
const live = { build: 'live', browser: 'current', target: 'live' } as const;
const link = { ...live, flow: 'link' };
const restore = { ...live, flow: 'restore' };

/** A verdict on as many links, and with as many failures, as are given. */
const links = (baseline: [number, number], candidate: [number, number]) =>
  verdictOn([...attempts('old', ...baseline, link), ...attempts('new', ...candidate, link)]);

const decided = (verdict: ReturnType<typeof verdictOn>, percent: number, sinceMs: number, more: object = {}) => {
  const { decision, reason } = decideStep(
    verdict,
    { policy: defaultPolicy, plan: { ...plan, ...more } },
    { percent, sinceMs },
  );
  return `${decision} ${reason}`;
};

test('what the gate promotes goes on only when the watch of the step is over', () => {
  const good = links([160, 0], [160, 0]);
  expect(good.verdict).toBe('promote');
  expect(decided(good, 1, 2 * hour - 1)).toBe('held watching');
  expect(decided(good, 1, 2 * hour)).toBe('advanced promoted');
});

test('what the gate blocks goes back at once', () => {
  expect(decided(links([20, 0], [0, 20]), 1, 0)).toBe('rolled_back blocked');
});

test('without traffic of an arm nothing goes on, however long it is watched', () => {
  expect(decided(links([0, 0], [0, 0]), 1, 100 * hour)).toBe('held undecided');
  expect(decided(links([0, 0], [160, 0]), 1, 100 * hour)).toBe('held undecided');
  expect(decided(links([160, 0], [0, 0]), 1, 100 * hour)).toBe('held undecided');
});

test('restorations alone do not go on: the plan watches links', () => {
  const verdict = verdictOn([...attempts('old', 160, 0, restore), ...attempts('new', 160, 0, restore)]);
  expect(verdict.verdict).toBe('promote');
  expect(decided(verdict, 1, 3 * hour)).toBe('held few-links');
});

test('below the band of its stage a candidate that is as good as the baseline stays, or goes back where the plan says so', () => {
  const poor = links([1_400, 600], [1_400, 600]);
  expect(poor.verdict).toBe('promote');
  expect(decided(poor, 1, hour)).toBe('held watching');
  expect(decided(poor, 1, 3 * hour)).toBe('held below-band');
  expect(decided(poor, 1, 3 * hour, { belowBand: 'roll-back' })).toBe('rolled_back below-band');
});

test('a few failed links are too few to be below the band', () => {
  expect(decided(links([3, 0], [0, 1]), 1, 3 * hour, { belowBand: 'roll-back' })).toBe('held undecided');
});

test('at 100 percent, without an account to compare with, the watch and the band end the rollout', () => {
  const alone = links([0, 0], [30, 2]);
  expect(alone.verdict).toBe('inconclusive');
  expect(decided(alone, 100, 3 * hour)).toBe('held watching');
  expect(decided(alone, 100, 4 * hour)).toBe('advanced watched');
  expect(decided(links([3, 0], [30, 2]), 100, 4 * hour)).toBe('advanced watched');
  expect(decided(links([0, 0], [20, 10]), 100, 4 * hour)).toBe('held below-band');
  expect(decided(links([0, 0], [3, 0]), 100, 4 * hour)).toBe('held few-links');
  expect(decided(links([0, 0], [0, 0]), 100, 4 * hour)).toBe('held few-links');
});

test('at 100 percent spoiled attempts say nothing either', () => {
  const spoiled = attempts('new', 30, 0, { ...link, outcome: 'infra' });
  const verdict = verdictOn([...attempts('new', 30, 0, link), ...spoiled]);
  expect(decided(verdict, 100, 4 * hour)).toBe('held undecided');
});

test('the reason in words has the numbers', () => {
  const rules = { policy: defaultPolicy, plan };
  const { because } = decideStep(links([1_400, 600], [1_400, 600]), rules, { percent: 1, sinceMs: 3 * hour });
  expect(because).toBe('1400 of 2000 links with the candidate succeeded (70.0 %); hours 3 to 24 expect 77 to 80 %.');
});
