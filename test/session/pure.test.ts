import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

/** What the meaning of an event may not depend on; imports of other folders are held by test/import-rules.test.ts. */
const impure =
  /\bDate\b|\bperformance\b|\bMath\.random\b|\bprocess\.\w|\bset(Timeout|Interval)\b|\bawait\b|from 'node:/;

test('a session has no clock, no chance, no I/O and waits for nothing', () => {
  const files = globSync('src/session/*.ts');
  expect(files.length).toBeGreaterThan(4);
  expect(files.filter((file) => impure.test(readFileSync(file, 'utf8')))).toEqual([]);
});
