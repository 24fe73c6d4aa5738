import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { FolderBlobs } from '../../src/blobs/folder-blobs.ts';
import type { Browser } from '../../src/browser/ensure-browser.ts';
import { seenOf } from '../../src/cli/surface/capture-in-browser.ts';
import { AccountPool } from '../../src/live/account-pool.ts';
import type { DeviceLease } from '../../src/live/device-leases.ts';
import type { PoolEventKind } from '../../src/live/limits.ts';
import { LiveAttempts, type Visit, type Visited } from '../../src/live/live-attempts.ts';
import { hourMs, readLivePolicy } from '../../src/live/live-policy.ts';
import type { LivePool } from '../../src/live/live-starts.ts';
import { NotAllowedYet } from '../../src/live/not-allowed-yet.ts';
import { sealAnew } from '../../src/live/seal-anew.ts';
import type { LiveDatabase, LiveTables } from '../../src/live/tables.ts';
import type { AttemptInput } from '../../src/runner/attempt-input.ts';
import { SealedProfiles } from '../../src/service/profiles/sealed-profiles.ts';
import { openDatabase } from '../../src/store/database/open-database.ts';
import { exampleCell } from '../fixtures/example-run.ts';
import { advance, withClock } from '../support/simulated-clock.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const keys = [Buffer.alloc(32, 7)];
let database: LiveDatabase;
let pool: LivePool;
let visits: LiveAttempts;

beforeEach(async () => {
  database = await withClock(await openDatabase<LiveTables>(`sqlite:${join(temporaryFolder(), 'store.sqlite')}`));
  const policy = { ...readLivePolicy(), waitAtMost: 0 };
  const profiles = new SealedProfiles(new FolderBlobs(temporaryFolder()), keys);
  pool = { accounts: new AccountPool(database, policy, keys), profiles, policy };
  const saved = await profiles.put('live/anna/0', 'anna', profileWith('first'));
  await pool.accounts.add(
    'anna',
    { number: '15550100120', library: '1.34.7', browserMajor: 142, browserProduct: 'headless shell' },
    saved,
  );
  await advance(database, policy.restores.spacing);
  visits = visitsOf();
  return () => database.close();
});

function visitsOf(heartbeatMs?: number): LiveAttempts {
  return new LiveAttempts(pool, { screenshots: false, say: () => {}, heartbeatMs });
}

function profileWith(text: string): string {
  const folder = join(temporaryFolder(), 'session');
  mkdirSync(join(folder, 'Default', 'Local Storage'), { recursive: true });
  write(folder, text);
  return folder;
}

const fileOf = (profile: string) => join(profile, 'Default', 'Local Storage', 'login');
const write = (profile: string, text: string) => writeFileSync(fileOf(profile), text);
const read = (profile: string) => readFileSync(fileOf(profile), 'utf8');
const chromium = (major: number) => ({ name: 'test', version: `HeadlessChrome/${major}.0.0.0` }) as Browser;

/** A visit that writes into the profile, and sees a page that connects where nothing else is given. */
async function visit(
  work: (visit: Visit) => unknown = () => {},
  see: (hear: Visit['hear']) => Pick<Visited<unknown>, 'code'> = (hear) => seenOf(pageWith('synced'), hear),
): Promise<string> {
  const seen = await visits.visit('anna', { browser: chromium(142), ms: 60_000 }, async (given) => {
    const found = read(given.profile);
    write(given.profile, 'changed');
    await work(given);
    return { value: found, code: see(given.hear).code };
  });
  return seen.value;
}

type Seen = Parameters<typeof seenOf>[0];
const pageWith = (end: Seen['end'], status = 200, text = '"client_revision":1'): Seen => ({
  ...{ answer: { status, headers: {}, text }, end },
});
const socket = (state: string) => ['harness:socket', { state, wid: null }] as const;

const history = async () => {
  const events = await database.kysely.selectFrom('live_events').select(['kind', 'until']).execute();
  return events.filter(({ kind }) => kind !== 'restore' && kind !== 'link');
};

/** What a page says, what it ends with, and what the account gets of it. */
interface Case {
  heard?: readonly (readonly [type: string, detail: unknown])[];
  page: Seen;
  history: PoolEventKind[];
  state?: { state: 'retired'; stateCause: string };
  isKept: boolean;
}

