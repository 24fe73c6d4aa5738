import { once } from 'node:events';
import { existsSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { BuildFinding, Tried } from '../../../src/contracts/build-finding.ts';
import { TroubleError } from '../../../src/contracts/input-error.ts';
import { takeProcessLock } from '../../../src/install/process-lock.ts';
import { resolveSurface } from '../../../src/replica/builds/resolve-surface.ts';
import { processCertificate } from '../../../src/replica/server/certificate.ts';
import { livePage } from '../../../src/replica/server/live-page.ts';
import { pageHtml } from '../../../src/replica/server/page-html.ts';
import { startReplica } from '../../../src/replica/start-replica.ts';
import { openStore, type Store } from '../../../src/store/open-store.ts';
import { KeptScripts } from '../../../src/surface/capture/kept-scripts.ts';
import { indexLibrary } from '../../../src/surface/extract/index-library.ts';
import { lookAtSite } from '../../../src/watch/builds/find-build.ts';
import { type LookOptions, lookFor, lookOnce } from '../../../src/watch/builds/look-once.ts';
import { toyClient } from '../../surface/toy-package.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 }); // a certificate and the scripts of pages may have to be made

const minute = 60_000;
const hour = 60 * minute;
const [older, newer] = ['2.3000.1029241508', '2.3000.1032534684'];

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** Serves a build as the live site does: its html, and its scripts. */
function ofBuild(build: string, replaced: (path: string) => Answer | undefined = () => undefined): Answer {
  const surface = resolveSurface(build);
  const live = livePage(surface);
  const html = pageHtml(surface, {}, 'abc', live);
  return (request, response) => {
    const path = request.url ?? '';
    const other = replaced(path);
    if (other) return other(request, response);
    const script = live.scripts.get(path);
    if (path === '/') response.writeHead(200, { 'content-type': 'text/html' }).end(html);
    else if (script === undefined) response.writeHead(404).end();
    else response.writeHead(200, { 'content-type': 'text/javascript' }).end(script);
    return undefined;
  };
}

let server: Server;
let answer: Answer;
let requests: string[] = [];
let store: Store;
let folder: string;
let now: number;
let port: number;
const versions = [
  { library: '0.0.1', index: indexLibrary(toyClient(`window.require('WAWebCollections').Call.models;`)) },
];

beforeAll(async () => {
  const { cert, key } = await processCertificate();
  server = createServer({ cert, key }, (request, response) => {
    requests.push(request.url ?? '');
    answer(request, response);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  port = (server.address() as AddressInfo).port;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(async () => {
  folder = temporaryFolder();
  store = await openStore(join(folder, 'store.sqlite'));
  now = Date.parse('2026-11-29T12:00:00Z');
  requests = [];
});
afterEach(async () => {
  await store.close();
});

const tried: Tried = { run: 'run-1', note: null, flows: [] };

/** One look of a process that starts with it: nothing is left of an earlier one but its files. */
async function look(more: Partial<LookOptions> = {}, connectTo = { host: '127.0.0.1', port }) {
  return lookOnce({ ...(await optionsOf(connectTo)), ...more });
}

async function optionsOf(connectTo = { host: '127.0.0.1', port }): Promise<LookOptions> {
  const kept = new KeptScripts(join(folder, 'capture'));
  const { cert } = await processCertificate();
  const site = {
    ...{ connectTo, trusted: cert, now: () => now },
    sleep: async (ms: number) => {
      now += ms;
    },
  };
  return {
    builds: store.liveBuilds,
    kept,
    folder: join(folder, 'captures'),
    look: () => lookAtSite(site, kept, { say: () => {} }),
    pace: { every: hour, firstWait: 5 * minute, longestWait: 6 * hour },
    versions: async () => versions,
    forced: false,
    trials: { replay: async () => tried, attemptLive: async () => tried },
    now: () => now,
    jitter: () => 0,
    say: () => {},
    signal: new AbortController().signal,
  };
}

test('a build that appears between two looks is captured and compared with the one before; one that is there already gives nothing', async () => {
  answer = ofBuild(older);
  expect(await look()).toMatchObject({ kind: 'found', build: { build: older } });
  expect(requests[0]).toBe('/');
  expect(requests.length).toBeGreaterThan(2);
  requests = [];
  expect(await look()).toMatchObject({ kind: 'not-due', until: now + hour });
  expect(requests).toEqual([]);
  now += hour;
  expect(await look()).toEqual({ kind: 'known', build: older });
  expect(requests).toEqual(['/']);

  answer = ofBuild(newer);
  now += hour;
  const found = await look();
  if (found.kind !== 'found') throw new Error(JSON.stringify(found));
  const { finding } = found.build;
  expect(finding).toMatchObject({ build: newer, before: older, date: '2026-11-29', capture: { complete: true } });
  expect(finding.versions).toMatchObject([
    { library: '0.0.1', stops: { before: null, after: 'ready' }, missing: [{ name: 'WAWebCollections.Call' }] },
  ]);
  expect(finding.changed.collections.removed).toBeGreaterThan(0);
  expect(existsSync(finding.capture.file)).toBe(true);
  expect((await store.liveBuilds.newest(9)).map(({ build }) => build)).toEqual([newer, older]);

  answer = ofBuild(older);
  now += hour;
  expect(await look()).toEqual({ kind: 'known', build: older });
});

test('one look is one request for the page, also where the site answers with an error', async () => {
  answer = (_, response) => void response.writeHead(503).end();
  await look();
  expect(requests).toEqual(['/']);
});

const portal = '<title>Hotel WiFi</title>';
const failures: [string, Answer, RegExp, number][] = [
  ['answers 429', (_, to) => void to.writeHead(429).end(), /answers 429/, hour],
  [
    'asks to wait for hours',
    (_, to) => void to.writeHead(429, { 'retry-after': '14400' }).end(),
    /asks to wait 14400 s/,
    4 * hour,
  ],
  ['answers 500', (_, to) => void to.writeHead(500).end(), /answers 500/, hour],
  ['answers garbage', (_, to) => void to.end(Buffer.from([0, 255, 7])), /not that of WhatsApp Web/, hour],
  ['is a captive portal', (_, to) => void to.end(portal), /but "Hotel WiFi": a captive portal/, hour],
  [
    'redirects',
    (_, to) => void to.writeHead(302, { location: 'http://portal.example/' }).end(),
    /captive portal/,
    hour,
  ],
  ['breaks off', (request) => void request.socket.destroy(), /cannot be reached/, 5 * minute],
];

test.each(failures)(
  'a site that %s is no finding: it is asked again later, and says why',
  async (_, failing, why, wait) => {
    answer = failing;
    const trouble = expect.stringMatching(why);
    const offline = /cannot be reached/.test(why.source);
    expect(await look()).toEqual({ kind: 'failed', trouble, until: now + wait, offline });
    expect(await store.liveBuilds.looks()).toMatchObject({
      ...{ answeredAt: null, build: null, failures: 1, nextAt: now + wait },
      trouble: expect.stringMatching(why),
    });
    expect(await store.liveBuilds.newest(1)).toEqual([]);
    expect(await look()).toMatchObject({ kind: 'not-due' });
    answer = ofBuild(older);
    now += wait;
    expect(await look()).toMatchObject({ kind: 'found', build: { build: older } });
    expect(await store.liveBuilds.looks()).toMatchObject({ failures: 0, trouble: null, build: older });
  },
);

test.each([
  ['nothing answers', { host: '127.0.0.1', port: 1 }],
  ['no name resolves', { host: 'no-such-host.invalid', port: 443 }],
])('without a network (%s) the waits double, and the page is asked for as soon as there is one', async (_, nowhere) => {
  for (const wait of [5, 10, 20]) {
    expect(await look({}, nowhere)).toMatchObject({ kind: 'failed', until: now + wait * minute, offline: true });
    now += wait * minute;
  }
  answer = ofBuild(older);
  expect(await look()).toMatchObject({ kind: 'found' });
});

test('a page with missing scripts is read twice more without another request for the page, and is then accepted', async () => {
  const [gone] = [...livePage(resolveSurface(older)).scripts.keys()];
  answer = ofBuild(older, (path) => (path === gone ? (_, to) => void to.writeHead(404).end() : undefined));
  for (const asked of [['/'], []]) {
    requests = [];
    expect(await look()).toMatchObject({
      kind: 'failed',
      trouble: expect.stringContaining('could not be read completely'),
    });
    expect(requests.filter((path) => path === '/')).toEqual(asked);
    now = (await store.liveBuilds.looks())?.nextAt ?? 0;
  }
  expect(requests).toEqual([gone]);
  const found = await look();
  expect(found).toMatchObject({ kind: 'found', build: { finding: { capture: { complete: false, findings: 1 } } } });
});

test('a look of which nothing goes on with the build takes a page that is not complete after two more tries, too', async () => {
  const [gone] = [...livePage(resolveSurface(older)).scripts.keys()];
  answer = ofBuild(older, (path) => (path === gone ? (_, to) => void to.writeHead(404).end() : undefined));
  for (let tries = 0; tries < 2; tries += 1) {
    expect(await lookFor(await optionsOf())).toMatchObject({ kind: 'failed' });
    now += hour;
  }
  expect(await lookFor(await optionsOf())).toMatchObject({ build: older, finding: { capture: { complete: false } } });
});

test('a saved page that is not complete counts at once', async () => {
  const [gone] = [...livePage(resolveSurface(older)).scripts.keys()];
  answer = ofBuild(older, (path) => (path === gone ? (_, to) => void to.writeHead(404).end() : undefined));
  expect(await look({ pace: null })).toMatchObject({ build: { finding: { capture: { complete: false } } } });
});

test('while another process captures, the site is not asked', async () => {
  answer = ofBuild(older);
  const release = takeProcessLock((await optionsOf()).kept.lockFile);
  expect(await look()).toMatchObject({
    kind: 'failed',
    trouble: expect.stringMatching(/^another capture is under way/),
  });
  expect(requests).toEqual([]);
  release?.();
  now += 5 * minute;
  expect(await look()).toMatchObject({ kind: 'found' });
});

test.each(['replay', 'attemptLive'] as const)(
  'a look that is stopped in %s goes on there, and does again nothing that was done',
  async (step) => {
    answer = ofBuild(older);
    const stop = new AbortController();
    const made: string[] = [];
    const trial = (name: string) => async () => {
      made.push(name);
      if (name === step && made.filter((each) => each === name).length === 1) stop.abort();
      return { ...tried, run: `run-${made.length}` };
    };
    const trials = { replay: trial('replay'), attemptLive: trial('attemptLive') };
    expect(await look({ trials, signal: stop.signal })).toEqual({ kind: 'stopped' });
    expect(await store.liveBuilds.notNotified()).toEqual([]);
    requests = [];
    const found = await look({ trials });
    expect(requests).toEqual([]);
    expect(made).toEqual(
      step === 'replay' ? ['replay', 'replay', 'attemptLive'] : ['replay', 'attemptLive', 'attemptLive'],
    );
    expect(found).toMatchObject({ kind: 'found', build: { finding: { live: { run: 'run-3' } } } });
    expect(await store.liveBuilds.notNotified()).toHaveLength(1);
    now += hour;
    expect(await look({ trials })).toMatchObject({ kind: 'known' });
  },
);

test('a build has its finding also where the accounts of the live site cannot be used', async () => {
  answer = ofBuild(older);
  const attemptLive = async () => Promise.reject(new TroubleError('database canary does not answer'));
  const said: string[] = [];
  const finding = findingOf(
    await look({ trials: { replay: async () => tried, attemptLive }, say: (line) => said.push(line) }),
  );
  expect(finding.live).toMatchObject({ run: null, note: expect.stringContaining('cannot be used now') });
  expect(said).toContain('no attempt on the live site: database canary does not answer');
  expect(await store.liveBuilds.notNotified()).toHaveLength(1);
});

test('what passed on a replica of the build before and does not on this one is worse', async () => {
  const flow = (passed: number): Tried => ({
    ...tried,
    flows: [{ library: '0.0.1', flow: 'qr-to-ready', passed, failed: 1 - passed, spoiled: 0, code: null, cause: null }],
  });
  const replaying = (passed: number) => ({
    trials: { replay: async () => flow(passed), attemptLive: async () => tried },
  });
  answer = ofBuild(older);
  expect(findingOf(await look(replaying(1))).worse).toEqual([]);
  answer = ofBuild(newer);
  now += hour;
  expect(findingOf(await look(replaying(0))).worse).toEqual([{ library: '0.0.1', flow: 'qr-to-ready' }]);
});

test('a behaviour that the page shows and the data does not have is drift, and no loss of a version', async () => {
  const known = resolveSurface(older);
  const { usedFactories: data } = known.behaviours;
  const seen = data === 'kept' ? 'cleared' : 'kept';
  const surface = { ...known, behaviours: { ...known.behaviours, usedFactories: seen } as const };
  const replica = await startReplica({ build: older, surface, liveScripts: true });
  const finding = findingOf(await look({}, { host: '127.0.0.1', port: replica.port }));
  await replica.close();
  expect(finding.drift).toEqual([{ behaviour: 'usedFactories', data, seen }]);
  expect(finding.versions).toMatchObject([{ lost: [], stops: { before: null, after: null } }]);
});

function findingOf(result: Awaited<ReturnType<typeof look>>): BuildFinding {
  if (result.kind !== 'found') throw new Error(JSON.stringify(result));
  return result.build.finding;
}
