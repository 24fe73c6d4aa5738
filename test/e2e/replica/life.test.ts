import type { Browser as Chromium, Page } from 'puppeteer-core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { resolveSurface } from '../../../src/replica/builds/resolve-surface.ts';
import { type Replica, startReplica } from '../../../src/replica/start-replica.ts';
import { temporaryFolder } from '../../temporary-folder.ts';
import { openInBrowser } from './page-in-browser.ts';

let userDataDir: string;
let replica: Replica;
let chromium: Chromium;
let page: Page;
let phone: string;

const builds = { reloads: '2.3000.1032534684', postLogout: '2.3000.1044822804' };

async function openPage(): Promise<void> {
  ({ chromium, page } = await openInBrowser(replica, { userDataDir }));
}

async function link(build: string, conditions: string[] = []): Promise<void> {
  replica = await startReplica({ build, conditions });
  phone = replica.phones.create('12025550160').id;
  await openPage();
  await scan();
}

async function scan(): Promise<void> {
  const ref = await page.waitForSelector('div[data-ref]').then((node) => node?.evaluate((div) => div.dataset.ref));
  await replica.phones.scan(phone, ref as string);
  await linked();
}

/** The chat list is there: the first sync is done. */
const linked = () => page.waitForSelector(`[data-icon="${resolveSurface(replica.build).behaviours.searchIcon}"]`);
const state = () => page.evaluate(`require('WAWebSocketModel').Socket.state`);
const stored = () => page.evaluate(`Object.keys(localStorage).sort()`);

beforeEach(() => {
  userDataDir = temporaryFolder();
});
afterEach(async () => {
  await chromium?.close();
  await replica?.close();
});

test('a profile that was linked is connected without a QR code, and has what was written before and meanwhile', async () => {
  await link(builds.reloads);
  replica.phones.send(phone, { body: 'before' });
  await expect.poll(() => replica.phones.get(phone).sent[0]?.ack).toBe(2);
  await chromium.close();
  replica.phones.send(phone, { body: 'meanwhile' });
  await openPage();
  await linked();
  expect(await state()).toBe('CONNECTED');
  expect(await page.evaluate(`require('WAWebCollections').Msg.getModelsArray().map((msg) => msg.body)`)).toEqual([
    'before',
    'meanwhile',
  ]);
  expect(await page.evaluate(`require('WAWebCollections').Chat.getModelsArray()[0].unreadCount`)).toBe(2);
  expect(replica.phones.get(phone).devices).toHaveLength(1);
});

test('a device that the phone removed while it was away ends at a QR code', async () => {
  await link(builds.reloads);
  await chromium.close();
  replica.phones.unlink(phone);
  await openPage();
  await page.waitForSelector('div[data-ref] canvas');
  expect(await stored()).toEqual([]);
});

test.each([
  ['reloads', builds.reloads, ''],
  ['goes to post_logout', builds.postLogout, '?post_logout=1'],
])('a logout %s on %s, clears the storages, and the same number can be linked again', async (_how, build, search) => {
  await link(build);
  expect(await stored()).toEqual(['WALid', 'WANoiseInfo', 'last-wid-md', 'me-display-name']);
  await Promise.all([page.waitForNavigation(), page.evaluate(`require('WAWebSocketModel').Socket.logout()`)]);
  expect(new URL(page.url()).search).toBe(search);
  expect(replica.phones.get(phone).devices).toEqual([]);
  expect(await stored()).toEqual([]);
  await scan();
  expect(replica.phones.get(phone).devices).toMatchObject([{ id: 2, connected: true }]);
});

test('without a scan: six refs, then idle with a retry button, which starts over', async () => {
  replica = await startReplica({ build: builds.reloads, timeScale: 0.005 });
  await openPage();
  const seen = await page.evaluate(`new Promise((done) => {
    const { Conn } = require('WAWebConnModel'), { Socket } = require('WAWebSocketModel');
    const refs = [Conn.ref];
    Conn.on('change:ref', (_, ref) => refs.push(ref));
    Socket.on('change:state', (_, state) => state === 'UNPAIRED_IDLE' && done(refs.filter(Boolean).length));
  })`);
  expect(seen).toBe(6);
  await page.click('div[data-ref] > span > button');
  await page.waitForSelector('div[data-ref] canvas');
  expect(await state()).toBe('UNPAIRED');
});

test('states come in the order of the real page, change:ref before UNPAIRED, hasSynced after CONNECTED', async () => {
  replica = await startReplica({ build: builds.reloads });
  phone = replica.phones.create('12025550161').id;
  ({ chromium, page } = await openInBrowser(replica, { userDataDir }));
  await page.evaluateOnNewDocument(`
    let version;
    Object.defineProperty(window, 'Debug', { get: () => version, set: (value) => {
      version = value;
      const { Socket } = require('WAWebSocketModel');
      window.seen = [Socket.state];
      Socket.on('change:state', (_, state) => seen.push(state));
      Socket.on('change:hasSynced', (_, synced) => seen.push('hasSynced ' + synced));
      require('WAWebConnModel').Conn.on('change:ref', () => seen.push('change:ref'));
    } });`);
  await page.reload();
  await scan();
  expect(await page.evaluate('seen')).toEqual([
    'UNLAUNCHED',
    'OPENING',
    'PAIRING',
    'change:ref',
    'UNPAIRED',
    'OPENING',
    'PAIRING',
    'CONNECTED',
    'hasSynced true',
  ]);
});

test('conditions of the page: late modules and a throwing require', async () => {
  await link(builds.reloads, ['lazy-modules', 'throwing-require']);
  expect(
    await page.evaluate(
      `(() => { try { return String(require('NoSuchModule')) } catch (error) { return error.message } })()`,
    ),
  ).toBe('Requiring unknown module "NoSuchModule"');
  expect(await page.evaluate(`'WAWebSetPushnameConnAction' in require('__debug').modulesMap`)).toBe(false);
});
