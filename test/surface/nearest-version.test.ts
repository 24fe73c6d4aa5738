import { expect, test } from 'vitest';
import { type JudgedVersion, nearestVersion } from '../../src/surface/nearest-version.ts';

const judged = (...verdicts: [string, JudgedVersion['verdict']][]): JudgedVersion[] =>
  verdicts.map(([library, verdict]) => ({ library, verdict, from: 'source', why: '' }));

test('a version that works itself is its own nearest', () => {
  expect(nearestVersion('1.2.0', judged(['1.2.0', 'works'], ['1.3.0', 'works']))?.library).toBe('1.2.0');
});

test('at the same distance the newer version wins', () => {
  const list = judged(['1.3.0', 'works'], ['1.1.0', 'works'], ['1.2.0', 'fails']);
  expect(nearestVersion('1.2.0', list)?.library).toBe('1.3.0');
});

test('an older version wins when it is nearer', () => {
  const list = judged(['1.1.0', 'works'], ['1.2.0', 'fails'], ['1.3.0', 'fails'], ['1.4.0', 'works']);
  expect(nearestVersion('1.2.0', list)?.library).toBe('1.1.0');
});

test('a version that is not in the list is placed between its neighbours', () => {
  const list = judged(['1.1.0', 'works'], ['1.3.0', 'works']);
  expect(nearestVersion('1.2.5', list)?.library).toBe('1.3.0');
});

test('what is unsure is never advised', () => {
  expect(nearestVersion('1.2.0', judged(['1.2.0', 'fails'], ['1.3.0', 'unsure']))).toBeNull();
});
