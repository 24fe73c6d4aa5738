import { once } from 'node:events';
import { renameSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { withPool, withPoolInUse } from '../../src/cli/live/open-pool.ts';
import { program } from '../../src/cli/program.ts';
import { captureTonight } from '../../src/cli/watch/live-watch.ts';
import { AccountPool } from '../../src/live/account-pool.ts';
import { dayMs, readLivePolicy } from '../../src/live/live-policy.ts';
import type { LiveDatabase, LiveTables } from '../../src/live/tables.ts';
import { sealKeys } from '../../src/service/seal-keys.ts';
import { openDatabase } from '../../src/store/database/open-database.ts';
import { openStore } from '../../src/store/open-store.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { cli } from './cli.ts';

const home = temporaryFolder();
vi.stubEnv('WWEBJS_CANARY_HOME', home);
// Runners of CI set it, and live accounts need a shared database there.
vi.stubEnv('CI', '');
afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
});

/** What a command writes to standard output, in this process: most of these fail before they would start anything. */
async function run(...args: string[]): Promise<string> {
  let said = '';
  vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    said += text;
    return true;
  });
  vi.spyOn(console, 'log').mockImplementation((text) => {
    said += `${text}\n`;
  });
  await (await program(args)).parseAsync(args, { from: 'user' }).finally(() => vi.restoreAllMocks());
  return said;
}

/** The pool of the home folder, as another process uses it. */
async function withOwnPool(work: (pool: AccountPool, database: LiveDatabase) => Promise<unknown>): Promise<void> {
  const database = await openDatabase<LiveTables>(`sqlite:${join(home, 'store.sqlite')}`);
  await work(new AccountPool(database, readLivePolicy(), sealKeys({}, join(home, 'seal.key'))()), database);
  await database.close();
}

/** As `account add` did the day before. */
async function addAnna(): Promise<void> {
  const saved = { blob_name: 'live/anna/0-1', sha256: 'a'.repeat(64), bytes: 10 };
  const anna = { number: '15550100120', library: '1.34.7', browserMajor: 107, browserProduct: 'headless shell' };
  await withOwnPool(async (pool, { kysely }) => {
    await pool.add('anna', anna, saved);
    await kysely
      .updateTable('live_events')
      .set(({ eb }) => ({ at: eb('at', '-', dayMs) }))
      .execute();
  });
}

/** As if the phone of every account had been opened that long ago. */
async function seenAgo(ms: number): Promise<void> {
  await withOwnPool((_, { kysely }) =>
    kysely
      .updateTable('live_accounts')
      .set({ phone_seen_at: Date.now() - ms })
      .execute(),
  );
}

describe('bad input starts nothing, and the message says what would be right', () => {
  test.each([
    [['account', 'check', 'cleo'], 'account cleo: there is no such account'],
    [['account', 'remove', 'cleo'], 'there is no such account'],
    [['account', 'pause'], 'name one account, or give --all'],
    [['account', 'pause', 'anna', '--all'], 'name one account, or give --all'],
    [['account', 'add', 'Anna!'], 'a name has 1 to 64 characters'],
    [['account', 'add', 'ben', '--code'], 'give --number'],
    [['account', 'add', 'ben', '--number', 'x'], '--number'],
    [['run', '--target', 'live'], 'it needs a live account that is active and free, and there are none'],
    [['run', '--target', 'live', '--account', 'cleo'], 'account cleo: there is no such account'],
    [['run', '--target', 'live', '--flow', 'logout-from-phone'], 'on the live site only these flows are attempted'],
    [['run', '--target', 'live', '--build', '2.3000.1032534684'], '--build: on the live site'],
    [['run', '--target', 'live', '--slots', '2'], 'on the live site one attempt is made at a time'],
    [
      ['account', 'check', 'anna', '--database', 'mysql://u:p@127.0.0.1:1/x'],
      '--profiles: machines that share a database',
    ],
  ])('%j', async (args, message) => {
    await expect(run(...args)).rejects.toThrow(message);
  });

  test('a runner of CI without a shared database, since a profile that comes with it is a copy', async () => {
    vi.stubEnv('CI', 'true');
    await expect(run('account', 'list')).rejects.toThrow('need a database that all machines share');
    vi.stubEnv('CI', '');
  });

  test('a policy beyond the hard limits, by file, line and key, with exit code 3', async () => {
    const folder = temporaryFolder();
    const policy = join(folder, 'compat-matrix', 'live-policy.yaml');
    expect(() => readLivePolicy(policy)).toThrow('there is no such file');
    writeFileSync(join(folder, 'live-policy.yaml'), 'schemaVersion: 1\nrestores: { spacing: 1m }\n');
    expect(() => readLivePolicy(join(folder, 'live-policy.yaml'))).toThrow(
      /live-policy\.yaml:2:\d+: restores\.spacing: the hard limits are 5m to 7d/,
    );
    expect(await cli(['account', 'check', 'cleo'], home)).toMatchObject({ exit: 3 });
  });
});

