import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { HtmlReporter } from '../../../src/report/html-reporter.ts';
import { storeSource } from '../../../src/report/report-source.ts';
import { createServer } from '../../../src/service/http/server.ts';
import type { ServiceDatabase } from '../../../src/service/tables.ts';
import { openStore } from '../../../src/store/open-store.ts';
import { StoreRecorder } from '../../../src/store/store-recorder.ts';
import { cli } from '../../cli/cli.ts';
import { exampleHistory, newerBuild } from '../../fixtures/example-history.ts';
import { exampleRun, failedAttempt, planned, playRun } from '../../fixtures/example-run.ts';
import { openViewer } from '../../support/open-viewer.ts';
import { silentHosts } from '../../support/silent-host.ts';
import { startTestService } from '../../support/test-service.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

const home = temporaryFolder();
const homeBefore = process.env.WWEBJS_CANARY_HOME;
let viewer: Browser;
let page: Page;
const errors: string[] = [];
const requests: string[] = [];

beforeAll(async () => {
  // Its browser is that of all tests.
  viewer = await openViewer();
  process.env.WWEBJS_CANARY_HOME = home;
  await exampleHistory(join(home, 'store.sqlite'));
  const { stdout } = await cli(['report', 'history'], home);
  page = await viewer.newPage({ viewport: { width: 360, height: 780 } });
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('request', (request) => requests.push(request.url()));
  await page.goto(String(pathToFileURL(stdout.trim())));
});
afterAll(async () => {
  await viewer?.close();
  if (homeBefore === undefined) delete process.env.WWEBJS_CANARY_HOME;
  else process.env.WWEBJS_CANARY_HOME = homeBefore;
});

const headings = (of: Page) => of.getByRole('heading', { level: 2 }).allInnerTexts();
const width = (of: Page) => of.evaluate(() => document.documentElement.scrollWidth);
const rateOf = (library: string) =>
  page.getByRole('slider', { name: `Attempts: success rate of ${library} over time` });
const said = (library: string) => rateOf(library).getAttribute('aria-valuetext');

/** For every bucket of a strip whether the thick line is drawn in it: looks at the pixels. */
function drawn(library: string): Promise<boolean[]> {
  return rateOf(library).evaluate((frame) => {
    const canvas = frame.querySelector('canvas') as HTMLCanvasElement;
    const over = (frame.querySelector('.u-over') as HTMLElement).getBoundingClientRect();
    const box = canvas.getBoundingClientRect();
    const scale = canvas.width / box.width;
    const [r, g, b] = [11, 92, 158];
    const buckets = Number(frame.getAttribute('aria-valuemax')) + 1;
    const context = canvas.getContext('2d') as CanvasRenderingContext2D;
    return Array.from({ length: buckets }, (_, i) => {
      const x = Math.round((over.left - box.left + (over.width * (i + 0.5)) / buckets) * scale);
      const { data } = context.getImageData(x, 0, 1, canvas.height);
      for (let at = 0; at < data.length; at += 4) {
        const near = [r, g, b].every((part, j) => Math.abs((data[at + j] as number) - (part as number)) < 12);
        if (near && data[at + 3] === 255) return true;
      }
      return false;
    });
  });
}

/** The words of every bucket of a strip, as a screen reader reads them from one to the next. */
async function heard(library: string): Promise<string[]> {
  await rateOf(library).press('Home');
  const words = [(await said(library)) ?? ''];
  for (let i = 1; i < 31; i++) {
    await rateOf(library).press('ArrowRight');
    words.push((await said(library)) ?? '');
  }
  return words;
}

test('the page has the plots, fits a phone and makes no request', async () => {
  expect(await headings(page)).toEqual([
    'Changed since yesterday',
    'Success rate by version',
    'Phase times',
    'Matrix over time',
  ]);
  await page.locator('.strip-plot canvas').first().waitFor();
  expect(await width(page)).toBe(360);
  expect(requests).toEqual([expect.stringMatching(/^file:.*history\.html$/)]);
});

test('the keyboard reads the figures that are drawn, and days without attempts are neither 0 nor 100 %', async () => {
  const words = await heard('1.34.7');
  const attempted = words.map((text) => !text.endsWith('none made'));
  expect(attempted.filter((one) => one)).toHaveLength(8);
  expect(await drawn('1.34.7')).toEqual(attempted);
  expect(words.find((text) => text.includes('5 of 5'))).toMatch(/^\d+ \w+: 100 % \(56\.6 % to 100 %\), 5 of 5$/);
  expect(words.find((text) => text.includes('4 of 5'))).toMatch(/: 80\.0 % \(37\.6 % to 96\.4 %\), 4 of 5$/);
});

test('the same figures are there as a table', async () => {
  const section = page
    .locator('section')
    .filter({ has: page.getByRole('heading', { name: 'Success rate by version' }) });
  await section.getByText('The figures as a table').press('Enter');
  await section.getByRole('table').waitFor();
  expect(await section.getByRole('columnheader').allInnerTexts()).toEqual(['UTC', '1.34.7', '1.25.0']);
  const rows = await section.getByRole('row').allInnerTexts();
  expect(rows).toHaveLength(32);
  const words = await heard('1.34.7');
  expect(rows.slice(1).map((row) => row.split('\t').slice(0, 2).join(': '))).toEqual(words);
  expect(await width(page)).toBe(360);
});

test('a phase is chosen by keyboard', async () => {
  await page.getByRole('radio', { name: 'ready' }).focus();
  await page.keyboard.press('ArrowRight');
  await page.getByRole('slider', { name: 'Time of the phase probe with 1.34.7, p50 and p95' }).waitFor();
  const last = page.getByRole('slider', { name: 'Time of the phase probe with 1.34.7, p50 and p95' });
  expect(await last.getAttribute('aria-valuetext')).toMatch(/: p50 16\d ms, p95 16\d ms of 4$/);
});

