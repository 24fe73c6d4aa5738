import type { Browser as Chromium, Page } from 'puppeteer-core';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import type { AttemptEvent } from '../../../src/contracts/attempt.ts';
import { LiveWatch } from '../../../src/host/child/live-watch.ts';
import { watchPage } from '../../../src/host/child/watch-page.ts';
import { eventOfFailure } from '../../../src/live/attempt-history.ts';
import { type PoolEventKind, refusalOf } from '../../../src/live/limits.ts';
import { hourMs, readLivePolicy } from '../../../src/live/live-policy.ts';
import { type Replica, startReplica } from '../../../src/replica/start-replica.ts';
import { judgeLive, restrictions, serversWord } from '../../../src/runner/judge-live.ts';
import { openInBrowser } from '../replica/page-in-browser.ts';

const build = '2.3000.1044822804';
const number = '15550100122';
let replica: Replica;
let chromium: Chromium;
let page: Page;
let events: AttemptEvent[] = [];

/** Resolves when the page has synced; its phone links it where it has to. */
const synced = () => page.waitForFunction(`require('WAWebSocketModel').Socket.hasSynced`);

beforeAll(async () => {
  replica = await startReplica({
    build,
    liveScripts: true,
    autoScan: number,
    switches: { 'whats-new-dialog': 'true' },
  });
  ({ chromium, page } = await openInBrowser(replica));
  const report = (event: object) => void events.push({ at: 0, ...event } as AttemptEvent);
  watchPage(page as never, report);
  new LiveWatch(report).follow(page as never);
  await page.reload();
  await synced();
});
afterAll(async () => {
  await chromium.close();
  await replica.close();
});

interface Word {
  /** The condition of the site, and when it is put on. */
  condition: [name: string, options?: Record<string, number>];
  at: 'login' | 'online' | 'link';
  /** How an attempt ends without the word. */
  seen?: 'send-failed';
  said: string;
  needsPerson?: true;
  /** What the history of the account gets, and for how many hours it rests by that. */
  history: PoolEventKind;
  hours: number;
}

/** Those that leave the device linked come first; the last one needs one that is not linked. Other words: live-site.test.ts, live-flows.test.ts. */
const words: Record<string, Word> = {
  'a ban for a time (402)': {
    ...{ condition: ['temporary-ban', { hours: 48 }], at: 'login' },
    ...{ said: 'account-banned', history: 'temporary-ban', hours: 72 },
  },
  'a restriction of new chats': {
    ...{ condition: ['reachout-timelock', { hours: 5 }], at: 'login', seen: 'send-failed' },
    ...{ said: 'account-restricted', history: 'restricted', hours: 29 },
  },
  'terms that a person has to accept': {
    ...{ condition: ['tos-block', { afterSeconds: 0 }], at: 'login' },
    ...{ said: 'account-restricted', needsPerson: true, history: 'restricted', hours: 24 },
  },
  'a lock of the account (403)': {
    ...{ condition: ['account-locked'], at: 'login' },
    ...{ said: 'account-restricted', needsPerson: true, history: 'restricted', hours: 24 },
  },
  'a device that is removed while it is online': {
    ...{ condition: ['device-removed', { afterSeconds: 0 }], at: 'online' },
    ...{ said: 'logged-out', needsPerson: true, history: 'removed', hours: 24 },
  },
  'the removal of a new device whose dialog was left open': {
    ...{ condition: ['unclosed-dialog', { seconds: 0.3 }], at: 'link' },
    ...{ said: 'logged-out', needsPerson: true, history: 'removed', hours: 24 },
  },
};

/** What a host asks a page at the end of an attempt. */
async function socket(): Promise<AttemptEvent> {
  const state = await page.evaluate(`require('WAWebSocketModel').Socket.state`).catch(() => null);
  return { at: 0, type: 'harness:socket', detail: { state, wid: null } };
}

test.each(Object.entries(words))('%s is read in the page, and counts for no version', async (_what, word) => {
  const [condition, options] = word.condition;
  await page.goto(word.at === 'online' ? replica.url : 'about:blank');
  if (word.at === 'online') await synced();
  events = [];
  replica.setCondition(condition, true, options);
  onTestFinished(() => replica.setCondition(condition, false));
  if (word.at !== 'online') await page.goto(replica.url);
  const heard = await vi.waitFor(
    async () => {
      const all = [...events, await socket()];
      // An address that names the reason of a logout follows the logout.
      expect((serversWord(all) ?? restrictions(all)[0])?.said).toBe(word.said);
      return all;
    },
    { timeout: 10_000, interval: 50 },
  );
  const judged = { code: word.said, blame: 'account', outcome: 'infra' } as const;
  const { seen = 'no-ready', history, hours } = word;
  expect(judgeLive(seen, heard)).toMatchObject(judged);
  const [lock] = restrictions(heard);
  const said = serversWord(heard) ?? lock;
  expect(said).toMatchObject({ place: 0, said: word.said, needsPerson: word.needsPerson ?? false });
  const kind = lock ? 'restricted' : eventOfFailure({ ...judged, events: heard } as never, 'restore');
  expect(kind).toBe(history);
  const account = { account: 'anna', number };
  const now = Date.now();
  const entry = { ...account, kind: history, at: now, until: said?.until ?? null };
  const refusal = refusalOf(readLivePolicy(), [entry], { ...account, kind: 'restore' }, now);
  expect(((refusal?.until ?? 0) - now) / hourMs).toBeCloseTo(hours, 1);
});
