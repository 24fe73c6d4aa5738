import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../src/contracts/home.ts';

test('source that Node runs without a build declares nothing with `using`, which Node 22 cannot parse', () => {
  const files = globSync('{src,scripts,canaries,bin}/**/*.{ts,js}', { cwd: packageRoot });
  const users = files.filter((file) =>
    /^\s*(?:await )?using \w+ =/m.test(readFileSync(join(packageRoot, file), 'utf8')),
  );
  expect(files.length).toBeGreaterThan(500);
  expect(users).toEqual([]);
});
