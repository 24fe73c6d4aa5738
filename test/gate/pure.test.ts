import { globSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

/** What a verdict may not depend on; imports of other folders are held by test/import-rules.test.ts. */
const impure =
  /\bDate\.now\b|\bnew Date\(\)|\bperformance\b|\bMath\.random\b|\bprocess\.|\bfetch\(|\bawait\b|from 'node:(?!crypto')/;

it('the gate has no clock, no chance, no I/O and waits for nothing', () => {
  const files = globSync('src/gate/**/*.ts');
  expect(files.length).toBeGreaterThan(20);
  expect(files.filter((file) => impure.test(readFileSync(file, 'utf8')))).toEqual([]);
});
