import { chmodSync, existsSync, readdirSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { FolderBlobs } from '../../../src/blobs/folder-blobs.ts';
import { type Browser, ensureBrowser } from '../../../src/browser/ensure-browser.ts';
import { browsersOf } from '../../../src/host/browser-processes.ts';
import { type Replica, startReplica } from '../../../src/replica/start-replica.ts';
import { Accounts } from '../../../src/service/accounts/accounts.ts';
import type { Service, ServiceOptions } from '../../../src/service/instance/service.ts';
import { Lease } from '../../../src/service/leases/lease.ts';
import { profileFolder, sessionFolder } from '../../../src/service/profiles/session-folder.ts';
import { rolloutTraffic } from '../../../src/service/rollouts/rollout-traffic.ts';
import { SessionIds, workspaceId } from '../../../src/service/session-ids.ts';
import { LibraryHosts } from '../../../src/service/sessions/library-host.ts';
import type { ServiceTables } from '../../../src/service/tables.ts';
import { openDatabase } from '../../../src/store/database/open-database.ts';
import { canRunS3, type PrivateS3, startPrivateS3 } from '../../support/private-s3.ts';
import { TcpProxy } from '../../support/tcp-proxy.ts';
import { linkWith, startTestService, until, untilStatus } from '../../support/test-service.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

/** More than the delay with which Chromium commits localStorage. */
const flushMs = 8_000;

/** A build on which both library versions of the last test become ready. */
const build = '2.3000.1026515401';

let replica: Replica;
let browser: Browser;
let s3: PrivateS3 | null = null;
const running = new Set<Service>();
const deadlines = { startMs: 60_000, linkMs: 60_000, readyMs: 60_000, watchEveryMs: 2_000, answerMs: 10_000 };

beforeAll(async () => {
  replica = await startReplica({ build });
  browser = await ensureBrowser('current', () => {});
  if (canRunS3()) s3 = await startPrivateS3();
}, 300_000);
afterEach(async () => {
  for (const service of running) await service.stop();
  running.clear();
});
afterAll(async () => {
  await replica.close();
  await s3?.stop();
});

function newPlace() {
  const folder = temporaryFolder();
  return { folder, database: `sqlite:${join(folder, 'store.sqlite')}` };
}

async function start(
  place: ReturnType<typeof newPlace>,
  vault?: ServiceOptions['vault'],
  { chromiumArgs: browserArgs } = replica,
  started = browser,
): Promise<Service> {
  const openHost = new LibraryHosts({ browser: started, browserArgs }).open;
  const { service } = await startTestService({ ...place, openHost, deadlines, ...(vault && { vault }) });
  running.add(service);
  return service;
}

async function stop(service: Service): Promise<void> {
  await service.stop();
  running.delete(service);
}

let numbers = 15550400000;
function newPhone() {
  const number = String(++numbers);
  const { id } = replica.phones.create(number);
  return {
    number,
    pair: (code: string) => replica.phones.pair(id, code),
    scan: (qr: string) => replica.phones.scan(id, qr),
    send: (body: string) => replica.phones.send(id, { body }),
    devices: () => replica.phones.get(id).devices,
    unlink: () => replica.phones.unlink(id),
  };
}

test('a real library in a real browser is linked, stopped gracefully, and restored without a new code', async () => {
  const place = newPlace();
  const phone = newPhone();
  const first = await start(place);
  const workspace = (await first.workspaces.create('W')).id;
  const ids = await linkWith(first, workspace, phone.scan);
  await untilStatus(first, ids, 'connected', 60_000);
  const measured = (await browsersOf(process.pid))?.find(({ profile }) => profile.includes(ids.session));
  expect(measured?.cpuSeconds.size, 'processes of Chromium').toBeGreaterThan(2);
  expect(measured?.memoryBytes).toBeGreaterThan(50_000_000);
  const began = performance.now();
  await stop(first);
  expect(performance.now() - began).toBeLessThan(20_000);
  const second = await start(place);
  expect(await untilStatus(second, ids, 'connected', 60_000)).toMatchObject({ phone: phone.number });
  expect(phone.devices()).toHaveLength(1);
  const profiles = readdirSync(sessionFolder(place.folder, ids), { recursive: true });
  expect(profiles).toContain('profile/session/Default');
  expect(profiles, 'no port by which other users of the machine reach the page').not.toContain(
    'profile/session/DevToolsActivePort',
  );
  const heard: unknown[] = [];
  second.onEvent((_, event) => event.type === 'message' && heard.push(event.message));
  phone.send('still there?');
  await until('the message is heard', () => heard.length > 0);
  const starts = await second.sessions.startsOf(ids, 10, 1_000_000);
  expect(starts.map(({ cause, outcome, build }) => [cause, outcome, build])).toEqual([
    ['instance-stopped', 'ready', build],
    ['link-asked', 'ready', build],
  ]);
  const history = await second.accounts.history(ids.account, 10);
  expect(history.filter(({ to }) => to !== 'authenticated').map(({ to, build }) => [to, build])).toEqual([
    ['qr_scanning', null],
    ['connected', build],
    ['disconnected', build],
    ['connected', build],
  ]);
});

const installed = ['/usr/bin/chromium', '/usr/bin/google-chrome'].find((path) => existsSync(path));

test.runIf(installed)(
  'a full Chromium restores a session whose profile a browser on another machine has locked',
  async () => {
    const full = await ensureBrowser(installed as string, () => {});
    const place = newPlace();
    const phone = newPhone();
    const first = await start(place, undefined, replica, full);
    const ids = await linkWith(first, (await first.workspaces.create('W')).id, phone.scan);
    await untilStatus(first, ids, 'connected', 60_000);
    await stop(first);
    const lock = join(profileFolder(sessionFolder(place.folder, ids)), 'SingletonLock');
    symlinkSync('another-machine-1', lock);
    const second = await start(place, undefined, replica, full);
    expect(await untilStatus(second, ids, 'connected', 60_000)).toMatchObject({ phone: phone.number });
    expect(readlinkSync(lock)).not.toBe('another-machine-1');
  },
);

test('a link that fails at its first step is in history and metrics under the build that its page said', async () => {
  const webpack = await startReplica({ build: '2.2412.54' });
  const service = await start(newPlace(), undefined, webpack);
  const { id: workspace } = await service.workspaces.create('W');
  const ids = await service.sessions.link(workspace, { phone: null, pairing: false, libraryPin: null });
  expect(await untilStatus(service, ids, 'failed', 60_000)).toMatchObject({ cause: 'initialize-failed' });
  const [, failed] = await service.accounts.history(ids.account, 10);
  expect(failed).toMatchObject({ to: 'failed', cause: 'initialize-failed', library: '1.34.7', build: '2.2412.54' });
  await until('the instance counted it', async () =>
    (await service.metrics.registry.metrics()).includes(
      'wwebjs_build_link_attempts_total{library="1.34.7",build="2.2412.54",outcome="failed",code="initialize-failed"} 1',
    ),
  );
  await webpack.close();
});

test('neither a cut network nor a device that its phone removed is the fault of a version, and the former needs no person', async () => {
  const place = newPlace();
  const phone = newPhone();
  const wire = await TcpProxy.to(replica.port);
  const chromiumArgs = replica.chromiumArgs.map((arg) => arg.replaceAll(String(replica.port), String(wire.port)));
  const first = await start(place, undefined, { ...replica, chromiumArgs });
  const workspace = (await first.workspaces.create('W')).id;
  const ids = await linkWith(first, workspace, phone.scan);
  await untilStatus(first, ids, 'connected', 60_000);
  await stop(first);
  wire.cut('refuse');
  const second = await start(place, undefined, { ...replica, chromiumArgs });
  await until('it failed more often than the breaker allows', async () => {
    await second.database.kysely.updateTable('sessions').set({ next_start_at: 0 }).execute();
    const failed = await second.sessions.startsOf(ids, 10, 1_000_000);
    return failed.filter(({ code }) => code === 'page-load-failed').length > 3;
  });
  expect(await second.accounts.get(workspace, ids.account)).toMatchObject({ status: 'disconnected', attention: null });
  wire.mend();
  await second.sessions.restoreAll({ code: 'page-load-failed' });
  await untilStatus(second, ids, 'connected', 60_000);
  expect(phone.devices()).toHaveLength(1);
  await stop(second);
  await wire.close();

  // The phone removes the device while no instance runs: the version is not to blame.
  phone.unlink();
  const third = await start(place);
  const { database } = third;
  const { id: last } = (await third.sessions.startsOf(ids, 1, 1_000_000))[0] ?? { id: 0 };
  const isUnlinked = async () => {
    await database.kysely.updateTable('sessions').set({ next_start_at: 0 }).execute();
    return (await third.accounts.get(workspace, ids.account)).cause === 'unlinked';
  };
  await until('it is unlinked', isUnlinked, 60_000);
  const judged = [];
  for await (const { attempt } of rolloutTraffic(database, ['1.34.7'], { since: 0, agedBefore: 0 }))
    if (Number(attempt.id) > last) judged.push(attempt);
  expect(judged).toEqual([]);
});

test('a browser that exits at once is trouble of the machine, and the log has what it wrote', async () => {
  const place = newPlace();
  const executablePath = join(place.folder, 'browser');
  writeFileSync(executablePath, '#!/bin/sh\necho "error while loading shared libraries: libnss3.so" >&2\nexit 127\n');
  chmodSync(executablePath, 0o755);
  const openHost = new LibraryHosts({ browser: { ...browser, executablePath }, browserArgs: replica.chromiumArgs })
    .open;
  const { service, log } = await startTestService({ ...place, openHost, deadlines });
  running.add(service);
  const { id: workspace } = await service.workspaces.create('W');
  for (const libraryPin of [null, '1.24.0']) {
    const ids = await service.sessions.link(workspace, { phone: null, pairing: false, libraryPin });
    expect(await untilStatus(service, ids, 'failed', 60_000)).toMatchObject({ cause: 'browser-launch-failed' });
    const isEnd = ({ event, account }: (typeof log)[number]) => event === 'ended' && account === ids.account;
    const ended = await until('its end is in the log', () => log.find(isEnd), 5_000);
    expect(ended).toMatchObject({ code: 'browser-launch-failed', message: expect.stringContaining('libnss3.so') });
  }
});

test('a number is linked by a code that is typed on its phone, also at the instance that takes the link over', async () => {
  const place = newPlace();
  const first = await start(place);
  const phone = newPhone();
  const workspace = (await first.workspaces.create('W')).id;
  const ids = await first.sessions.link(workspace, { phone: phone.number, pairing: true, libraryPin: null });
  const code = await until('a code is shown', () => first.linkCodes.get(ids.session), 60_000);
  expect(code).toMatchObject({ kind: 'pairing', code: expect.stringMatching(/^[A-Z1-9]{4}-?[A-Z1-9]{4}$/) });
  await stop(first);
  const second = await start(place);
  const next = await until(
    'another code is shown',
    async () => {
      const shown = await second.linkCodes.get(ids.session);
      return shown && shown.number > code.number ? shown : null;
    },
    60_000,
  );
  expect(next.kind).toBe('pairing');
  await phone.pair(next.code);
  await untilStatus(second, ids, 'connected', 60_000);
});

test('a number without WhatsApp gets no pairing code, and the account says so', async () => {
  const service = await start(newPlace());
  const workspace = (await service.workspaces.create('W')).id;
  const ids = await service.sessions.link(workspace, { phone: '15550499999', pairing: true, libraryPin: null });
  expect(await untilStatus(service, ids, 'failed', 60_000)).toMatchObject({ cause: 'pairing-refused' });
});

test('a code that is scanned just before its account is deleted leaves no device on the phone', async () => {
  const service = await start(newPlace());
  const phone = newPhone();
  const workspace = (await service.workspaces.create('W')).id;
  const ids = await linkWith(service, workspace, (qr) => {
    // Longer than the service takes to end the session; the page says all the while that it waits for a scan.
    replica.setCondition('slow-link', true, { seconds: 1 });
    return phone.scan(qr);
  });
  expect(phone.devices()).toHaveLength(1);
  await service.sessions.delete(ids);
  await until('the device is unlinked', () => phone.devices().length === 0).finally(() =>
    replica.setCondition('slow-link', false),
  );
});

test('another machine restores the session from the vault, without a new code', async () => {
  const here = newPlace();
  const phone = newPhone();
  const blobs = s3 ? s3.blobs() : new FolderBlobs(join(here.folder, 'vault'));
  const vault = { blobs, keys: [Buffer.alloc(32, 7)] };
  const first = await start(here, vault);
  const ids = await linkWith(first, (await first.workspaces.create('W')).id, phone.scan);
  await untilStatus(first, ids, 'connected', 60_000);
  await stop(first);
  const second = await start({ folder: newPlace().folder, database: here.database }, vault);
  await untilStatus(second, ids, 'connected', 60_000);
  expect(phone.devices()).toHaveLength(1);
});

test('a browser that is killed is noticed, and the session comes back', async () => {
  const place = newPlace();
  const service = await start(place);
  const ids = await linkWith(service, (await service.workspaces.create('W')).id, newPhone().scan);
  await untilStatus(service, ids, 'connected', 60_000);
  // Chromium writes localStorage, where the login is, some seconds late: killed earlier it forgets the link.
  await sleep(flushMs);
  const launched = await until('its browser is known', () => browserOf(place.folder));
  process.kill(launched, 'SIGKILL');
  expect(await untilStatus(service, ids, 'disconnected')).toMatchObject({ cause: 'browser-died' });
  await untilStatus(service, ids, 'connected', 60_000);
});

test('an account that is logged out while no instance runs its session is unlinked too', async () => {
  const place = newPlace();
  const phone = newPhone();
  const first = await start(place);
  const ids = await linkWith(first, (await first.workspaces.create('W')).id, phone.scan);
  await untilStatus(first, ids, 'connected', 60_000);
  await stop(first);
  const database = await openDatabase<ServiceTables>(place.database);
  await new Accounts(database, 'another').deactivate(ids, 'logout-asked');
  await database.close();
  expect(phone.devices()).toHaveLength(1);
  await start(place);
  await until('the device is unlinked', () => phone.devices().length === 0, 60_000);
  await until('its profile is removed', () => !existsSync(sessionFolder(place.folder, ids)));
});

test('a host whose instance is paused just after its start ends by itself, with its browser', async () => {
  const folder = temporaryFolder();
  const ids = SessionIds.create(workspaceId('W'));
  const seen: string[] = [];
  await new LibraryHosts({ browser, browserArgs: replica.chromiumArgs }).open({
    lease: new Lease(ids, 'paused', 1),
    library: '1.34.7',
    folder,
    pairWith: null,
    restMs: () => 8_000,
    signal: new AbortController().signal,
    onSeen: ({ type }) => seen.push(type),
  });
  await until('its browser runs', () => browserOf(folder));
  await until('the host is gone', () => seen.includes('host:exited'), 12_000);
  await until('its browser is gone', () => browserOf(folder) === null, 2_000);
});

test('a rollout moves a session to the candidate and back to the baseline without a new code', async () => {
  const service = await start(newPlace());
  const phone = newPhone();
  const ids = await linkWith(service, (await service.workspaces.create('W')).id, phone.scan);
  await untilStatus(service, ids, 'connected', 60_000);
  const { id } = await service.rollouts.create('1.34.7', '1.33.2');
  for (let step = 0; step < 3; step++) await service.rollouts.advance(id);
  const hostedBy = (version: string) =>
    until(
      `hosted by ${version}`,
      async () => {
        const { status, library } = await service.accounts.get(ids.workspace, ids.account);
        return status === 'connected' && library === version;
      },
      60_000,
    );
  await hostedBy('1.33.2');
  expect(await loadedBy(service)).toEqual(['declared="1.33.2",installed="1.33.2",loaded="1.33.2"']);
  await service.rollouts.rollBack(id);
  await hostedBy('1.34.7');
  expect(await loadedBy(service)).toEqual(['declared="1.34.7",installed="1.34.7",loaded="1.34.7"']);
  expect(phone.devices()).toHaveLength(1);
});

/** The metrics of the libraries that sessions really run. */
async function loadedBy(service: Service): Promise<string[]> {
  const text = await service.metrics.registry.metrics();
  return Array.from(
    text.matchAll(/^wwebjs_library_info\{role="service",(.*)\} 1$/gm),
    ([, labels]) => labels as string,
  );
}

/** The process id of the one Chromium whose profile lies in a folder. */
function browserOf(folder: string): number | null {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      if (line.includes(`--user-data-dir=${folder}`) && !line.includes('--type=')) return Number(pid);
    } catch {
      // It ended meanwhile.
    }
  }
  return null;
}

