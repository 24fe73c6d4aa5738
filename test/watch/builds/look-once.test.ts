import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { type BuildFinding, type Tried, takesSomething } from '../../../src/contracts/build-finding.ts';
import { TroubleError } from '../../../src/contracts/input-error.ts';
import { takeProcessLock } from '../../../src/install/process-lock.ts';
import { resolveSurface } from '../../../src/replica/builds/resolve-surface.ts';
import { livePage } from '../../../src/replica/server/live-page.ts';
import { startReplica } from '../../../src/replica/start-replica.ts';
import { openStore, type Store } from '../../../src/store/open-store.ts';
import { type LookOptions, lookFor, lookOnce } from '../../../src/watch/builds/look-once.ts';
import { findingMark } from '../../../src/words/build-finding.ts';
import { temporaryFolder } from '../../temporary-folder.ts';
import {
  type Answer,
  failures,
  hour,
  lookOptions,
  minute,
  newer,
  ofBuild,
  older,
  SiteServer,
  tried,
} from './site-server.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 }); // a certificate and the scripts of pages may have to be made

let site: SiteServer;
let answer: Answer;
let requests: string[] = [];
let store: Store;
let folder: string;
let now: number;

beforeAll(async () => {
  site = await SiteServer.start((request, response) => {
    requests.push(request.url ?? '');
    answer(request, response);
  });
});
afterAll(() => site.close());
beforeEach(async () => {
  folder = temporaryFolder();
  store = await openStore(join(folder, 'store.sqlite'));
  now = Date.parse('2026-11-29T12:00:00Z');
  requests = [];
});
afterEach(async () => {
  await store.close();
});

/** One look of a process that starts with it: nothing is left of an earlier one but its files. */
async function look(more: Partial<LookOptions> = {}, connectTo = site.address, signal?: AbortSignal) {
  return lookOnce({ ...(await optionsOf(connectTo, signal)), ...more });
}

async function optionsOf(connectTo = site.address, signal?: AbortSignal): Promise<LookOptions> {
  return lookOptions({
    ...{ store, folder, connectTo, now: () => now, ...(signal && { signal }) },
    sleep: async (ms) => {
      now += ms;
    },
  });
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
  expect(finding).toMatchObject({
    build: newer,
    before: older,
    date: '2026-11-29',
    capture: { complete: true, standIn: true },
  });
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

test('looks that failed without a page are no tries of its scripts: after them a page is read twice more, too', async () => {
  answer = (_, response) => void response.writeHead(503).end();
  for (let failed = 0; failed < 3; failed += 1) {
    await look();
    now = (await store.liveBuilds.looks())?.nextAt ?? 0;
  }
  const [gone] = [...livePage(resolveSurface(older)).scripts.keys()];
  answer = ofBuild(older, (path) => (path === gone ? (_, to) => void to.writeHead(404).end() : undefined));
  expect(await look()).toMatchObject({ kind: 'failed', trouble: expect.stringContaining('completely') });
  now = (await store.liveBuilds.looks())?.nextAt ?? 0;
  answer = ofBuild(older);
  expect(findingOf(await look()).capture).toMatchObject({ complete: true });
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

test('a saved page is apart from the live site: it neither goes on with its build nor counts as seen there', async () => {
  answer = ofBuild(older);
  const stop = new AbortController();
  const trials = {
    replay: async () => {
      stop.abort();
      return tried;
    },
    attemptLive: async () => tried,
  };
  expect(await look({ trials, signal: stop.signal })).toEqual({ kind: 'stopped' });
  expect(await look({ pace: null, builds: store.savedBuilds })).toMatchObject({
    kind: 'found',
    build: { build: older },
  });
  expect(await store.liveBuilds.newest(9)).toMatchObject([{ build: older, step: 'compared' }]);
  answer = ofBuild(newer);
  expect(await look()).toMatchObject({ kind: 'found', build: { build: older } });
  now += hour;
  const found = findingOf(await look());
  expect([found.build, found.before]).toEqual([newer, older]);
  expect((await store.savedBuilds.newest(9)).map(({ build }) => build)).toEqual([older]);
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

test('a look that is stopped while the site answers is no failed look, and the next one asks the site at once', async () => {
  const stop = new AbortController();
  answer = () => stop.abort();
  expect(await look({}, site.address, stop.signal)).toEqual({ kind: 'stopped' });
  expect(await store.liveBuilds.looks()).toBeNull();
  answer = ofBuild(older);
  expect(await look()).toMatchObject({ kind: 'found' });
});

test('a version that cannot be read is named in the finding, and the others are checked', async () => {
  answer = ofBuild(older);
  const unread = [{ library: '9.9.9', why: 'it is not on npm' }];
  const { versions } = await optionsOf();
  const finding = findingOf(await look({ versions: async (takes) => ({ ...(await versions(takes)), unread }) }));
  expect(finding).toMatchObject({ unread, versions: [{ library: '0.0.1' }] });
});

test('versions that cannot be had at this moment are asked for twice more, and are then left out', async () => {
  answer = ofBuild(older);
  const asked: boolean[] = [];
  const versions: LookOptions['versions'] = async (takesIncomplete) => {
    asked.push(takesIncomplete);
    if (!takesIncomplete) throw new TroubleError('npm cannot be reached');
    return { read: [], unread: [{ library: '9.9.9', why: 'npm cannot be reached' }] };
  };
  for (let tries = 0; tries < 2; tries += 1) {
    expect(await look({ versions })).toMatchObject({ kind: 'failed', trouble: 'npm cannot be reached' });
    now += hour;
  }
  expect(findingOf(await look({ versions })).unread).toHaveLength(1);
  expect(asked).toEqual([false, false, true]);
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
    expect(await store.liveBuilds.notNotified(0)).toEqual([]);
    requests = [];
    const found = await look({ trials });
    expect(requests).toEqual([]);
    expect(made).toEqual(
      step === 'replay' ? ['replay', 'replay', 'attemptLive'] : ['replay', 'attemptLive', 'attemptLive'],
    );
    expect(found).toMatchObject({ kind: 'found', build: { finding: { live: { run: 'run-3' } } } });
    expect(await store.liveBuilds.notNotified(0)).toHaveLength(1);
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
  expect(await store.liveBuilds.notNotified(0)).toHaveLength(1);
});

test.each(['replica', 'live'] as const)(
  'what passed on the %s with the build before and does not with this one is worse',
  async (on) => {
    const flow = (passed: number): Tried => ({
      ...tried,
      flows: [
        { library: '0.0.1', flow: 'qr-to-ready', passed, failed: 1 - passed, spoiled: 0, code: null, cause: null },
      ],
    });
    const replaying = (passed: number) => ({
      trials: {
        replay: async () => flow(on === 'replica' ? passed : 1),
        attemptLive: async () => flow(on === 'live' ? passed : 1),
      },
    });
    answer = ofBuild(older);
    expect(findingOf(await look(replaying(1))).worse).toEqual([]);
    answer = ofBuild(newer);
    now += hour;
    const finding = findingOf(await look(replaying(0)));
    expect(finding.worse).toEqual([{ library: '0.0.1', flow: 'qr-to-ready', on }]);
    expect([takesSomething(finding), findingMark(finding, true).outcome]).toEqual([true, 'failed']);
  },
);

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
