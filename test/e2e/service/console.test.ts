import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Browser as Chromium, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Browser, ensureBrowser } from '../../../src/browser/ensure-browser.ts';
import { type Replica, startReplica } from '../../../src/replica/start-replica.ts';
import { createServer } from '../../../src/service/http/server.ts';
import { LibraryHosts } from '../../../src/service/sessions/library-host.ts';
import { openStore } from '../../../src/store/open-store.ts';
import { StoreRecorder } from '../../../src/store/store-recorder.ts';
import { exampleCells, playRun } from '../../fixtures/example-run.ts';
import { openViewer } from '../../support/open-viewer.ts';
import { ownHome } from '../../support/own-home.ts';
import { startTestService, until } from '../../support/test-service.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

/** Its types name a default export, of which Node sees the wrapper. */
const jsqr = createRequire(import.meta.url)('jsqr').default as typeof import('jsqr').default;

let replica: Replica;
let browser: Browser;
let viewer: Chromium;
let page: Page;
let stop: () => Promise<void>;
let port = 0;
const errors: string[] = [];
const build = '2.3000.1032534684';
const folder = temporaryFolder();
const number = '15550800001';
/** Not `disconnected`. */
const connected = /(^|\s)connected$/;

/** Starts the service, the second time at the same address with the same profiles. */
async function serve(): Promise<void> {
  const { service } = await startTestService({
    database: `sqlite:${join(folder, 'store.sqlite')}`,
    folder,
    openHost: new LibraryHosts({ browser, browserArgs: replica.chromiumArgs }).open,
    deadlines: { startMs: 60_000, linkMs: 90_000, readyMs: 60_000, watchEveryMs: 5_000, answerMs: 10_000 },
  });
  const app = createServer({
    service,
    version: '0.0.0',
    open: true,
    onTrouble: (_, problem) => errors.push(String(problem.cause)),
  });
  await app.listen({ host: '127.0.0.1', port });
  port = (app.server.address() as { port: number }).port;
  stop = async () => {
    await Promise.all([service.stop(), app.close()]);
  };
}

const homeBefore = process.env.WWEBJS_CANARY_HOME;

beforeAll(async () => {
  // The store of this checkout is no part of the test.
  process.env.WWEBJS_CANARY_HOME = ownHome();
  const store = await openStore(join(process.env.WWEBJS_CANARY_HOME, 'store.sqlite'));
  await playRun(exampleCells(), [new StoreRecorder(store)]);
  await store.close();
  replica = await startReplica({ build });
  browser = await ensureBrowser('current', () => {});
  await serve();
  viewer = await openViewer();
  page = await viewer.newPage({ viewport: { width: 390, height: 844 } });
  page.on('pageerror', (error) => errors.push(String(error)));
  page.setDefaultTimeout(30_000);
}, 300_000);

afterAll(async () => {
  await viewer?.close();
  await stop?.();
  await replica?.close();
  if (homeBefore === undefined) delete process.env.WWEBJS_CANARY_HOME;
  else process.env.WWEBJS_CANARY_HOME = homeBefore;
});

/** What a phone's camera sees: the pixels of the picture on the screen. */
async function readCode(): Promise<string> {
  const image = page.getByAltText('QR code to scan');
  await image.waitFor();
  const { data, size } = await image.evaluate((element) => {
    const size = 400;
    const canvas = new OffscreenCanvas(size, size);
    const context = canvas.getContext('2d') as OffscreenCanvasRenderingContext2D;
    context.fillStyle = '#fff';
    context.fillRect(0, 0, size, size);
    context.drawImage(element as HTMLImageElement, 0, 0, size, size);
    return { data: [...context.getImageData(0, 0, size, size).data], size };
  });
  const code = jsqr(Uint8ClampedArray.from(data), size, size);
  if (!code) throw new Error('the picture is no QR code');
  return code.data;
}

