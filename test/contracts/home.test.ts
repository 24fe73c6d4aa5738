import { join, resolve } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { home } from '../../src/contracts/home.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

test.each([
  ['is unset', undefined, resolve('.wwebjs-canary')],
  ['is empty', '', resolve('.wwebjs-canary')],
  ['names a folder', '/srv/canary', resolve('/srv/canary')],
])('the home folder where WWEBJS_CANARY_HOME %s', (_, value, folder) => {
  vi.stubEnv('WWEBJS_CANARY_HOME', value);
  expect(home('store')).toBe(join(folder, 'store'));
});
