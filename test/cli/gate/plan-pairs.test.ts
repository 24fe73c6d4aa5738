import { expect, test } from 'vitest';
import { planPairs } from '../../../src/cli/gate/plan-pairs.ts';
import { readPlan } from '../../../src/cli/run/read-plan.ts';

const build = '2.3000.1029241508';

test('a cell that is expected to fail stays expected to fail when the gate attempts it', () => {
  const { plan } = planPairs({ baseline: '1.25.0', candidate: '1.34.7' }, { build: [build] }, 'replica');
  const failing = plan.filter(({ cell }) => cell.library === '1.25.0' && cell.flow === 'qr-to-ready');
  expect(failing.length).toBeGreaterThan(0);
  expect(new Set(failing.map(({ expectation }) => expectation?.outcome))).toEqual(new Set(['failed']));
  for (const { cell, expectation } of plan) {
    const { browser, flow, condition, library } = cell;
    const choice = { library: [library], build: [build], browser: [browser], flow: [flow], condition: [condition] };
    expect(readPlan({ choice }).map((alone) => alone.expectation)).toEqual([expectation]);
  }
});

test('flows that are stages of one are attempted as that one, and each is judged', () => {
  const flow = ['qr-to-ready', 'restore-to-ready'];
  const versions = { baseline: '1.33.2', candidate: '1.34.2' };
  const { plan, places, judged } = planPairs(versions, { build: [build], browser: ['current'], flow }, 'replica');
  expect(plan.map(({ cell }) => `${cell.library} ${cell.flow}`)).toEqual([
    '1.33.2 linked-device',
    '1.34.2 linked-device',
  ]);
  expect(places.map((place) => place.flow)).toEqual(flow);
  expect(judged).toEqual([places]);
  const alone = planPairs(versions, { build: [build], browser: ['current'], flow: ['restore-to-ready'] }, 'replica');
  expect(alone.plan.map(({ cell }) => cell.flow)).toEqual(['restore-to-ready', 'restore-to-ready']);
});
