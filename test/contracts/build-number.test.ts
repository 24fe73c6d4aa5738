import { expect, test } from 'vitest';
import { sortBuilds } from '../../src/contracts/build-number.ts';

test('builds are sorted as numbers, each once, and that of the live site is the newest', () => {
  const builds = ['live', '2.3000.1044822804', '2.2412.54', 'live', '2.3000.999', '2.2412.54'];
  expect(sortBuilds(builds)).toEqual(['2.2412.54', '2.3000.999', '2.3000.1044822804', 'live']);
});

test('a text that is no build is refused', () => {
  expect(() => sortBuilds(['2.3000.1', 'rollout'])).toThrow('"rollout" is not a WhatsApp Web build number');
});
