import { once } from 'node:events';
import { createServer as createSocketServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import type { BrowserContext, Browser as Chromium, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { ApiKeys } from '../../../src/service/http/keys/api-keys.ts';
import { createServer } from '../../../src/service/http/server.ts';
import type { Service } from '../../../src/service/instance/service.ts';
import { openViewer } from '../../support/open-viewer.ts';
import { silentHosts } from '../../support/silent-host.ts';
import { startTestService } from '../../support/test-service.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

/** What the console says and does, with one service whose sessions do nothing. Each test has a workspace of its own. */

let viewer: Chromium;
let context: BrowserContext;
let page: Page;
let service: Service;
let app: FastifyInstance;
let origin: string;
let port = 0;
let key: string;
let workspace: string;
let account: string;
let number = 15550800000;
const database = `sqlite:${join(temporaryFolder(), 'store.sqlite')}`;
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

const useKey = (text: string) =>
  context.addInitScript((text) => sessionStorage.setItem('wwebjs-canary-key', text), text);

beforeAll(async () => {
  viewer = await openViewer();
  await serve();
  ({ key } = await new ApiKeys(service.database).create('test', 'admin'));
});
afterAll(async () => {
  await viewer.close();
  await fall();
});

beforeEach(async () => {
  ({ id: workspace } = await ask('POST', '/v1/workspaces', { name: 'Berlin' }));
  ({ id: account } = await ask('POST', `/v1/workspaces/${workspace}/accounts`, {}));
  context = await viewer.newContext({ viewport: { width: 360, height: 740 } });
  context.setDefaultTimeout(30_000);
  page = await context.newPage();
  page.on('pageerror', (error) => errors.push(String(error)));
});
afterEach(async () => {
  await context.close();
  expect(errors.splice(0)).toEqual([]);
});

const notAnswered = /^The service has not answered since \d/;

test('every live page reports an instance that died or answers nothing as silent, in view, until it answers again', async () => {
  await useKey(key);
  const addresses = [`#/w/${workspace}/a/${account}`, `#/w/${workspace}`, '#/rollouts', '#/'];
  const pages = await Promise.all(addresses.map(() => context.newPage()));
  const all = (look: (page: Page, address: string) => Promise<unknown>) =>
    Promise.all(pages.map((page, i) => look(page, addresses[i] as string)));
  const silent = (page: Page) => page.getByRole('alert').getByText(notAnswered);
  await all((page) => page.clock.install());
  await all((page, address) => page.goto(`${origin}/${address}`));
  await all((page) => page.getByRole('heading', { level: 1 }).waitFor());
  await fall();
  await all((page) => silent(page).waitFor());
  await serve();
  await all((page) => silent(page).waitFor({ state: 'detached' }));
  await fall();
  // It accepts connections, and that is all.
  const sockets: Socket[] = [];
  const frozen = createSocketServer((socket) => sockets.push(socket.on('error', () => {}))).listen(port, '127.0.0.1');
  await once(frozen, 'listening');
  await all(async (page) => {
    while ((await silent(page).count()) === 0) await page.clock.fastForward(5_000);
    await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
    const { y } = (await silent(page).boundingBox()) ?? {};
    expect(y, 'the line stays in view').toBeGreaterThanOrEqual(0);
  });
  frozen.close();
  for (const socket of sockets) socket.destroy();
  await serve();
  await all((page) => silent(page).waitFor({ state: 'detached' }));
});

test('lists are live: an account and a rollout from another client appear by themselves, and an instance drains', async () => {
  await useKey(key);
  await page.goto(`${origin}/#/w/${workspace}`);
  await page.getByRole('link', { name: 'not known yet' }).focus();
  await ask('POST', `/v1/workspaces/${workspace}/accounts`, { phone: '15550800002' });
  await page.getByRole('link', { name: '+15550800002' }).waitFor();
  const focused = await page.evaluate(() => document.activeElement?.textContent);
  expect(focused, 'the focus stays where it was').toBe('not known yet');
  await page.goto(`${origin}/#/rollouts`);
  await page.getByText('There was none yet.').first().waitFor();
  const { id } = await ask('POST', '/v1/rollouts', { baseline: '1.34.7', candidate: '1.34.6' });
  await page.getByRole('heading', { name: 'From 1.34.7 to 1.34.6: 1 %' }).waitFor();
  await page.goto(`${origin}/#/`);
  await page.getByRole('link', { name: 'From 1.34.7 to 1.34.6: 1 %' }).waitFor();
  await page.getByRole('button', { name: 'Roll back' }).click();
  await page.getByText('None is active.').waitFor();
  await page.getByRole('button', { name: 'Drain', exact: true }).click();
  await page.getByText('draining').waitFor();
  await page.getByRole('button', { name: 'End the drain' }).click();
  await page.getByRole('button', { name: 'Drain', exact: true }).waitFor();
  expect((await ask('GET', `/v1/rollouts/${id}`)) as object).toMatchObject({ state: 'rolled_back' });
});

test('a list is filtered, sorted and counted by the address, and a filter keeps the focus', async () => {
  const numbers = [++number, ++number, ++number].map(String);
  for (const phone of numbers) await ask('POST', `/v1/workspaces/${workspace}/accounts`, { phone });
  const failed = { status: 'failed', status_cause: 'unlinked' } as const;
  const { kysely } = service.database;
  await kysely.updateTable('whatsapp_accounts').set(failed).where('phone', '=', String(numbers[0])).execute();
  await useKey(key);
  await page.goto(`${origin}/#/w/${workspace}`);
  const links = page.getByRole('table').getByRole('link', { name: /^(\+\d+|not known yet)$/ });
  await expect.poll(() => links.count()).toBe(4);
  const filter = page.getByRole('list', { name: 'Filter by status' });
  await expect.poll(() => filter.textContent()).toMatch(/^4 all3 qr scanning.*1 failed/);
  await filter.getByRole('link', { name: 'failed' }).focus();
  await page.keyboard.press('Enter');
  await expect.poll(() => links.allInnerTexts()).toEqual([`+${numbers[0]}`]);
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('1 failed');
  await filter.getByRole('link', { name: 'all' }).click();
  await page.getByRole('searchbox', { name: 'Number' }).fill(`+${String(numbers[1])}`);
  await page.keyboard.press('Enter');
  await expect.poll(() => links.allInnerTexts()).toEqual([`+${numbers[1]}`]);
  await page.goto(`${origin}/#/w/${workspace}?sort=phone&order=descending`);
  await expect
    .poll(() => links.allInnerTexts())
    .toEqual([...numbers.toReversed().map((phone) => `+${phone}`), 'not known yet']);
});

test('what needs a person is on the first page with the button that resolves it', async () => {
  const { kysely } = service.database;
  const waits = {
    attention_code: 'page-hung',
    attention_at: Date.now() - 60_000,
    lease_owner: null,
    lease_expires_at: 0,
  };
  await kysely.updateTable('sessions').set(waits).where('account_id', '=', account).execute();
  await useKey(key);
  await page.goto(`${origin}/`);
  const failures = page.getByRole('table', { name: 'Sessions that keep failing' });
  await failures.getByText('page-hung').waitFor();
  await failures.getByRole('button', { name: 'Restore 1' }).click();
  await page.getByText('Nothing waits for a person.').waitFor();
  const { attention_code } = await kysely
    .selectFrom('sessions')
    .select('attention_code')
    .where('account_id', '=', account)
    .executeTakeFirstOrThrow();
  expect(attention_code).toBeNull();
});

test('one button restores what waits for a person, whatever it failed with', async () => {
  const { kysely } = service.database;
  const [first, second] = await kysely.selectFrom('sessions').select('id').where('wanted', '=', 1).limit(2).execute();
  const codes = { [String(first?.id)]: 'page-hung', [String(second?.id)]: 'proxy-refused' };
  const waits = { attention_at: Date.now() - 60_000, lease_owner: null, lease_expires_at: 0 };
  for (const [id, attention_code] of Object.entries(codes))
    await kysely
      .updateTable('sessions')
      .set({ ...waits, attention_code })
      .where('id', '=', id)
      .execute();
  await useKey(key);
  await page.goto(`${origin}/`);
  await page.getByRole('button', { name: 'Restore all 2' }).click();
  await page.getByText('2 sessions may start now.').or(page.getByText('Nothing waits for a person.')).first().waitFor();
  const waiting = kysely.selectFrom('sessions').select('id').where('attention_code', 'is not', null);
  await expect.poll(() => waiting.execute()).toEqual([]);
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
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Next step');
  const steps = await page.getByRole('article').first().locator('ol').first().locator('li').allInnerTexts();
  expect(steps.map((step) => / (\d+) %/.exec(step)?.[1])).toEqual(['1', '5', '25']);
  await page.getByRole('button', { name: 'Roll back' }).click();
  await page.getByRole('heading', { name: '0 % (rolled back)' }).first().waitFor();
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
  await page.getByRole('heading', { name: ': 5 %' }).waitFor();
  await page.getByRole('alert').getByText('The rollout has moved since this decision').waitFor();
  await page.unroute('**/v1/rollouts');
  await ask('POST', `/v1/rollouts/${id}/rollback`);
});

test('a double click on "Link a number" makes one account, by pairing code where that is chosen', async () => {
  await useKey(key);
  await page.goto(`${origin}/#/w/${workspace}`);
  const form = page.getByRole('form', { name: 'Link a number' });
  await form.getByLabel('Number').fill('+1 555 080-0077');
  await form.getByLabel('by pairing code').check();
  await form.getByLabel('Version').fill('1.34.6');
  await page.getByRole('button', { name: 'Link a number' }).dblclick();
  await page.getByRole('heading', { name: '+15550800077' }).waitFor();
  const { items } = (await ask('GET', `/v1/workspaces/${workspace}/accounts?phone=15550800077`)) as unknown as {
    items: { libraryPin: string }[];
  };
  expect(items).toMatchObject([{ libraryPin: '1.34.6' }]);
  const pairing = service.database.kysely.selectFrom('pairing_links').selectAll();
  expect(await pairing.execute()).toHaveLength(1);
});

test('webhooks, keys and quotas of a workspace are made and removed, and secrets are shown once', async () => {
  await useKey(key);
  page.on('dialog', (dialog) => dialog.accept());
  await page.goto(`${origin}/#/w/${workspace}/settings`);
  await page.getByLabel('Address').fill('https://example.org/hook');
  await page.getByRole('button', { name: 'Register' }).click();
  await page.getByText(/whsec_[0-9a-f]{64}/).waitFor();
  const keys = page.getByRole('form', { name: 'Make a key' });
  await keys.getByLabel('Name').fill('nightly');
  await keys.getByLabel('Scope').selectOption('link');
  await keys.getByRole('button').click();
  const [, made = ''] =
    /(wwc_\w+)/.exec((await page.getByText(/wwc_[0-9a-f]{12}_[0-9a-f]{64}/).textContent()) ?? '') ?? [];
  expect((await new ApiKeys(service.database).find(made)) as object).toMatchObject({ scope: 'link', workspace });
  await page.getByLabel('Requests a minute').fill('1000');
  await page.getByRole('form', { name: 'Quotas' }).getByRole('button').click();
  await page.getByText('The quotas are set.').waitFor();
  expect(await ask('GET', `/v1/workspaces/${workspace}`)).toMatchObject({
    quotas: { callsPerMinute: 1_000, accounts: null },
  });
  await page.reload();
  await page.getByRole('heading', { name: 'https://example.org/hook' }).waitFor();
  expect(await page.getByText(/whsec_|wwc_/).count()).toBe(0);
  await page.getByRole('row', { name: 'nightly' }).getByRole('button', { name: 'Revoke' }).click();
  await page.getByRole('row', { name: 'nightly' }).getByText('expired').waitFor();
  await page.getByRole('button', { name: 'Delete' }).click();
  await page.getByText('There is none yet.').waitFor();
});

test('a missing key, a wrong key and one that may only read have each their message, and another key can be used', async () => {
  const reader = await new ApiKeys(service.database).create('reader', 'read');
  let asked = 0;
  page.on('request', (request) => request.url().endsWith('/link/events') && asked++);
  const use = async (text: string) => {
    await page.getByLabel('API key').fill(text);
    await page.keyboard.press('Enter');
  };
  await page.goto(`${origin}/#/w/${workspace}/a/${account}`);
  await page.getByText('The service asks for an API key.').waitFor();
  await use(`${reader.key.slice(0, -1)}${reader.key.endsWith('0') ? 1 : 0}`);
  await page.getByText('There is no such API key.').waitFor();
  await use(reader.key);
  await page.getByRole('alert').getByText('This key may read, but not link').waitFor();
  await sleep(4_000);
  expect(asked).toBe(1);
  await page.getByRole('button', { name: 'Use another key' }).click();
  await use(key);
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
  await service.database.kysely.updateTable('whatsapp_accounts').set(wide).where('id', '=', account).execute();
  await ask('POST', `/v1/workspaces/${workspace}/webhooks`, { url: `https://example.org/${'long'.repeat(20)}` });
  for (const [address, title] of [
    [`#/w/${workspace}/a/${account}`, 'A number that is being linked'],
    [`#/w/${workspace}`, 'Berlin'],
    [`#/w/${workspace}/settings`, 'Webhooks, keys and quotas of Berlin'],
    ['#/workspaces', 'Workspaces'],
    ['#/rollouts', 'Rollouts'],
    ['#/matrix', 'Matrix'],
    ['#/', 'Overview'],
  ]) {
    await page.goto(`${origin}/${address}`);
    await expect.poll(() => page.title()).toBe(`${title} · wwebjs-canary`);
    await expect.poll(() => page.getByText('Loading …').count()).toBe(0);
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(width, address).toBeLessThanOrEqual(360);
  }
  await page.goto(`${origin}/#/w/%E0%A4%A/a`);
  await page.getByRole('alert').getByText('The address of this page is damaged').waitFor();
});
