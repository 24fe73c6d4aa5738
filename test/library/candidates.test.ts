import { expect, test } from 'vitest';
import { candidatesOf } from '../../src/library/candidates.ts';

const published = ['1.33.1', '1.33.2', '1.33.3', '1.34.0-alpha.1', '1.34.2', '1.34.7', '1.34.10', '1.35.0-alpha.0'];

test.each([
  ['1.33.2', ['1.33.3, the newest of 1.33', '1.34.10, the newest stable version']],
  ['1.33.3', ['1.34.10, the newest stable version']],
  ['1.34.2', ['1.34.10, the newest of 1.34 and the newest stable version']],
  ['1.34.10', []],
  ['1.34.0-alpha.0', ['1.34.10, the newest of 1.34 and the newest stable version']],
  ['1.35.0-alpha', ['1.35.0-alpha.0, the newest of 1.35']],
  ['1.36.0', []],
])('the candidates for %s', (version, expected) => {
  expect(candidatesOf(version, published).map((one) => `${one.version}, ${one.why}`)).toEqual(expected);
});