test('a session runs through the proxy of its account, and one whose proxy refuses says so', async () => {
  const seen: string[] = [];
  const credentials = `Basic ${Buffer.from('me:p@ss').toString('base64')}`;
  // Connects to the replica, whatever host it is asked for.
  const proxy = createServer().on('connect', ({ url = '', headers }, near) => {
    near.on('error', () => {});
    if (headers['proxy-authorization'] !== credentials)
      return near.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
    seen.push(url);
    const far = connect(replica.port, '127.0.0.1', () => {
      near.write('HTTP/1.1 200 OK\r\n\r\n');
      near.pipe(far).pipe(near);
    });
    far.on('error', () => near.destroy());
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const { port } = proxy.address() as AddressInfo;
  const openHost = new LibraryHosts({ browser, browserArgs: replica.chromiumArgs }).open;
  const { service } = await startTestService({ ...newPlace(), openHost, deadlines, allowPrivateProxies: true });
  running.add(service);
  const { id: workspace } = await service.workspaces.create('W');
  const link = (password: string) => {
    const browser = { proxy: `http://me:${password}@127.0.0.1:${port}`, arguments: ['--lang=de'] };
    return service.sessions.link(workspace, { phone: null, libraryPin: null, browser });
  };
  const [through, refused] = [await link('p%40ss'), await link('wrong')];
  await until('a code is shown', () => service.linkCodes.get(through.session), 60_000);
  expect(seen).toContain('web.whatsapp.com:443');
  expect((await untilStatus(service, refused, 'failed', 60_000)).cause).toBe('proxy-refused');
  await stop(service);
  proxy.closeAllConnections();
  proxy.close();
});