const byServer = (reason: string) => ['page:logout', { reason, by: 'server' }] as const;
const cases: Record<string, Case> = {
  'an error of the site': { page: pageWith('late', 429, 'slow down'), history: ['site-refused'], isKept: false },
  'a redirection elsewhere': { page: pageWith('late', 302, ''), history: ['site-refused'], isKept: false },
  'a captive portal': {
    page: pageWith('late', 200, '<title>Welcome to our network</title>'),
    ...{ history: ['site-refused'], isKept: false },
  },
  'a page that is not ready in time': { page: pageWith('late'), history: ['failed'], isKept: true },
  'a page without a connection': { heard: [socket('OPENING')], page: pageWith('late'), history: [], isKept: true },
  'a page that asks for a code without a word': { page: pageWith('code'), history: ['failed'], isKept: false },
  'a page whose connection is taken': {
    ...{ heard: [socket('CONFLICT')], page: pageWith('refused'), history: ['conflict'], isKept: true },
  },
  'a device that is removed': {
    ...{ heard: [byServer('device_removed')], page: pageWith('code'), history: ['removed'], isKept: false },
    state: { state: 'retired', stateCause: 'logged-out' },
  },
  'an account that is banned for good': {
    ...{ heard: [byServer('account_banned')], page: pageWith('refused'), history: ['banned'], isKept: false },
    state: { state: 'retired', stateCause: 'account-banned' },
  },
  'terms that a person has to accept': {
    ...{ heard: [socket('TOS_BLOCK')], page: pageWith('refused'), history: ['restricted'], isKept: true },
    state: { state: 'retired', stateCause: 'account-restricted' },
  },
  'a restriction of an account that connects': {
    heard: [['page:account', { kind: 'timelock', until: Date.now() + hourMs }]],
    ...{ page: pageWith('synced'), history: ['connected', 'restricted'], isKept: true },
  },
  'an account that connects': { page: pageWith('synced'), history: ['connected'], isKept: true },
};

test.each(Object.entries(cases))('%s counts for the account of a visit as for that of an attempt', async (_, each) => {
  let place = '';
  await visit(
    ({ profile, hear }) => {
      place = profile;
      for (const [type, detail] of each.heard ?? []) hear(type, detail);
    },
    (hear) => seenOf(each.page, hear),
  );
  expect((await history()).map(({ kind }) => kind)).toEqual(each.history);
  const { state = { state: 'active', stateCause: null } } = each;
  expect(await pool.accounts.find('anna')).toMatchObject({ ...state, leasedBy: null });
  expect(existsSync(place)).toBe(false);
  // No restore is allowed after a ban for good: its entry is removed, and a person resumes the account.
  await database.kysely.deleteFrom('live_events').execute();
  await pool.accounts.setState('anna', 'active', null);
  expect(await visit()).toBe(each.isKept ? 'changed' : 'first');
});

test('a visit that breaks off keeps what the server had said until then', async () => {
  const until = Date.now() + 48 * hourMs;
  const broken = visit(({ hear }) => {
    hear('page:account', { kind: 'temporary-ban', until });
    throw new Error('the browser is gone');
  });
  await expect(broken).rejects.toThrow('the browser is gone');
  const [event, ...others] = await history();
  expect(others).toEqual([]);
  expect(event?.kind).toBe('temporary-ban');
  expect(Math.abs((event?.until ?? 0) - (await pool.accounts.now()) - 48 * hourMs)).toBeLessThan(60_000);
  await expect(visit()).rejects.toThrow(/account anna: no restore before/);
});

test('a second visit before the policy allows it is refused with a time, and so is one after a conflict', async () => {
  await visit();
  await expect(visit()).rejects.toThrow(NotAllowedYet);
  await advance(database, pool.policy.restores.spacing);
  await visit(
    ({ hear }) => hear(...socket('CONFLICT')),
    (hear) => seenOf(pageWith('refused'), hear),
  );
  await advance(database, pool.policy.restores.spacing);
  await expect(visit()).rejects.toThrow(/account anna: no restore before .*: another browser took the connection/);
  expect((await pool.accounts.find('anna')).leasedBy).toBeNull();
});

test('an account that is leased, paused or not there is not visited', async () => {
  const never = () => {
    throw new Error('the profile was given away');
  };
  await expect(visits.visit('carla', { browser: chromium(142), ms: 1 }, never)).rejects.toThrow(/no such account/);
  await pool.accounts.leases.take(['anna'], 'another machine', hourMs);
  await expect(visit(never)).rejects.toThrow(/^account anna: no restore before .*: another machine uses it$/);
  await advance(database, 2 * hourMs);
  await pool.accounts.setState('anna', 'paused', 'a holiday');
  await expect(visit(never)).rejects.toThrow(
    /^account anna: no restore until a person resumes it: it is paused: a holiday$/,
  );
});

test('a browser that is older than one that has opened the profile is refused, and counts as no restore', async () => {
  const old = visits.visit('anna', { browser: chromium(107), ms: 60_000 }, async () => ({
    value: 1,
    code: null,
  }));
  await expect(old).rejects.toThrow('Chromium 107 would destroy the profile of account anna');
  expect(await visit()).toBe('first');
});

