import { expect, test } from 'vitest';
import { wantsColors } from '../../src/report/terminal.ts';

test.each([
  [{}, true, true],
  [{}, false, false],
  [{ TERM: 'dumb' }, true, false],
  [{ FORCE_COLOR: '1' }, false, true],
  [{ FORCE_COLOR: '' }, false, true],
  [{ FORCE_COLOR: '0' }, true, false],
  [{ NO_COLOR: '1' }, true, false],
  [{ NO_COLOR: '' }, true, true],
  [{ NO_COLOR: '1', FORCE_COLOR: '1' }, false, false],
])('with %o and terminals: %s, colours: %s', (env, terminals, colors) => {
  expect(wantsColors(env, terminals)).toBe(colors);
});
