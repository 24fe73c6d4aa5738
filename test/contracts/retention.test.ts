import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { InputError } from '../../src/contracts/input-error.ts';
import { readPolicy } from '../../src/contracts/read-policy.ts';
import { beyondLimits, type Kept, readRetention } from '../../src/contracts/retention.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const dayMs = 86_400_000;

function fileWith(text: string): string {
  const file = join(temporaryFolder(), 'retention.yaml');
  writeFileSync(file, `schemaVersion: 1\n${text}\n`);
  return file;
}

test('the default keeps what the default policy of the gate counts', () => {
  const { attempts } = readRetention();
  expect(attempts.atLeast).toBeGreaterThanOrEqual(readPolicy().maxAgeHours * 3_600_000);
});

test('ages and sizes have units', () => {
  const file = fileWith(
    'attempts: { age: 6w, bytes: 2GB, atLeast: 36h }\nevidence: { age: 30d }\nreports: { number: 5 }',
  );
  expect(readRetention(file)).toEqual({
    schemaVersion: 1,
    attempts: { age: 42 * dayMs, bytes: 2e9, atLeast: 1.5 * dayMs },
    evidence: { age: 30 * dayMs },
    reports: { number: 5 },
  });
});

test.each([
  ['attempts: { age: 90, atLeast: 14d }\nevidence: {}\nreports: {}', /retention\.yaml:2:\d+: attempts\.age: /],
  ['attempts: { atLeast: 14 days }\nevidence: {}\nreports: {}', /attempts\.atLeast: an age is a number of hours, days/],
  [
    'attempts: { atLeast: 14d }\nevidence: { bytes: 2GiB }\nreports: {}',
    /evidence\.bytes: a size is a whole number of kB/,
  ],
  ['attempts: { atLeast: 14d }\nevidence: { number: 0 }\nreports: {}', /evidence\.number: /],
  ['attempts: { age: 7d, atLeast: 14d }\nevidence: {}\nreports: {}', /attempts\.age: it is shorter than atLeast/],
  [
    'attempts: { atLeast: 14d }\nevidence: { ages: 1d }\nreports: {}',
    /evidence\.ages: unknown key, did you mean "age"\?/,
  ],
])('%j is refused', (text, message) => {
  expect(() => readRetention(fileWith(text))).toThrow(InputError);
  expect(() => readRetention(fileWith(text))).toThrow(message);
});

const now = 100 * dayMs;
/** One that is kept since so many days, with 10 things of 100 bytes in all. */
const kept = (days: number): Kept => ({ id: String(days), at: now - days * dayMs, number: 10, bytes: 100 });
const all = [5, 1, 4, 2, 3].map(kept);

test.each([
  ['nothing', {}, []],
  ['what is too old', { age: 3 * dayMs }, ['5', '4']],
  ['what is too much', { number: 25 }, ['5', '4', '3']],
  ['what takes too much', { bytes: 400 }, ['5']],
  ['by the strictest limit', { age: 4 * dayMs, number: 40, bytes: 200 }, ['5', '4', '3']],
  ['but never the newest', { age: 1, number: 1, bytes: 1 }, ['5', '4', '3', '2']],
])('%s goes, the oldest first', (_what, limits, ids) => {
  expect(beyondLimits(all, limits, now).map(({ id }) => id)).toEqual(ids);
});

test('what is older than something that does not fit goes too', () => {
  const large = { ...kept(2), bytes: 10_000 };
  expect(beyondLimits([kept(1), large, kept(3)], { bytes: 500 }, now).map(({ id }) => id)).toEqual(['3', '2']);
});
