import { once } from 'node:events';
import { createServer as createSocketServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import type { Browser as Chromium, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { ApiKeys } from '../../../src/service/http/keys/api-keys.ts';
import { createServer } from '../../../src/service/http/server.ts';
import type { Service } from '../../../src/service/instance/service.ts';
import { openViewer } from '../../support/open-viewer.ts';
import { silentHosts } from '../../support/silent-host.ts';
import { startTestService } from '../../support/test-service.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

/** What the console says when it cannot know, with a service whose sessions do nothing. */

let viewer: Chromium;
let page: Page;
let service: Service;
let app: FastifyInstance;
let origin: string;
let port: number;
let database: string;
let key: string;
let workspace: string;
let account: string;
const errors: string[] = [];

async function serve(): Promise<void> {
  ({ service } = await startTestService({ database, openHost: silentHosts, deadlines: { linkMs: 120_000 } }));
  app = createServer({
    service,
    version: '0.0.0',
    open: true,
    onTrouble: (_, { cause }) => errors.push(String(cause)),
  });
  await app.listen({ host: '127.0.0.1', port });
  port = (app.server.address() as { port: number }).port;
  origin = `http://127.0.0.1:${port}`;
}

/** Ends like a killed process: without a word to any client. */
async function fall(): Promise<void> {
  app.server.closeAllConnections();
  await Promise.all([app.close(), service.stop()]);
}

const ask = async (method: string, path: string, body?: object) => {
  const headers = { authorization: `Bearer ${key}`, ...(body && { 'content-type': 'application/json' }) };
  const answer = await fetch(`${origin}${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) });
  if (!answer.ok) throw new Error(await answer.text());
  return (await answer.json()) as { id: string };
};

const useKey = (text: string) => page.addInitScript((text) => sessionStorage.setItem('wwebjs-canary-key', text), text);

beforeAll(async () => {
  viewer = await openViewer();
});
afterAll(() => viewer.close());

beforeEach(async () => {
  port = 0;
  database = `sqlite:${join(temporaryFolder(), 'store.sqlite')}`;
  await serve();
  ({ key } = await new ApiKeys(service.database).create('test', 'admin'));
  ({ id: workspace } = await ask('POST', '/v1/workspaces', { name: 'Berlin' }));
  ({ id: account } = await ask('POST', `/v1/workspaces/${workspace}/accounts`, {}));
  page = await viewer.newPage({ viewport: { width: 360, height: 740 } });
  page.setDefaultTimeout(30_000);
  page.on('pageerror', (error) => errors.push(String(error)));
});
afterEach(async () => {
  await page.close();
  await fall();
  expect(errors.splice(0)).toEqual([]);
});

const notAnswered = /^The service has not answered since \d/;

test('every live page reports an instance that died as silent, until it answers again', async () => {
  const addresses = [`#/w/${workspace}/a/${account}`, `#/w/${workspace}`, '#/rollouts'];
  const context = await viewer.newContext();
  await context.addInitScript((text) => sessionStorage.setItem('wwebjs-canary-key', text), key);
  const pages = await Promise.all(addresses.map(() => context.newPage()));
  const all = (look: (page: Page, address: string) => Promise<unknown>) =>
    Promise.all(pages.map((page, i) => look(page, addresses[i] as string)));
  await all((page, address) => page.goto(`${origin}/${address}`));
  await all((page) => page.getByRole('heading', { level: 1 }).waitFor());
  await fall();
  await all((page) => page.getByRole('alert').getByText(notAnswered).waitFor());
  await serve();
  await all((page) => page.getByText(notAnswered).waitFor({ state: 'detached' }));
  await context.close();
});

test('an instance that accepts connections and answers nothing is reported as silent', async () => {
  await useKey(key);
  await page.goto(`${origin}/#/rollouts`);
  await page.getByRole('heading', { name: 'Rollouts' }).waitFor();
  await fall();
  const frozen = createSocketServer((socket) => socket.on('error', () => {})).listen(port, '127.0.0.1');
  await once(frozen, 'listening');
  await page.getByText(notAnswered).waitFor();
  frozen.close();
  await serve();
  await page.getByText(notAnswered).waitFor({ state: 'detached' });
});

test('lists are live: an account and a rollout from another client appear by themselves', async () => {
  await useKey(key);
  await page.goto(`${origin}/#/w/${workspace}`);
  await page.getByRole('link', { name: 'not known yet' }).focus();
  await ask('POST', `/v1/workspaces/${workspace}/accounts`, { phone: '15550800002' });
  await page.getByRole('link', { name: '+15550800002' }).waitFor();
  const focused = await page.evaluate(() => document.activeElement?.textContent);
  expect(focused, 'the focus stays where it was').toBe('not known yet');
  await page.goto(`${origin}/#/rollouts`);
  await page.getByText('There was none yet.').first().waitFor();
  await ask('POST', '/v1/rollouts', { baseline: '1.34.7', candidate: '1.34.6' });
  await page.getByRole('heading', { name: '1.34.7 → 1.34.6: 1 %' }).waitFor();
});

test('a double click and a held key are one press, and a button waits for its request', async () => {
  await useKey(key);
  await ask('POST', '/v1/rollouts', { baseline: '1.34.7', candidate: '1.34.6' });
  await page.goto(`${origin}/#/rollouts`);
  const next = page.getByRole('button', { name: 'Next step' });
  await next.dblclick();
  await page.getByRole('heading', { name: ': 5 %' }).waitFor();
  await page.route('**/advance', async (route) => {
    await sleep(1_000);
    await route.continue();
  });
  await next.focus();
  await page.keyboard.down('Enter');
  for (let repeats = 0; repeats < 10; repeats++) await page.keyboard.down('Enter');
  expect(await next.isDisabled()).toBe(true);
  await page.getByRole('heading', { name: ': 25 %' }).waitFor();
  for (let repeats = 0; repeats < 10; repeats++) await page.keyboard.down('Enter');
  await page.keyboard.up('Enter');
  await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe('Next step');
  const steps = await page.getByRole('article').locator('ol').first().locator('li').allInnerTexts();
  expect(steps.map((step) => / (\d+) %/.exec(step)?.[1])).toEqual(['1', '5', '25']);
});

test('"Next step" goes on from the percent that is on the screen, or not at all', async () => {
  await useKey(key);
  const { id } = await ask('POST', '/v1/rollouts', { baseline: '1.34.7', candidate: '1.34.6' });
  await page.goto(`${origin}/#/rollouts`);
  await page.getByRole('heading', { name: ': 1 %' }).waitFor();
  // The page has not heard of it yet.
  await page.route('**/v1/rollouts', async (route) => {
    await sleep(2_000);
    await route.continue();
  });
  await ask('POST', `/v1/rollouts/${id}/advance`);
  await page.getByRole('button', { name: 'Next step' }).click();
  await page.getByRole('alert').getByText('The rollout has moved since this decision').waitFor();
  await page.getByRole('heading', { name: ': 5 %' }).waitFor();
  await page.getByText('The rollout has moved since this decision').waitFor();
});

test('a double click on "Link a number" makes one account', async () => {
  await useKey(key);
  await page.goto(`${origin}/#/w/${workspace}`);
  await page.getByRole('button', { name: 'Link a number' }).dblclick();
  await page.getByRole('heading', { name: 'A number that is being linked' }).waitFor();
  const { items } = (await ask('GET', `/v1/workspaces/${workspace}/accounts`)) as unknown as { items: object[] };
  expect(items, 'with the account of before').toHaveLength(2);
});

test('a key that may only read gets a note in place of a code, once, and another key can be used', async () => {
  const reader = await new ApiKeys(service.database).create('reader', 'read');
  let asked = 0;
  page.on('request', (request) => request.url().endsWith('/link/events') && asked++);
  await page.goto(`${origin}/#/w/${workspace}/a/${account}`);
  await page.getByLabel('API key').fill(reader.key);
  await page.keyboard.press('Enter');
  await page.getByRole('alert').getByText('This key may read, but not link').waitFor();
  await sleep(4_000);
  expect(asked).toBe(1);
  await page.getByRole('button', { name: 'Use another key' }).click();
  await page.getByLabel('API key').fill(key);
  await page.keyboard.press('Enter');
  await page.getByRole('status').getByText('qr scanning').waitFor();
  await expect.poll(() => asked).toBe(2);
  await page.getByText('This key may read').waitFor({ state: 'detached' });
});

test('a key that ends while the page is open is asked for again', async () => {
  const ending = await new ApiKeys(service.database).create('ending', 'read');
  await useKey(ending.key);
  await page.goto(`${origin}/#/w/${workspace}`);
  await page.getByRole('heading', { name: 'Berlin' }).waitFor();
  await new ApiKeys(service.database).revoke(ending.id);
  await page.getByLabel('API key').waitFor();
  await page.getByText('The API key has expired.').waitFor();
});

test('every view fits a phone of 360 px and names its tab; a damaged address is reported', async () => {
  await useKey(key);
  // The longest words that a history has.
  const wide = { status: 'failed', status_cause: 'authenticated-timeout', build: '2.3000.1032534684' } as const;
  await service.database.kysely.updateTable('whatsapp_accounts').set(wide).execute();
  for (const [address, title] of [
    [`#/w/${workspace}/a/${account}`, 'A number that is being linked'],
    [`#/w/${workspace}`, 'Berlin'],
    ['#/rollouts', 'Rollouts'],
    ['#/', 'Workspaces'],
  ]) {
    await page.goto(`${origin}/${address}`);
    await expect.poll(() => page.title()).toBe(`${title} · wwebjs-canary`);
    const width = await page.evaluate(() => document.querySelector('main')?.scrollWidth);
    expect(width, address).toBeLessThanOrEqual(360);
  }
  await page.goto(`${origin}/#/w/%E0%A4%A/a`);
  await page.getByRole('alert').getByText('The address of this page is damaged').waitFor();
  expect(await page.locator('main').getAttribute('aria-busy')).toBe('false');
});
