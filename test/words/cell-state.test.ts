import { expect, test } from 'vitest';
import { cellState, type EndCount, stateWord, stateWords } from '../../src/words/cell-state.ts';

const passed = (attempts: number): EndCount => ({ outcome: 'passed', code: null, attempts });
const failed = (code: string, attempts: number): EndCount => ({ outcome: 'failed', code, attempts });
const infra = (attempts: number): EndCount => ({ outcome: 'infra', code: 'harness-error', attempts });

test.each([
  ['all passed', [passed(3)], 'passed', 'passed'],
  ['all failed', [failed('no-ready', 2)], 'failed', 'failed no-ready'],
  ['the most frequent code', [failed('no-qr', 1), failed('no-ready', 2)], 'failed', 'failed no-ready'],
  ['some failed', [passed(4), failed('no-ready', 2)], 'mixed', 'mixed no-ready, 2 of 6 failed'],
  ['spoiled attempts beside others', [passed(1), infra(5)], 'passed', 'passed'],
  ['nothing but spoiled attempts', [infra(2)], 'infra', 'infra harness-error'],
] as const)('%s', (_, ends, word, words) => {
  const state = cellState(ends);
  expect([stateWord(state), stateWords(state)]).toEqual([word, words]);
});