test('another product than the one that opened the profile is refused by both names, and counts as no restore', async () => {
  const edge = { name: '/edge', executablePath: '/absent', version: 'Edg/143.0.0.0', env: {} } as Browser;
  const other = visits.visit('anna', { browser: edge, ms: 60_000 }, async () => ({ value: 1, code: null }));
  await expect(other).rejects.toThrow(
    '--browser /edge: it is Edg, and would destroy the profile of account anna, which headless shell has opened',
  );
  expect(await visit()).toBe('first');
});

test('an account of a release that knew no products has the one that saves its profile next', async () => {
  await database.kysely.updateTable('live_accounts').set({ browser_product: null }).execute();
  expect(await visit()).toBe('first');
  expect(await pool.accounts.find('anna')).toMatchObject({ browserMajor: 142, browserProduct: 'headless shell' });
});

test('a visit whose lease is lost ends, and leaves profile and history to the next owner', async () => {
  visits = visitsOf(20);
  const lost = visits.visit('anna', { browser: chromium(142), ms: 60_000 }, async ({ profile, signal }) => {
    write(profile, 'changed');
    await advance(database, 24 * hourMs);
    await pool.accounts.leases.take(['anna'], 'another machine', hourMs);
    if (!signal.aborted) await once(signal, 'abort');
    throw new Error('the browser was closed');
  });
  await expect(lost).rejects.toThrow(/account anna: the lease of account anna with token 1 is lost/);
  expect((await pool.accounts.find('anna')).leasedBy).toBe('another machine');
  await advance(database, 2 * hourMs);
  expect(await visit()).toBe('first');
});

test('an attempt that would have to wait is refused where another program waits with it, and its account stays free', async () => {
  pool = { ...pool, policy: { ...pool.policy, waitAtMost: 8 * hourMs } };
  const waiting = new LiveAttempts(pool, { screenshots: false, say: () => {}, waitsElsewhere: true });
  const attempt = () => waiting.attempt(inputOf('restore-to-ready'));
  await visit(async () => {
    await expect(attempt()).rejects.toThrow(/uses it/);
  });
  const refused = await attempt().catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(NotAllowedYet);
  expect((refused as NotAllowedYet).until).toBeGreaterThan(await pool.accounts.now());
  expect((await pool.accounts.find('anna')).leasedBy).toBeNull();
});

test.each(['qr-to-ready', 'pairing-code-to-ready'])(
  'where no code can be shown, %s asks no phone for a link',
  async (flow) => {
    const attempts = new LiveAttempts(pool, { accounts: ['anna'], screenshots: false, say: () => {} });
    expect(await attempts.attempt(inputOf(flow))).toMatchObject({
      ...{ outcome: 'infra', code: 'limit-reached' },
      cause: { message: expect.stringContaining('a worker links no account') },
    });
    expect(await visit()).toBe('first');
  },
);

function inputOf(flow: string): AttemptInput {
  const cell = exampleCell({ flow, build: 'live', target: 'live' });
  const given = { id: 'live-0001', seed: 1, cell, flow: { name: flow, body: async () => {} }, deadlineFactor: 1 };
  return { ...given, browser: chromium(142) } as unknown as AttemptInput;
}

test('numbers and profiles are sealed with another key, that of an account in use later, and the earlier key opens nothing', async () => {
  const other = Buffer.alloc(32, 8);
  const blobs = new FolderBlobs(temporaryFolder());
  const poolOf = (own: readonly Buffer[]): LivePool => {
    const accounts = new AccountPool(database, pool.policy, own);
    return { ...pool, accounts, profiles: new SealedProfiles(blobs, own) };
  };
  const before = poolOf(keys);
  const saved = await before.profiles.put('live/ben/0', 'ben', profileWith('of ben'));
  await before.accounts.remove('anna');
  await before.accounts.add(
    'ben',
    { number: '15550100121', library: '1.34.7', browserMajor: 142, browserProduct: 'headless shell' },
    saved,
  );
  await before.accounts.setState('ben', 'paused', 'a holiday');
  const both = poolOf([other, ...keys]);
  const [lease] = await both.accounts.leases.take(['ben'], 'another machine', hourMs, null);
  expect(await sealAnew(both)).toEqual({ sealed: [], inUse: ['ben'] });
  await both.accounts.leases.release(lease as DeviceLease);
  expect(await sealAnew(both)).toEqual({ sealed: ['ben'], inUse: [] });
  await expect(sealAnew(before)).rejects.toThrow('account ben: its number is sealed with a key');
  const after = poolOf([other]);
  const [own] = (await after.accounts.leases.take(['ben'], 'one', hourMs, null)) as [DeviceLease];
  expect(own.account).toMatchObject({
    ...{ number: '15550100121', state: 'paused', browserMajor: 142, browserProduct: 'headless shell' },
  });
  const folder = join(temporaryFolder(), 'session');
  await after.profiles.get(own.profile, 'ben', folder);
  expect(read(folder)).toBe('of ben');
  await expect(before.profiles.get(own.profile, 'ben', folder)).rejects.toThrow('sealed with another key');
});
