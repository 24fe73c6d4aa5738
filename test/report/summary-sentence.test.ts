import { expect, test } from 'vitest';
import type { Cell } from '../../src/contracts/attempt.ts';
import { plannedSummary, withAttempt } from '../../src/report/cell-summary.ts';
import { summarySentence } from '../../src/report/summary-sentence.ts';
import { failedAttempt, infraAttempt, passedAttempt, planned } from '../fixtures/example-run.ts';

const older = '2.3000.1032534684';
const newest = '2.3000.1044822804';

const passed = (axes: Partial<Cell>) => withAttempt(plannedSummary(planned(axes)), passedAttempt());
const failed = (axes: Partial<Cell>, phase: 'ready' | 'probe' | 'authenticated' = 'ready') =>
  withAttempt(plannedSummary(planned(axes)), failedAttempt({ phase }));
const spoiled = (axes: Partial<Cell>) => withAttempt(plannedSummary(planned(axes)), infraAttempt());

test('versions that work and versions that do not are named, with the nearest that does', () => {
  const cells = [
    failed({ library: '1.24.0', build: newest }),
    failed({ library: '1.34.2', build: newest }),
    passed({ library: '1.34.7', build: newest }),
    passed({ library: '1.34.2', build: older }),
  ];
  expect(summarySentence(cells)).toBe(
    `On the newest build ${newest} 1.34.7 works; 1.24.0 and 1.34.2 do not: the nearest version for them is 1.34.7.`,
  );
});

test('the nearest version is the smallest newer one, else the greatest older one', () => {
  const cells = [
    failed({ library: '1.34.10', build: newest }),
    passed({ library: '1.34.9', build: newest }),
    passed({ library: '1.33.2', build: newest }),
    failed({ library: '1.25.0', build: newest }),
  ];
  expect(summarySentence(cells)).toContain(
    '1.25.0 and 1.34.10 do not: for 1.25.0 the nearest that does is 1.33.2, for 1.34.10 the nearest that does is 1.34.9.',
  );
});

test('when none works, the furthest one and the newest build with a working one are named', () => {
  const cells = [
    failed({ library: '1.34.2', build: newest }),
    failed({ library: '1.34.7', build: newest }, 'probe'),
    failed({ library: '1.34.2', build: older }),
    passed({ library: '1.34.7', build: older }),
  ];
  expect(summarySentence(cells)).toBe(
    `On the newest build ${newest} no version works (1.34.7 gets furthest, to the phase probe); the newest build on which one does is ${older}, with 1.34.7.`,
  );
});

test('when none works anywhere, that is said', () => {
  expect(summarySentence([failed({ build: newest }), failed({ build: older })])).toBe(
    `On the newest build ${newest} no version works; nor on any of the older builds that were tried.`,
  );
  expect(summarySentence([failed({ build: newest })])).toBe(
    `On build ${newest} no version works; no other build was tried.`,
  );
});

test('when all work, nothing else is said', () => {
  expect(summarySentence([passed({ library: '1.34.2' }), passed({ library: '1.34.7' })])).toBe(
    `On build ${older} 1.34.2 and 1.34.7 work.`,
  );
});

test('one failed attempt among others is enough not to work', () => {
  const flaky = withAttempt(failed({ library: '1.34.2' }), passedAttempt());
  expect(summarySentence([flaky, passed({ library: '1.34.7' })])).toContain('1.34.2 does not');
});

test('cells that the machine spoiled count neither as working nor as failing', () => {
  expect(summarySentence([spoiled({ library: '1.34.2' }), passed({ library: '1.34.7' })])).toBe(
    `On build ${older} 1.34.7 works.`,
  );
});

test('cells on another browser than current, or under a condition, do not count', () => {
  const cells = [
    passed({ library: '1.34.7' }),
    failed({ library: '1.34.7', browser: '107' }),
    failed({ library: '1.34.7', condition: 'socket-drop' }),
  ];
  expect(summarySentence(cells)).toBe(`On build ${older} 1.34.7 works.`);
});

test('a run under conditions only claims nothing about versions in general', () => {
  expect(summarySentence([failed({ library: '1.34.7', condition: 'socket-drop' })])).toBe(
    'Every attempt was made under a condition; see what each cell did.',
  );
});

test('a run without attempts claims nothing', () => {
  expect(summarySentence([plannedSummary(planned())])).toBe(
    'Nothing was attempted, so nothing can be said about any version.',
  );
});
