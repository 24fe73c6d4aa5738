import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { BlobStore } from '../../../src/blobs/blob-store.ts';
import { Accounts } from '../../../src/service/accounts/accounts.ts';
import { Links } from '../../../src/service/accounts/links.ts';
import type { Lease } from '../../../src/service/leases/lease.ts';
import { Leases } from '../../../src/service/leases/leases.ts';
import { ProfileUnavailable, ProfileVault } from '../../../src/service/profiles/profile-vault.ts';
import { profileFolder } from '../../../src/service/profiles/session-folder.ts';
import { SessionIds } from '../../../src/service/session-ids.ts';
import type { ServiceDatabase } from '../../../src/service/tables.ts';
import { newServiceDatabase } from '../../support/new-service-database.ts';
import { canRunS3, type PrivateS3, startPrivateS3 } from '../../support/private-s3.ts';
import { engines } from '../../support/service-databases.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

const key = Buffer.alloc(32, 7);
const loginFile = (folder: string) => join(profileFolder(folder), 'Default', 'Local Storage', 'leveldb', '000003.log');

function writeLogin(folder: string, text: string): void {
  mkdirSync(join(loginFile(folder), '..'), { recursive: true });
  writeFileSync(loginFile(folder), text);
}

describe.runIf(canRunS3())('profiles in S3', () => {
  let s3: PrivateS3;
  let database: ServiceDatabase;
  let lease: Lease;
  let here: string;

  beforeAll(async () => {
    s3 = await startPrivateS3();
  }, 300_000);
  afterAll(() => s3.stop());

  beforeEach(async () => {
    const [, newAddress] = engines[0] as (typeof engines)[0];
    const made = await newServiceDatabase(newAddress);
    database = made.database;
    const request = { phone: null, library: '1.34.7', libraryPin: null };
    ({ lease } = await new Links(database, 'one', () => {}).begin(SessionIds.create(made.workspace), request));
    await new Accounts(database, 'one').authenticated(lease);
    here = temporaryFolder();
    await vaultOf(s3.blobs()).fetch(lease, here);
    writeLogin(here, 'first login');
    await vaultOf(s3.blobs()).save(lease, here);
  });

  const vaultOf = (blobs: BlobStore, withKey = key) => new ProfileVault(database, blobs, [withKey]);
  const savedName = async () =>
    (await database.kysely.selectFrom('session_profiles').select('blob_name').executeTakeFirstOrThrow()).blob_name;

  /** What another machine gets, which takes the session over. */
  async function restored(blobs: BlobStore, withKey = key): Promise<string> {
    await new Leases(database, 'one').release(lease, 'instance-stopped');
    const [claim] = await new Leases(database, 'other').claim(1);
    const there = temporaryFolder();
    await vaultOf(blobs, withKey).fetch(claim?.lease as Lease, there);
    return readFileSync(loginFile(there), 'utf8');
  }

  test('another machine gets the newest profile, and the one before it is gone from the bucket', async () => {
    const before = await savedName();
    writeLogin(here, 'second login');
    await vaultOf(s3.blobs()).save(lease, here);
    expect(await restored(s3.blobs())).toBe('second login');
    await expect(s3.blobs().get(before)).rejects.toThrow(/answered 404/);
    const bytes = await s3.blobs().get(await savedName());
    expect(bytes.includes('login')).toBe(false);
  });

  test('what was forgotten is gone from the bucket, and forgetting it again is no error', async () => {
    const name = await savedName();
    await vaultOf(s3.blobs()).forget(lease.ids);
    await expect(s3.blobs().get(name)).rejects.toThrow(/answered 404/);
    await s3.blobs().delete(name);
  });

  test('a wrong secret of the bucket saves nothing and stops a restoration', async () => {
    const before = await savedName();
    const wrong = s3.blobs({ secret: 'not-the-secret' });
    await expect(vaultOf(wrong).save(lease, here)).rejects.toThrow(/answered 403.*SignatureDoesNotMatch/s);
    expect(await savedName()).toBe(before);
    await expect(restored(wrong)).rejects.toBeInstanceOf(ProfileUnavailable);
  });

  test('a wrong key of the profiles stops a restoration', async () => {
    await expect(restored(s3.blobs(), Buffer.alloc(32, 8))).rejects.toBeInstanceOf(ProfileUnavailable);
  });

  test('a profile that is cut short in the bucket stops a restoration', async () => {
    const name = await savedName();
    await s3.blobs().put(name, (await s3.blobs().get(name)).subarray(0, -100));
    await expect(restored(s3.blobs())).rejects.toBeInstanceOf(ProfileUnavailable);
  });

  test('a server that goes away in the middle of a save leaves the profile from before', async () => {
    const proxy = await proxyTo(s3.port, (incoming) => {
      // The head of the request and a part of its body have arrived.
      incoming.once('data', () => incoming.socket.destroy());
      return null;
    });
    const before = await savedName();
    writeLogin(here, 'lost on the way');
    await expect(vaultOf(s3.blobs({ port: portOf(proxy) })).save(lease, here)).rejects.toThrow();
    expect(await savedName()).toBe(before);
    expect(await restored(s3.blobs())).toBe('first login');
    proxy.close();
  });

  test('a save that the bucket keeps only a part of is noticed at once, and the profile from before stays', async () => {
    const proxy = await proxyTo(
      s3.port,
      ({ method }) =>
        (bytes) =>
          method === 'GET' ? bytes.subarray(0, -1) : bytes,
    );
    const before = await savedName();
    writeLogin(here, 'kept in part');
    await expect(vaultOf(s3.blobs({ port: portOf(proxy) })).save(lease, here)).rejects.toThrow(/changed|other session/);
    expect(await savedName()).toBe(before);
    expect(await restored(s3.blobs())).toBe('first login');
    proxy.close();
  });
});

const portOf = (server: Server) => (server.address() as AddressInfo).port;

/** Passes requests on unchanged, and answers as `change` has them; null from `change` passes nothing on. */
async function proxyTo(
  port: number,
  change: (incoming: IncomingMessage) => ((bytes: Buffer) => Buffer) | null,
): Promise<Server> {
  const server = createServer(async (incoming, outgoing) => {
    const answerWith = change(incoming);
    if (answerWith === null) return;
    const { method, url, headers } = incoming;
    const passed = request({ host: '127.0.0.1', port, method, path: url, headers });
    passed.end(await buffer(incoming));
    const [answer] = (await once(passed, 'response')) as [IncomingMessage];
    outgoing.writeHead(answer.statusCode ?? 502).end(answerWith(await buffer(answer)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}
