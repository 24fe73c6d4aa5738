import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { TroubleError } from '../../src/contracts/input-error.ts';
import { npm } from '../../src/install/npm.ts';
import { certificateOfKey } from '../../src/replica/server/certificate.ts';
import { cli } from '../cli/cli.ts';
import { temporaryFolder } from '../temporary-folder.ts';

vi.setConfig({ testTimeout: 60_000 });

const folder = temporaryFolder();
const authority = join(folder, 'authority.pem');
const registry = createServer();

beforeAll(async () => {
  const { cert, key } = await certificateOfKey(join(folder, 'key.pem'));
  writeFileSync(authority, cert);
  registry.setSecureContext({ cert, key });
  registry.listen(0, '127.0.0.1');
  await once(registry, 'listening');
  vi.stubEnv('npm_config_registry', `https://127.0.0.1:${(registry.address() as AddressInfo).port}`);
  vi.stubEnv('npm_config_cache', join(folder, 'cache'));
  vi.stubEnv('npm_config_fetch_retries', '0');
  return () => vi.unstubAllEnvs();
});
afterAll(() => void registry.close());

test('a registry whose certificate no known authority issued is trouble that names what to set', async () => {
  const { exit, stderr } = await cli(['library', 'add', 'latest']);
  expect(stderr).toMatch(
    /^error: npm does not trust the certificate of its registry \((DEPTH_ZERO_)?SELF_SIGNED_CERT\w*\)/,
  );
  expect(stderr).toContain('NODE_EXTRA_CA_CERTS');
  expect(exit).toBe(4);
});

test('a certificate of another host is trouble of the certificate too', async () => {
  vi.stubEnv('NODE_EXTRA_CA_CERTS', authority);
  // Node 20 does not take a certificate that is no authority's for one that can be trusted: npm runs with the Node of the tests.
  vi.stubEnv('PATH', `${dirname(process.execPath)}:${process.env.PATH}`);
  await expect(npm(['view', 'whatsapp-web.js', 'dist-tags'], folder)).rejects.toThrow('ERR_TLS_CERT_ALTNAME_INVALID');
});

test('what npm fails with for a reason that is not known here is trouble, not a bug', async () => {
  await expect(npm(['no-such-command'], folder)).rejects.toThrow(TroubleError);
});
