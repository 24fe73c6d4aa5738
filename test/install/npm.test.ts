import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import {
  BasicConstraintsExtension,
  cryptoProvider,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { TroubleError } from '../../src/contracts/input-error.ts';
import { npm } from '../../src/install/npm.ts';
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

/** A certificate for `host`, its key, and the authority that issued it, as PEM. */
async function certificateOfAuthority(host: string): Promise<{ authorityPem: string; cert: string; key: string }> {
  cryptoProvider.set(webcrypto as Crypto);
  const signingAlgorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const newKeys = () =>
    webcrypto.subtle.generateKey(signingAlgorithm, true, ['sign', 'verify']) as Promise<CryptoKeyPair>;
  const [authorityKeys, hostKeys] = [await newKeys(), await newKeys()];
  const root = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=Authority of the tests',
    signingAlgorithm,
    keys: authorityKeys,
    extensions: [new BasicConstraintsExtension(true, undefined, true)],
  });
  const issued = await X509CertificateGenerator.create({
    subject: `CN=${host}`,
    issuer: root.subject,
    signingAlgorithm,
    publicKey: hostKeys.publicKey,
    signingKey: authorityKeys.privateKey,
    extensions: [new SubjectAlternativeNameExtension([{ type: 'dns', value: host }])],
  });
  const key = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', hostKeys.privateKey));
  return {
    authorityPem: root.toString('pem'),
    cert: issued.toString('pem'),
    key: PemConverter.encode(key, 'PRIVATE KEY'),
  };
}
