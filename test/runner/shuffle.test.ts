import { expect, test } from 'vitest';
import { shuffle } from '../../src/runner/shuffle.ts';

const items = Array.from({ length: 50 }, (_, i) => i);

test('the order depends on the seed alone', () => {
  expect(shuffle(items, 7)).toEqual(shuffle(items, 7));
  expect(shuffle(items, 7)).not.toEqual(shuffle(items, 8));
});

test('nothing is lost, doubled or changed in place', () => {
  const before = [...items];
  expect(shuffle(items, 7).sort((a, b) => a - b)).toEqual(items);
  expect(items).toEqual(before);
});
