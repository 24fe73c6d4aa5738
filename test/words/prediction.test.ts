import { describe, expect, test } from 'vitest';
import type { Attempt } from '../../src/contracts/attempt.ts';
import { type MethodResultWord, methodResults } from '../../src/contracts/attempt.ts';
import type { OpenName, Prediction } from '../../src/contracts/prediction.ts';
import { cellWords, plannedSummary, withAttempt } from '../../src/words/cell-summary.ts';
import { agreementOf, methodOutcomes, openWords, predictionWords } from '../../src/words/prediction.ts';
import { exampleCell, failedAttempt, passedAttempt } from '../fixtures/example-run.ts';

const nothing: Prediction = {
  phase: null,
  names: [],
  perhaps: [],
  confidence: 'read',
  facts: [],
  read: { upTo: null, after: null },
  open: [],
  failsAnyway: false,
  methods: [],
};
const noReady: Prediction = {
  ...nothing,
  phase: 'ready',
  names: ['WAWebUserPrefsMeUser.getMeUser'],
  failsAnyway: true,
  confidence: 'reported',
  facts: [
    {
      name: 'WAWebUserPrefsMeUser.getMeUser',
      since: '2.3000.1026498050',
      date: '2025-08-29',
      confidence: 'reported',
      sources: ['a/b#1'],
    },
  ],
};
const open: OpenName = {
  name: 'WAWebGone',
  offered: true,
  stops: 'ready',
  after: '2.3000.1',
  since: '2.3000.3',
  date: '2026-04-11',
  confidence: 'inferred',
  sources: ['a/b#1'],
};
const cell = exampleCell();

describe('a prediction and an attempt', () => {
  test.each<[string, Prediction, Partial<Attempt>, ReturnType<typeof agreementOf>]>([
    ['agree where nothing was to stop it and nothing did', nothing, { outcome: 'passed' }, 'agrees'],
    ['agree on the phase and the name', noReady, {}, 'agrees'],
    ['differ where it passes all the same', noReady, { outcome: 'passed' }, 'differs'],
    ['differ where it fails all the same', nothing, {}, 'differs'],
    ['differ on another phase', noReady, { phase: 'qr' }, 'differs'],
    ['differ on another name', { ...noReady, names: ['WAWebCollections.Call'] }, {}, 'differs'],
    [
      'agree on the phase alone where the cause names nothing',
      noReady,
      { cause: { message: 'late', evidence: [] } },
      'agrees',
    ],
    [
      'agree where a condition in the source was reached',
      { ...nothing, perhaps: [{ phase: 'ready', name: 'WAWebUserPrefsMeUser.getMeUser' }] },
      {},
      'agrees',
    ],
    ['are one on code that fails while the page loads', { ...noReady, phase: 'qr' }, { phase: 'page' }, 'agrees'],
    ['cannot be compared after the probe', noReady, { phase: 'message' }, null],
    ['cannot be compared where the machine spoiled it', noReady, { outcome: 'infra' }, null],
    ['cannot be compared where the harness did', noReady, { blame: 'harness' }, null],
  ])('%s', (_, prediction, seen, agreement) => {
    const attempt = seen.outcome === 'passed' ? passedAttempt({ prediction }) : failedAttempt({ ...seen, prediction });
    expect(agreementOf(cell, attempt)).toBe(agreement);
  });

  test('cannot be compared under a condition, or where nothing was predicted', () => {
    expect(agreementOf({ condition: 'early-sync' }, failedAttempt({ prediction: noReady }))).toBeNull();
    expect(agreementOf(cell, failedAttempt())).toBeNull();
  });
});

test('a prediction says phase, names, how sure it is and since when', () => {
  expect(predictionWords(noReady)).toBe('ends in ready: WAWebUserPrefsMeUser.getMeUser (reported, 2025-08-29)');
  expect(predictionWords(nothing)).toBe('nothing stops it up to the probe (read)');
  expect(predictionWords({ ...noReady, names: ['a', 'b', 'c', 'd', 'e'], facts: [] })).toBe(
    'ends in ready: a, b, c and 2 more (reported)',
  );
  expect(openWords(open)).toBe('WAWebGone, which the build may have lost (after 2.3000.1 and by 2.3000.3, inferred)');
});

test('a cell is marked where it rests on a change that may have come, and where the source predicts otherwise', () => {
  const planned = plannedSummary({ cell, expectation: null, repeat: 1 });
  const words = (prediction: Prediction) => cellWords(withAttempt(planned, passedAttempt({ prediction, phases: {} })));
  expect(words(nothing)).toBe('✓');
  expect(words({ ...nothing, open: [open] })).toBe('✓ ~');
  expect(words(noReady)).toBe('✓ ≠');
});

test('each called method has what its source predicts beside what its calls did', () => {
  const at = { why: '', at: null, open: [] };
  const prediction: Prediction = {
    ...nothing,
    methods: [
      { name: 'Client.sendMessage', status: 'works', ...at },
      { name: 'Client.logout', status: 'broken', ...at, why: 'WAWebX is missing.' },
      { name: 'Client.destroy', status: 'unknown', ...at },
    ],
  };
  const methods = [
    { name: 'Client.sendMessage', calls: 3, failed: 1 },
    { name: 'Client.logout', calls: 1, failed: 1 },
    { name: 'Client.destroy', calls: 1, failed: 0 },
  ];
  expect(methodOutcomes({ methods, prediction })).toEqual([
    { name: 'Client.sendMessage', predicted: 'works', happened: 'failed 1 of 3', agreement: 'differs' },
    { name: 'Client.logout', predicted: 'broken: WAWebX is missing.', happened: 'failed 1 of 1', agreement: 'agrees' },
    { name: 'Client.destroy', predicted: 'unknown', happened: 'worked 1 of 1', agreement: null },
  ]);
});

test('of a method that a flow tried the result counts; what is not modelled or was not tried agrees with nothing', () => {
  const name = 'Chat.mute';
  const prediction: Prediction = {
    ...nothing,
    methods: [{ name, status: 'works', why: '', at: null, open: [] }],
  };
  const outcomeOf = (result: MethodResultWord) =>
    methodOutcomes({ methods: [{ name, calls: 1, failed: 0, result, why: 'because' }], prediction })[0];
  expect(methodResults.map((result) => outcomeOf(result)?.agreement)).toEqual([
    'agrees',
    'differs',
    'differs',
    null,
    null,
  ]);
  expect(outcomeOf('no-effect')?.happened).toBe('no-effect: because');
});
