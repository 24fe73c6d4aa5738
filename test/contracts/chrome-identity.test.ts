import { expect, test } from 'vitest';
import { browserLanguage, chromeIdentity } from '../../src/contracts/chrome-identity.ts';

// As sent by these versions: MDN and reports of users of the header `Sec-CH-UA`.
test.each([
  [131, '"Google Chrome";v="131", "Chromium";v="131", "Not_A Brand";v="24"'],
  [138, '"Not)A;Brand";v="8", "Chromium";v="138", "Google Chrome";v="138"'],
  [142, '"Chromium";v="142", "Google Chrome";v="142", "Not_A Brand";v="99"'],
])('Chrome %d names itself as the real one does', (major, header) => {
  const { brands, userAgent } = chromeIdentity(major);
  expect(brands.map(({ brand, version }) => `"${brand}";v="${version}"`).join(', ')).toBe(header);
  expect(userAgent).toContain(`Chrome/${major}.0.0.0`);
});

test.each([
  [undefined, 'en_US.UTF-8'],
  ['C', 'en_US.UTF-8'],
  ['C.UTF-8', 'en_US.UTF-8'],
  ['POSIX', 'en_US.UTF-8'],
  ['de_DE.UTF-8', 'de_DE.UTF-8'],
  ['Cs_CZ.UTF-8', 'Cs_CZ.UTF-8'],
])('the language of a browser where LANG is %s is %s', (lang, said) => {
  expect(browserLanguage(lang ?? '')).toBe(said);
});
