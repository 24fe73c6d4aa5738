import { generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Certificate } from '../../../src/replica/server/certificate.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

/** What a process that starts with this home uses. */
async function certificateIn(home: string): Promise<Certificate> {
  vi.stubEnv('WWEBJS_CANARY_HOME', home);
  vi.resetModules();
  const { processCertificate } = await import('../../../src/replica/server/certificate.ts');
  return processCertificate();
}

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
});

const fileIn = (home: string) => join(home, 'replica-certificate.json');

describe('the certificate of a replica', () => {
  test('is kept in the home folder, for this user only, and used again', async () => {
    const home = temporaryFolder();
    const first = await certificateIn(home);
    expect(await certificateIn(home)).toEqual(first);
    expect(statSync(fileIn(home)).mode & 0o777).toBe(0o600);
  });

  test('is not kept where there is no home folder: a test of an application leaves nothing behind', async () => {
    const home = join(temporaryFolder(), '.wwebjs-canary');
    await certificateIn(home);
    expect(existsSync(home)).toBe(false);
  });

  test('is made again before it expires', async () => {
    const home = temporaryFolder();
    const first = await certificateIn(home);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 29.5 * 24 * 3_600_000 });
    expect((await certificateIn(home)).spki).not.toBe(first.spki);
  });

  test.each<[string, (kept: Certificate) => string]>([
    ['is damaged', () => '{'],
    ['has another key', (kept) => JSON.stringify({ ...kept, key: otherKey() })],
    ['has another fingerprint', (kept) => JSON.stringify({ ...kept, spki: 'x' })],
  ])('is made again when the kept one %s', async (_what, damage) => {
    const home = temporaryFolder();
    const first = await certificateIn(home);
    writeFileSync(fileIn(home), damage(JSON.parse(readFileSync(fileIn(home), 'utf8'))));
    const next = await certificateIn(home);
    expect(next.spki).not.toBe(first.spki);
    expect(await certificateIn(home)).toEqual(next);
  });

  test('is used all the same when it cannot be kept', async () => {
    const home = temporaryFolder();
    mkdirSync(fileIn(home));
    expect((await certificateIn(home)).cert).toContain('BEGIN CERTIFICATE');
  });
});

function otherKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}
