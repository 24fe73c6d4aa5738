import { appendFileSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { HostEvent } from '../../../src/contracts/host-events.ts';
import { writeManifest } from '../../../src/install/manifest.ts';
import type { InstalledLibrary } from '../../../src/library/ensure-library.ts';
import { Lease } from '../../../src/service/leases/lease.ts';
import { SessionIds, workspaceId } from '../../../src/service/session-ids.ts';
import { LibraryHosts, type LibraryHostsOptions } from '../../../src/service/sessions/library-host.ts';
import { leastAvailableBytes, WarmHosts } from '../../../src/service/sessions/warm-hosts.ts';
import { installToy } from '../../support/toy-installation.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

const version = '9.9.9';
/** Faster than in production, so that the tests are. */
const pace = { tickMs: 20, replaceAfterMs: 100, backoffMs: () => 500 };
let library: InstalledLibrary;

beforeEach(async () => {
  vi.stubEnv('WWEBJS_CANARY_HOME', temporaryFolder());
  library = await installToy('sociable', version);
});
afterEach(() => vi.unstubAllEnvs());

const browser = {
  name: 'none',
  executablePath: '/nowhere',
  version: '',
  args: [],
  env: {},
  sandbox: { on: false, why: '' },
};

/** Hosts of an instance, and what it counted. */
function startHosts(options: Partial<LibraryHostsOptions>) {
  const hosts = new LibraryHosts({ browser, browserArgs: [], pace, ...options });
  const counted: string[] = [];
  hosts.watch({
    claimed: (_, from) => counted.push(from),
    died: (_, sessions) => counted.push(`died with ${sessions}`),
  });
  onTestFinished(() => hosts.stop());
  return { hosts, counted };
}

const berlin = workspaceId('Berlin');
const paris = workspaceId('Paris');

/** A session whose client has started. */
async function open(hosts: LibraryHosts, ids = SessionIds.create(berlin), browserArgs: string[] = []) {
  const folder = temporaryFolder();
  const seen: HostEvent[] = [];
  const host = await hosts.open({
    ...{ lease: new Lease(ids, 'one', 1), library: version, folder, pairWith: null, browserArgs },
    restMs: () => 60_000,
    signal: new AbortController().signal,
    onSeen: (event) => seen.push(event),
  });
  onTestFinished(() => host.kill());
  const said = async () => JSON.parse(String((await host.sessionFacts()).state)) as Said;
  const exited = async () => {
    await expect.poll(() => seen.find(({ type }) => type === 'host:exited')).toBeDefined();
    return seen.find(({ type }) => type === 'host:exited')?.detail;
  };
  return { ...host, ids, folder, seen, said, exited };
}

interface Said {
  pid: number;
  clients: number;
  cwd: string;
  env: Record<string, string>;
  loadedWith: Record<string, string>;
}

async function untilWaiting(hosts: { waiting: ReadonlyMap<string, number> }, count: number) {
  await expect.poll(() => hosts.waiting.get(version), { timeout: 15_000 }).toBe(count);
}

/** Ids of the host processes that this process has started and that still run. */
function hostProcesses(): number[] {
  return readdirSync('/proc').flatMap((name) => {
    try {
      const line = readFileSync(`/proc/${name}/cmdline`, 'utf8');
      const parent = / (\d+) /.exec(readFileSync(`/proc/${name}/stat`, 'utf8').split(') ')[1] ?? '')?.[1];
      return line.includes('host-child-') && Number(parent) === process.pid ? [Number(name)] : [];
    } catch {
      return [];
    }
  });
}

describe('warm hosts', () => {
  test('a session gets a host that waited with the library in memory and never waits again, another one replaces it, and stop ends those that wait', async () => {
    const { hosts, counted } = startHosts({ warm: 2 });
    hosts.keepWarm(version);
    await untilWaiting(hosts, 2);
    const waited = hostProcesses();
    const session = await open(hosts);
    expect(waited).toContain((await session.said()).pid);
    expect(counted).toEqual(['warm']);
    expect(session.seen.map(({ type }) => type)).toEqual(expect.arrayContaining(['host:loaded', 'library:loaded']));
    await untilWaiting(hosts, 2);
    const { pid } = await session.said();
    hosts.stop();
    await expect.poll(hostProcesses).toEqual([pid]);
    await session.kill();
    expect(hosts.waiting.get(version)).toBe(0);
    await expect.poll(hostProcesses).toEqual([]);
  });

  test('a host that waits knows of no account, and each session that claims one finds its own place only', async () => {
    const { hosts } = startHosts({ warm: 2 });
    hosts.keepWarm(version);
    await untilWaiting(hosts, 2);
    const one = await open(hosts, SessionIds.create(berlin), ['--proxy-server=http://10.0.0.1:3128']);
    const other = await open(hosts, SessionIds.create(paris));
    const [ofOne, ofOther] = [await one.said(), await other.said()];
    expect(ofOne.pid).not.toBe(ofOther.pid);
    for (const [session, { cwd, env, clients, loadedWith }] of [
      [one, ofOne],
      [other, ofOther],
    ] as const) {
      expect(clients).toBe(1);
      expect(cwd).toBe(join(session.folder, 'work'));
      expect(env).toMatchObject({ HOME: cwd, TMPDIR: expect.stringContaining(cwd) });
      expect(Object.keys(loadedWith).sort()).toEqual(['HOME', 'LANG', 'PATH', 'TMPDIR']);
      for (const { folder } of [one, other]) expect(JSON.stringify(loadedWith)).not.toContain(folder);
    }
    expect(JSON.stringify([ofOther, other.seen])).not.toContain(one.folder);
    expect(JSON.stringify(ofOther)).not.toContain('10.0.0.1');
    expect(ofOne.env.WWEBJS_CANARY_HOST).not.toBe(ofOther.env.WWEBJS_CANARY_HOST);
  });

  test('one that dies while it waits is replaced, and is nothing that a session sees', async () => {
    const { hosts, counted } = startHosts({ warm: 1 });
    hosts.keepWarm(version);
    await untilWaiting(hosts, 1);
    const [pid = 0] = hostProcesses();
    process.kill(pid, 'SIGKILL');
    await untilWaiting(hosts, 0);
    const began = performance.now();
    await untilWaiting(hosts, 1);
    expect(performance.now() - began, 'with backoff').toBeGreaterThan(400);
    expect(hostProcesses()).not.toContain(pid);
    expect(counted).toEqual([]);
  });

  test('a version that cannot be loaded is tried with backoff, and the session that needs it gets the error', async () => {
    appendFileSync(join(library.packageDir, 'index.js'), '\nthrow new Error("does not load");\n');
    await writeManifest(library.root);
    const { hosts } = startHosts({ warm: 1 });
    hosts.keepWarm(version);
    await expect(open(hosts)).rejects.toThrow(`whatsapp-web.js ${version} cannot be loaded`);
    expect(hosts.waiting.get(version)).toBe(0);
    await expect.poll(hostProcesses).toEqual([]);
  });

  test.each([
    ['was replaced', () => rmSync(library.root, { recursive: true }), () => installToy('sociable', version)],
    ['has another lock', () => {}, () => installToy('sociable', version, 'a dependency')],
    [
      'was changed in its place',
      () => appendFileSync(join(library.packageDir, 'index.js'), '// changed\n'),
      () => writeManifest(library.root),
    ],
  ])('no session gets a host whose installation %s', async (_, change, install) => {
    const { hosts, counted } = startHosts({ warm: 1 });
    hosts.keepWarm(version);
    await untilWaiting(hosts, 1);
    const [stale] = hostProcesses();
    change();
    await install();
    expect((await (await open(hosts)).said()).pid).not.toBe(stale);
    expect(counted).toEqual(['cold']);
  });

  test('none waits on a machine that is short of memory', async () => {
    let available = leastAvailableBytes;
    const install = async () => library;
    const warm = new WarmHosts({ count: 1, sessionsPerHost: 1, install, availableMemory: () => available, pace });
    onTestFinished(() => warm.stop());
    warm.use(version);
    await untilWaiting(warm, 1);
    available--;
    await untilWaiting(warm, 0);
    await expect.poll(hostProcesses).toEqual([]);
    expect(warm.take(version)).toBeNull();
    available++;
    await untilWaiting(warm, 1);
  });
});

describe('shared hosts', () => {
  test('sessions of one workspace share a host until it is full; another workspace never does', async () => {
    const { hosts, counted } = startHosts({ sessionsPerHost: 2 });
    const sessions = [await open(hosts), await open(hosts), await open(hosts)];
    const elsewhere = await open(hosts, SessionIds.create(paris));
    const [one, two, three, four] = await Promise.all([...sessions, elsewhere].map(({ said }) => said()));
    expect(one?.pid).toBe(two?.pid);
    expect(new Set([one?.pid, three?.pid, four?.pid]).size).toBe(3);
    expect(counted).toEqual(['cold', 'shared', 'cold', 'cold']);
  });

  test('sessions that start together share, too', async () => {
    const { hosts } = startHosts({ sessionsPerHost: 3 });
    const sessions = await Promise.all([open(hosts), open(hosts), open(hosts)]);
    expect(new Set(await Promise.all(sessions.map(async ({ said }) => (await said()).pid))).size).toBe(1);
  });

  test('a host that waited is shared by the sessions of the first workspace that claims it', async () => {
    const { hosts, counted } = startHosts({ warm: 1, sessionsPerHost: 2 });
    hosts.keepWarm(version);
    await untilWaiting(hosts, 1);
    const [one, two] = [await open(hosts), await open(hosts)];
    expect((await one.said()).pid).toBe((await two.said()).pid);
    expect(counted).toEqual(['warm', 'shared']);
  });

  test('sessions whose host died together are counted, and each has a host of its own until it has ended otherwise', async () => {
    const { hosts, counted } = startHosts({ sessionsPerHost: 3 });
    const [one, two] = [await open(hosts), await open(hosts)];
    await one.sendText('', 'exit').catch(() => {});
    expect(await two.exited()).toEqual({ code: 7, signal: null, sessions: 2 });
    expect(counted).toEqual(['cold', 'shared', 'died with 2']);
    const again = await open(hosts, one.ids);
    expect((await again.said()).cwd, 'alone in its process').toBe(join(again.folder, 'work'));
    await again.sendText('', 'exit').catch(() => {});
    expect(await again.exited()).toEqual({ code: 7, signal: null });
    const third = await open(hosts, one.ids);
    expect((await third.said()).cwd).toBe(join(third.folder, 'work'));
    await third.kill();
    await third.exited();
    const fourth = await open(hosts, one.ids);
    expect((await fourth.said()).cwd).not.toBe(join(fourth.folder, 'work'));
    expect(counted).toEqual(['cold', 'shared', 'died with 2', 'cold', 'died with 1', 'cold', 'cold']);
  });

  test('a host in which an error ended a session takes no other one in', async () => {
    const { hosts } = startHosts({ sessionsPerHost: 3 });
    const [one, two] = [await open(hosts), await open(hosts)];
    const { pid } = await two.said();
    await one.sendText('', 'reject later');
    expect(await one.exited()).toEqual({ code: 1, signal: null });
    expect((await two.said()).pid).toBe(pid);
    expect((await (await open(hosts)).said()).pid).not.toBe(pid);
  });
});