test('a number is linked by keyboard and by scanning the code on the screen, and is seen to become connected', async () => {
  await page.goto(`http://127.0.0.1:${port}/`);
  await page.getByText('Nothing waits for a person.').waitFor();
  await page.getByRole('link', { name: 'Workspaces' }).focus();
  await page.keyboard.press('Enter');
  await page.getByLabel('New workspace').focus();
  await page.keyboard.type('Berlin');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Berlin' }).waitFor();
  await page.getByRole('button', { name: 'Link a number' }).focus();
  await page.keyboard.press('Enter');
  const phone = replica.phones.create(number).id;
  await replica.phones.scan(phone, await readCode());
  await page.getByRole('heading', { name: `+${number}` }).waitFor();
  await page.getByRole('status').getByText(connected).waitFor();
  expect(await page.getByRole('row').allInnerTexts()).toEqual(
    expect.arrayContaining([expect.stringContaining('connected'), expect.stringContaining('qr scanning')]),
  );
});

test('a text is sent and a method is called with what the page asks for', async () => {
  const text = page.getByRole('form', { name: 'Send a text' });
  await text.getByLabel('To').fill('+1 555 080-0999');
  await text.getByLabel('Text').fill('hello');
  await text.getByRole('button', { name: 'Send' }).click();
  await page.getByText(/^Sent as /).waitFor();
  const call = page.getByRole('form', { name: 'Call a method' });
  await call.getByLabel('Method').fill('getState');
  await call.getByRole('button', { name: 'Call' }).click();
  await page.getByText('"CONNECTED"').waitFor();
  await call.getByLabel('Arguments').fill('{}');
  await call.getByRole('button', { name: 'Call' }).click();
  await call.getByRole('alert').getByText('has to be a list').waitFor();
});

test('after a restart of the service the page shows the session restored', async () => {
  await stop();
  await serve();
  await page.reload();
  await page.getByRole('status').getByText(connected).waitFor();
  // Newest first: what followed the stop is what the service did by itself.
  const column = (place: number) =>
    page.getByRole('table', { name: 'Changes of status' }).locator(`tbody td:nth-child(${place})`).allInnerTexts();
  await expect.poll(async () => (await column(3)).slice(0, 3)).toEqual(['ready', 'scanned', 'instance-stopped']);
  expect((await column(5))[0]).toBe(`1.34.7 on ${build}`);
  await page.getByText(`on WhatsApp Web ${build}`).waitFor();
  await page.getByRole('link', { name: 'accounts', exact: true }).click();
  await page.getByRole('link', { name: `+${number}` }).waitFor();
  await page.getByRole('button', { name: 'Restore all that wait' }).click();
  await page.getByText(/^\d+ sessions? may start now\.$/).waitFor();
});

test('a rollout is begun, advanced and rolled back', async () => {
  await page.getByRole('link', { name: 'Rollouts' }).click();
  await page.getByLabel('From').fill('1.34.7');
  await page.getByLabel('to', { exact: true }).fill('1.34.6');
  await page.getByRole('button', { name: 'Begin' }).click();
  await page.getByRole('heading', { name: 'From 1.34.7 to 1.34.6: 1 %' }).waitFor();
  await until('what the service decided is shown', async () => {
    await page.reload();
    const held = page.getByText('held at 1 % by the service: undecided');
    return held.waitFor({ timeout: 1_000 }).then(
      () => true,
      () => false,
    );
  });
  await page.getByText('There is no attempt of either version.').waitFor();
  await page.getByRole('button', { name: 'Next step' }).click();
  await page.getByRole('heading', { name: '5 %' }).waitFor();
  await page.getByRole('button', { name: 'Roll back' }).click();
  await page.getByRole('heading', { name: '0 % (rolled back)' }).waitFor();
  await page.getByText('rolled back at 0 % on request').waitFor();
  await page.getByText('advanced at 5 % on request').waitFor();
});

test('the page shows what the service refuses, and has no error of its own', async () => {
  await page.goto(`http://127.0.0.1:${port}/#/w/nowhere`);
  await page.getByText('There is no such workspace.').waitFor();
  await page.getByRole('link', { name: 'Matrix' }).click();
  await page.getByRole('heading', { name: 'Matrix' }).waitFor();
  await page.getByRole('link', { name: 'no-ready not as expected' }).click();
  const cause = page.getByRole('region', { name: 'Cause' });
  await cause.getByText('It failed in ready: no-ready. It was expected to pass. Not as expected.').waitFor();
  await cause.getByText('window.Store.User.getMeUser is not a function', { exact: true }).waitFor();
  await page.getByRole('link', { name: 'no-ready', exact: true }).click();
  await cause.getByText('It was expected to fail in ready.').waitFor();
  expect(errors).toEqual([]);
});
