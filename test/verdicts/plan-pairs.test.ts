import { expect, test } from 'vitest';
import { stageFlows } from '../../src/contracts/stages.ts';
import { readPlan } from '../../src/runs/read-plan.ts';
import { plannedChoice, planPairs } from '../../src/verdicts/plan-pairs.ts';
import { defaultPolicy } from '../gate/evidence-of.ts';

const build = '2.3000.1029241508';

test('a cell that is expected to fail stays expected to fail when the gate attempts it', () => {
  const { plan } = planPairs({ baseline: '1.25.0', candidate: '1.34.7' }, { build: [build] }, 'replica');
  const failing = plan.filter(({ cell }) => cell.library === '1.25.0' && cell.browser === 'current');
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
  const { plan, places, pairs } = planPairs(versions, { build: [build], browser: ['current'], flow }, 'replica');
  expect(plan.map(({ cell }) => `${cell.library} ${cell.flow}`)).toEqual([
    '1.33.2 linked-device',
    '1.34.2 linked-device',
  ]);
  expect(places.map((place) => place.flow)).toEqual(flow);
  expect(pairs.map((pair) => pair.places)).toEqual([places]);
  const alone = planPairs(versions, { build: [build], browser: ['current'], flow: ['restore-to-ready'] }, 'replica');
  expect(alone.plan.map(({ cell }) => cell.flow)).toEqual(['restore-to-ready', 'restore-to-ready']);
});

const onAll = ['2.2412.54', '2.3000.1014111620', '2.3000.1026515401'];
const linkable = ['2.3000.1029241508', '2.3000.1032534684', '2.3000.1044822804'];
const stages = stageFlows.join(' ');

test.each([
  ['two versions that the matrix has with the flow with stages', '1.33.2', '1.34.2', linkable],
  ['a version that the matrix does not have', '1.34.7', '1.35.0', linkable],
  // The first block of the matrix stands in for a flow that it does not have with a version.
  ['a version that the matrix has for linking only', '1.25.0', '1.33.2', [...onAll, ...linkable]],
  ['two versions that the matrix does not have', '1.34.6', '1.35.0', [...onAll, ...linkable]],
])(
  'by the default policy and matrix, %s: one attempt for all stages of a cell',
  (_what, baseline, candidate, staged) => {
    const { pairs, plan } = planPairs({ baseline, candidate }, plannedChoice({}, defaultPolicy), 'replica');
    const attempted = pairs.map(({ baseline: { cell }, places = [] }) => {
      return `${cell.build} ${cell.flow}: ${places.map(({ flow }) => flow).join(' ')}`;
    });
    const expected = [...onAll, ...linkable].map((each) =>
      staged.includes(each) ? `${each} linked-device: ${stages}` : `${each} qr-to-ready: qr-to-ready`,
    );
    expect(attempted.toSorted()).toEqual(expected.toSorted());
    expect(plan).toHaveLength(2 * expected.length);
    expect(new Set(plan.map(({ cell }) => cell.browser))).toEqual(new Set(['current']));
  },
);
