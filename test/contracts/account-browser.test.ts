import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { browserArgumentSchema } from '../../src/contracts/account-browser.ts';
import { packageRoot } from '../../src/contracts/home.ts';

test('docs/service.md lists the browser arguments that an account may have, and no other', () => {
  const page = readFileSync(join(packageRoot, 'docs', 'service.md'), 'utf8');
  const [, list = ''] = /^Allowed arguments: ((?:.+\n)+)/m.exec(page) ?? [];
  const documented = [...list.matchAll(/`(--[\w-]+)/g)].map(([, name]) => name);
  const { pattern } = browserArgumentSchema.toJSONSchema() as { pattern: string };
  const allowed = [...pattern.matchAll(/[(|](--[\w-]+)/g)].map(([, name]) => name);
  expect(allowed.length).toBeGreaterThan(10);
  expect(documented).toEqual(allowed);
});
