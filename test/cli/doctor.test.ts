import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { doctorReportSchema } from '../../src/contracts/doctor.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { cli } from './cli.ts';

test('a machine with nothing installed and no network: what is missing, how to get it, and code 4', async () => {
  const home = temporaryFolder();
  vi.stubEnv('npm_config_registry', 'http://127.0.0.1:9');
  vi.stubEnv('npm_config_cache', join(home, 'empty-cache'));
  vi.stubEnv('npm_config_fetch_retries', '0');
  try {
    const { exit, stdout } = await cli(['doctor', '--json'], home);
    const { ready, checks } = doctorReportSchema.parse(JSON.parse(stdout));
    const status = Object.fromEntries(checks.map((check) => [check.name, check.status]));
    expect(status).toMatchObject({
      node: 'ok',
      npm: 'ok',
      disk: 'ok',
      'browser 107': 'later',
      'whatsapp-web.js 1.25.0': 'later',
    });
    expect(checks.filter((check) => check.status === 'missing')).toEqual([
      expect.objectContaining({
        name: 'npm registry',
        found: expect.stringContaining('ECONNREFUSED'),
        todo: expect.any(String),
      }),
    ]);
    expect({ ready, exit }).toEqual({ ready: false, exit: 4 });
  } finally {
    vi.unstubAllEnvs();
  }
});
