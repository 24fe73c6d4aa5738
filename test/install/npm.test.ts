import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { TroubleError } from '../../src/contracts/input-error.ts';
import { npm } from '../../src/install/npm.ts';
import { certificateOfAuthority } from '../certificate-of-authority.ts';
import { cli } from '../cli/cli.ts';
import { temporaryFolder } from '../temporary-folder.ts';

vi.setConfig({ testTimeout: 60_000 });

const folder = temporaryFolder();
const authority = join(folder, 'authority.pem');
const registry = createServer();

beforeAll(async () => {
  const { authorityPem, cert, key } = await certificateOfAuthority('elsewhere.example');
  writeFileSync(authority, authorityPem);
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
    /^error: npm does not trust the certificate of its registry \(UNABLE_TO_VERIFY_LEAF_SIGNATURE\)/,
  );
  expect(stderr).toContain('NODE_EXTRA_CA_CERTS');
  expect(exit).toBe(4);
});

test('a certificate of another host is trouble of the certificate too', async () => {
  // An authority in a user's .npmrc replaces those of Node and NODE_EXTRA_CA_CERTS: only npm's own setting counts on every machine.
  vi.stubEnv('npm_config_cafile', authority);
  await expect(npm(['view', 'whatsapp-web.js', 'dist-tags'], folder)).rejects.toThrow('ERR_TLS_CERT_ALTNAME_INVALID');
});

test('what npm fails with for a reason that is not known here is trouble, not a bug', async () => {
  await expect(npm(['no-such-command'], folder)).rejects.toThrow(TroubleError);
});