describe.each(['qr-to-ready', 'pairing-code-to-ready'])('nothing links an account by itself: %s is refused', (flow) => {
  test.each([
    ['a night', 'nightly'],
    ['a schedule', 'watch --target live --library 1.34.7 --flow'],
    ['a gate', 'gate --run --target live --baseline 1.34.6 --candidate 1.34.7 --flow'],
  ])('by %s, before anything starts', async (_what, command) => {
    const config = join(temporaryFolder(), 'nightly.yaml');
    writeFileSync(
      config,
      `schemaVersion: 1\nbudget: 5\nlive: { library: [1.34.7], flow: [restore-to-ready, ${flow}] }\n`,
    );
    const last = command === 'nightly' ? ['--config', config] : [flow];
    await expect(run(...command.split(' '), ...last)).rejects.toMatchObject({
      name: 'InputError',
      message: expect.stringContaining(
        `--flow ${flow}: a number may be linked once a day, and only a person starts that`,
      ),
    });
  });
});

test('one switch stops the requests without an account too: nothing reaches the site until it is set back', async () => {
  let connections = 0;
  const site = createServer((socket) => {
    connections += 1;
    socket.destroy();
  });
  await once(site.listen(0, '127.0.0.1'), 'listening');
  const standIn = ['--connect-to', `127.0.0.1:${(site.address() as AddressInfo).port}`];
  await run('account', 'pause', '--all', '--because', 'a number was banned');
  const stopped =
    'the live site is not asked: `account pause --all` has stopped everything (a number was banned); `account resume --all` lets it run again';
  const look = ['watch', '--live', '--once', ...standIn];
  for (const args of [['surface', 'capture', ...standIn], ['surface', 'capture', '--page', ...standIn], look])
    await expect(run(...args)).rejects.toMatchObject({ name: 'TroubleError', message: stopped });
  const store = await openStore();
  const [host, port] = (standIn[1] as string).split(':') as [string, string];
  const tonight = { connectTo: { host, port: Number(port) }, say: () => {} };
  await expect(captureTonight(store, tonight)).rejects.toThrow(stopped);
  expect(connections).toBe(0);
  await run('account', 'resume', '--all');
  expect(await captureTonight(store, tonight)).toMatchObject({ file: null });
  expect(connections).toBeGreaterThan(0);
  await store.close();
  site.close();
});

test('a command that uses accounts names the phones to open in its last line, from the first reminder on', async () => {
  await addAnna();
  const said: string[] = [];
  const stderr = vi.spyOn(process.stderr, 'write').mockImplementation((text) => said.push(String(text)) > 0);
  for (const days of [0, 6, 11]) {
    await seenAgo(days * dayMs + 1_000);
    expect(await withPoolInUse({}, async () => days)).toBe(days);
  }
  stderr.mockRestore();
  const [line = '', ...others] = said;
  expect(line.replaceAll(/\s+/g, ' ')).toBe(
    'open WhatsApp on the phone of anna, then `account check NAME --phone-seen`: it logs out all devices in 3 days ',
  );
  expect(others).toEqual([]);
  await run('account', 'remove', 'anna');
});

test.each([
  ['true', true],
  ['1', true],
  ['false', false],
  ['', false],
])(
  'with CI=%j it is %s that the terminal warns of a folder of profiles that runners do not share',
  async (ci, warns) => {
    const said = vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
    const env = { CI: ci, WWEBJS_CANARY_SEAL_KEY: 'ab'.repeat(32) };
    const shared = { database: 'mysql://u:p@127.0.0.1:1/x', profiles: `folder:${temporaryFolder()}` };
    await expect(withPool(shared, async () => {}, env)).rejects.toThrow('does not answer');
    expect(said.mock.calls.join().includes('it has to be a folder that all runners share')).toBe(warns);
  },
);

