import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { FolderBlobs } from '../../../src/blobs/folder-blobs.ts';
import { Accounts } from '../../../src/service/accounts/accounts.ts';
import { Links } from '../../../src/service/accounts/links.ts';
import { type Lease, LeaseLost } from '../../../src/service/leases/lease.ts';
import { Leases } from '../../../src/service/leases/leases.ts';
import { ProfileUnavailable, ProfileVault } from '../../../src/service/profiles/profile-vault.ts';
import { profileFolder } from '../../../src/service/profiles/session-folder.ts';
import { SessionIds } from '../../../src/service/session-ids.ts';
import type { ServiceDatabase } from '../../../src/service/tables.ts';
import { newServiceDatabase } from '../../support/new-service-database.ts';
import { engines } from '../../support/service-databases.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

const key = Buffer.alloc(32, 7);
let database: ServiceDatabase;
let lease: Lease;
let store: string;
let vault: ProfileVault;

beforeEach(async () => {
  const [, newAddress] = engines[0] as (typeof engines)[0];
  const made = await newServiceDatabase(newAddress);
  database = made.database;
  const request = { phone: null, library: '1.34.7', libraryPin: null };
  ({ lease } = await new Links(database, 'one', () => {}).begin(SessionIds.create(made.workspace), request));
  await new Accounts(database, 'one').authenticated(lease);
  store = temporaryFolder();
  vault = new ProfileVault(database, new FolderBlobs(store), [key]);
});

const loginFile = (folder: string) => join(profileFolder(folder), 'Default', 'Local Storage', 'leveldb', '000003.log');
function writeLogin(folder: string, text: string): void {
  mkdirSync(join(loginFile(folder), '..'), { recursive: true });
  writeFileSync(loginFile(folder), text);
}
const readLogin = (folder: string) => readFileSync(loginFile(folder), 'utf8');
const saved = () => readdirSync(join(store, lease.ids.session));

/** The next owner of the session. */
async function nextLease(): Promise<Lease> {
  await new Leases(database, 'one').release(lease, 'instance-stopped');
  const [claim] = await new Leases(database, 'other').claim(1);
  if (!claim) throw new Error('nothing to claim');
  return claim.lease;
}

test('another machine gets the profile that was saved, and the store has only ciphertext', async () => {
  const [here, there] = [temporaryFolder(), temporaryFolder()];
  await vault.fetch(lease, here);
  writeLogin(here, 'the secret login');
  await vault.save(lease, here);
  const bytes = readFileSync(join(store, lease.ids.session, saved()[0] ?? ''));
  expect(bytes.includes('secret')).toBe(false);
  await vault.fetch(await nextLease(), there);
  expect(readLogin(there)).toBe('the secret login');
});

test('a machine that ran the session after the last save keeps what it has', async () => {
  const here = temporaryFolder();
  await vault.fetch(lease, here);
  writeLogin(here, 'old');
  await vault.save(lease, here);
  writeLogin(here, 'newer than the save');
  await vault.fetch(await nextLease(), here);
  expect(readLogin(here)).toBe('newer than the save');
});

test('a machine that ran the session before gets what was saved elsewhere since', async () => {
  const [here, there] = [temporaryFolder(), temporaryFolder()];
  await vault.fetch(lease, here);
  writeLogin(here, 'old');
  await vault.save(lease, here);
  lease = await nextLease();
  await vault.fetch(lease, there);
  writeLogin(there, 'new');
  await vault.save(lease, there);
  await database.kysely.updateTable('sessions').set({ lease_expires_at: 0 }).execute();
  const [claim] = await new Leases(database, 'one').claim(1);
  await vault.fetch(claim?.lease as Lease, here);
  expect(readLogin(here)).toBe('new');
  expect(saved()).toHaveLength(1);
});

test('who has lost the lease cannot replace what the next owner restores from', async () => {
  const here = temporaryFolder();
  await vault.fetch(lease, here);
  writeLogin(here, 'good');
  await vault.save(lease, here);
  const late = lease;
  await nextLease();
  writeLogin(here, 'too late');
  await expect(vault.save(late, here)).rejects.toBeInstanceOf(LeaseLost);
  const { blob_name } = await database.kysely
    .selectFrom('session_profiles')
    .select('blob_name')
    .executeTakeFirstOrThrow();
  expect(blob_name).toContain(`/${late.token}-`);
  // A blob without a reference does not stay in the store.
  expect(saved()).toEqual([blob_name.split('/')[1]]);
});

test('a profile that was damaged or cannot be reached stops the start: it is not a lost login', async () => {
  const here = temporaryFolder();
  await vault.fetch(lease, here);
  writeLogin(here, 'good');
  await vault.save(lease, here);
  const file = join(store, lease.ids.session, saved()[0] ?? '');
  const bytes = readFileSync(file);
  bytes[40] = (bytes[40] ?? 0) ^ 1;
  writeFileSync(file, bytes);
  await expect(vault.fetch(await nextLease(), temporaryFolder())).rejects.toBeInstanceOf(ProfileUnavailable);
});