test('the matrix over time is walked through by arrow keys, and says what each square is', async () => {
  const newest = page.getByRole('cell', {
    name: new RegExp(`1\\.34\\.7 on ${newerBuild}: failed no-ready \\(1 attempts\\)`),
  });
  await newest.focus();
  await page.keyboard.press('ArrowUp');
  const words = await page.evaluate(() => document.activeElement?.getAttribute('aria-label'));
  expect(words).toMatch(/1\.34\.7 on 2\.3000\.1032534684: passed \(4 attempts\)$/);
  expect(await page.getByText(words as string, { exact: true }).count()).toBe(1);
});

test('changes since yesterday come first', async () => {
  const items = await page.locator('.changes li').allInnerTexts();
  expect(items.map((item) => item.replaceAll(/\s+/g, ' '))).toEqual([
    expect.stringMatching(new RegExp(`^1\\.34\\.7 on ${newerBuild}: passed \\(.*\\) ?, now failed no-ready \\(.*\\)$`)),
  ]);
});

test('colours follow the machine, and nothing went wrong', async () => {
  await page.emulateMedia({ colorScheme: 'dark' });
  const paper = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  expect(paper).toBe('rgb(20, 23, 27)');
  // Drawn again in the colour of dark pages, so the line of the light ones is gone.
  await expect.poll(async () => (await drawn('1.34.7')).some((one) => one)).toBe(false);
  expect(errors).toEqual([]);
});

test('the report of a run has the plots of its versions over all runs, drawn when they are opened', async () => {
  const folder = temporaryFolder();
  const store = await openStore(join(folder, 'store.sqlite'));
  const recorder = new StoreRecorder(store, folder);
  await exampleHistory(store.file, Date.parse(exampleRun.startedAt) - 3_600_000);
  const reporter = new HtmlReporter(
    folder,
    storeSource(store, recorder, () => null),
  );
  await playRun([{ planned: planned({ library: '1.25.0' }), attempts: [failedAttempt()] }], [recorder, reporter]);
  await store.close();
  const own = await viewer.newPage({ viewport: { width: 360, height: 780 } });
  own.on('pageerror', (error) => errors.push(String(error)));
  await own.goto(String(pathToFileURL(join(folder, 'index.html'))));
  await own.getByText('These versions over the last 30 days').click();
  await own.locator('.strip-plot canvas').first().waitFor();
  const rates = own.getByRole('slider', { name: /success rate of/ });
  expect(await rates.getAttribute('aria-label')).toBe('Attempts: success rate of 1.25.0 over time');
  expect(await rates.getAttribute('aria-valuetext')).toMatch(/^22 Nov: .*, 1 of 3$/);
  expect(await width(own)).toBe(360);
  expect(errors).toEqual([]);
});

/** An account that was linked just now. */
async function connectAccount({ kysely }: ServiceDatabase): Promise<void> {
  const [library, id] = ['1.34.7', 'account'];
  await kysely.insertInto('workspaces').values({ id: 'w', name: 'W', created_at: 0 }).execute();
  const ids = { id, workspace_id: 'w', session_id: 's', instance_id: 'i', lease_token: 1 };
  const unset = { phone: null, library_pin: null, deleted_at: null, status_since: 0, created_at: 0 };
  await kysely
    .insertInto('whatsapp_accounts')
    .values({ ...ids, ...unset, library, status: 'qr_scanning', status_cause: 'link-asked' })
    .execute();
  for (const status of ['authenticated', 'connected'] as const) {
    await kysely.updateTable('whatsapp_accounts').set({ status }).where('id', '=', id).execute();
  }
}

test('the console draws the same from the same store, and keeps the choice in its address', async () => {
  const { service } = await startTestService({
    database: `sqlite:${join(temporaryFolder(), 'service.sqlite')}`,
    openHost: silentHosts,
  });
  const app = createServer({
    service,
    version: '0.0.0',
    open: true,
    onTrouble: (_, { cause }) => errors.push(String(cause)),
  });
  try {
    await app.listen({ host: '127.0.0.1', port: 0 });
    await connectAccount(service.database);
    const { port } = app.server.address() as { port: number };
    const own = await viewer.newPage({ viewport: { width: 360, height: 780 } });
    own.on('pageerror', (error) => errors.push(String(error)));
    await own.goto(`http://127.0.0.1:${port}/`);
    await own.getByRole('link', { name: 'Over time' }).click();
    await own.locator('.strip-plot canvas').first().waitFor();
    expect(await headings(own)).toEqual([...(await headings(page)), 'Links of the service']);
    const links = own.getByRole('slider', { name: 'Links: success rate of 1.34.7 over time' });
    expect(await links.getAttribute('aria-valuetext')).toMatch(/: 100 % \(20\.7 % to 100 %\), 1 of 1$/);
    expect(await width(own)).toBe(360);
    const version = own.getByRole('combobox', { name: /^Version/ });
    await version.selectOption('1.25.0');
    await own.waitForURL(/#\/history\/30d\/1\.25\.0\/$/);
    await own
      .getByRole('slider', { name: 'Attempts: success rate of 1.34.7 over time' })
      .waitFor({ state: 'detached' });
    await own.reload();
    await own.getByRole('slider', { name: 'Attempts: success rate of 1.25.0 over time' }).waitFor();
    expect(await version.inputValue()).toBe('1.25.0');
  } finally {
    await app.close();
    await service.stop();
  }
  expect(errors).toEqual([]);
});