test.each(['qr-to-ready', 'pairing-code-to-ready'])(
  '%s links no account that is linked already, and says what to do',
  async (flow) => {
    await addAnna();
    const link = ['run', '--target', 'live', '--library', '1.34.7', '--account', 'anna', '--flow', flow];
    await expect(run(...link)).rejects.toMatchObject({
      name: 'UnsuitableAccounts',
      message: expect.stringMatching(
        /^--flow \S+: account anna is linked, .*`account remove anna`.*`account add anna`/,
      ),
    });
    await run('account', 'remove', 'anna');
  },
);

test('two devices of one number are no pair, and a reason is not longer than every database keeps it', async () => {
  await addAnna();
  const pair = ['run', '--target', 'live', '--library', '1.34.7', '--flow', 'message-round-trip'];
  await expect(run(...pair, '--account', 'anna,anna')).rejects.toThrow('2 accounts of different numbers');
  await expect(run('account', 'pause', 'anna', '--because', 'x'.repeat(201))).rejects.toThrow('1 to 200 characters');
  await run('account', 'remove', 'anna');
});

test('an account is listed, paused, resumed and removed, and the whole pool stopped by one switch', async () => {
  await addAnna();
  expect(await run('account', 'list')).toMatch(/anna +active +1\.34\.7 +headless shell 107 or newer/);
  const listed = await run('account', 'list', '--json');
  expect(JSON.parse(listed)).toMatchObject({ stoppedBecause: null, accounts: [{ name: 'anna' }] });
  expect(listed).not.toContain('15550100120');
  expect(JSON.parse(listed).accounts[0].waits).toBeNull();
  await run('account', 'pause', 'anna', '--because', 'on holiday');
  expect(await run('account', 'list')).toMatch(/anna +paused .*on holiday/);
  await expect(run('run', '--target', 'live', '--library', '1.34.7')).rejects.toThrow('and there are none');
  expect(await run('account', 'resume', 'anna')).toContain('account anna is active');
  await run('account', 'pause', '--all', '--because', 'a number was banned');
  expect(await run('account', 'list')).toContain('The pool is stopped: a number was banned');
  await run('account', 'resume', '--all');
  expect(await run('account', 'check', 'anna', '--phone-seen')).toContain('its phone was opened today');
  expect(await run('account', 'remove', 'anna')).toContain('remove it there under Linked devices');
  expect(await run('account', 'list')).toContain('There is no live account yet');
});

test('a list says who uses an account and until when, and what it waits for', async () => {
  await addAnna();
  await withOwnPool(async (pool) => {
    await pool.leases.take(['anna'], 'another-machine', 3_600_000);
    await pool.note('anna', 'removed');
  });
  const time = String.raw`\d{4}-\d\d-\d\dT[\d:.]+Z`;
  const listed = (await run('account', 'list')).replaceAll(/\s+/g, ' ');
  expect(listed).toMatch(new RegExp(`another-machine uses it, until ${time} at the latest`));
  expect(listed).toMatch(new RegExp(`no restore before ${time}: WhatsApp removed the device`));
  await expect(run('account', 'remove', 'anna')).rejects.toThrow(
    /account anna: no unlink before .*: another-machine uses it/,
  );
});

test('without the key accounts are listed and stopped, what would use one says what to do, and no key is made', async () => {
  const [key, kept] = [join(home, 'seal.key'), join(home, 'seal.key.kept')];
  renameSync(key, kept);
  expect(await run('account', 'list')).toContain('its key is not on this machine');
  expect(await run('account', 'pause', 'anna')).toContain('account anna is paused');
  expect(await run('account', 'pause', '--all')).toContain('The pool is stopped');
  expect(await run('account', 'resume', '--all')).toContain('runs again');
  expect(() => renameSync(key, `${key}.made`)).toThrow('ENOENT');
  await expect(run('account', 'check', 'anna')).rejects.toThrow(
    /^account anna: its number is sealed with a key .* add that key to WWEBJS_CANARY_SEAL_KEY/,
  );
  renameSync(kept, key);
  expect(await run('account', 'resume', 'anna')).toContain('account anna is active');
  await withOwnPool((pool) => pool.find('anna'));
});
