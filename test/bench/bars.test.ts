import { expect, test } from 'vitest';
import { heldTo } from './bars.ts';

test.each([
  [{ atMost: 150 }, 150, true, 'at most 150 ms'],
  [{ atMost: 150 }, 150.1, false, 'at most 150 ms'],
  [{ atLeast: 85 }, 85, true, 'at least 85 ms'],
  [{ atLeast: 85 }, 84.9, false, 'at least 85 ms'],
  [{ atMost: 150 }, Number.NaN, false, 'at most 150 ms'],
])('with the bar %o a figure of %d is held: %s', (bar, measured, ok, words) => {
  expect(heldTo({ issue: 1, unit: 'ms', ...bar }, 'a figure', measured, 'shown')).toEqual({
    name: 'a figure',
    value: 'shown',
    bar: words,
    ok,
  });
});
