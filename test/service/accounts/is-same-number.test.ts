import { expect, test } from 'vitest';
import { isSameNumber } from '../../../src/service/accounts/is-same-number.ts';

test.each([
  ['15550100300', '15550100300', true],
  ['15550100300', '15550100500', false],
  ['5531996883193', '553196883193', true],
  ['553196883193', '5531996883193', true],
  ['5531996883193', '553196883194', false],
  ['5215639691841', '525639691841', true],
  ['541158749895', '5491158749895', true],
  ['4915112345678', '49151123456789', false],
])('%s and %s are the same number: %s', (asked, real, same) => {
  expect(isSameNumber(asked, real)).toBe(same);
});
