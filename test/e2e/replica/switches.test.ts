import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Browser as Chromium, Page, default as Puppeteer } from 'puppeteer-core';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { SwitchValues } from '../../../src/contracts/switches.ts';
import { ensureLibrary } from '../../../src/library/ensure-library.ts';
import { type Replica, type ReplicaOptions, startReplica } from '../../../src/replica/start-replica.ts';
import { openInBrowser } from './page-in-browser.ts';

const build = '2.3000.1044822804';
/** The same switch is another one on newer builds. */
const later = '2.3000.1046816453';

async function open(options: ReplicaOptions, puppeteer?: typeof Puppeteer): Promise<Opened> {
  const replica = await startReplica(options);
  onTestFinished(() => replica.close());
  const { chromium, page } = await openInBrowser(replica, {}, puppeteer);
  onTestFinished(() => chromium.close());
  return { replica, chromium, page };
}

interface Opened {
  replica: Replica;
  chromium: Chromium;
  page: Page;
}

/** Links the page, up to its first sync. */
async function link({ replica, page }: Opened): Promise<void> {
  const shown = await page.waitForSelector('div[data-ref]');
  const qr = await shown?.evaluate((element) => (element as HTMLElement).dataset.ref);
  const { id } = replica.phones.create('13125550199');
  await replica.phones.scan(id, qr as string);
  await page.waitForFunction(`require('WAWebSocketModel').Socket.hasSynced`);
}

describe('values are read as in the real page', () => {
  test.each<[string, SwitchValues, unknown[]]>([
    [build, {}, [false, true, undefined, false]],
    [build, { 'comms-in-worker': 'true' }, [true, true, undefined, true]],
    [later, {}, [undefined, true, null, false]],
    [later, { 'comms-in-worker': 'worker_hrp' }, [undefined, true, 'worker_hrp', true]],
  ])('%s with %j', async (one, switches, values) => {
    const { page } = await open({ build: one, switches });
    await page.waitForSelector('div[data-ref]');
    const seen = await page.evaluate(`(() => {
      const read = (value) => { try { return value() } catch (error) { return undefined } };
      return [
        read(() => require('gkx')('18966')), read(() => require('gkx')('26258')), read(() => require('qex')._('5241')),
        require('WAWebCommsGating').isCommsInWorker(),
      ].map((value) => value === undefined ? 'unknown' : value);
    })()`);
    expect(seen).toEqual(values.map((value) => (value === undefined ? 'unknown' : value)));
  });

  test('a value that the data does not have is reported, not invented', async () => {
    const opened = await open({ build });
    const troubles: string[] = [];
    opened.replica.onTrouble(({ message }) => troubles.push(message));
    await opened.page.waitForSelector('div[data-ref]');
    const error = await opened.page.evaluate(
      `(() => { try { require('gkx')('1') } catch (error) { return error.message } })()`,
    );
    expect(error).toBe('replica: gkx.1 is only a name here');
    await expect.poll(() => troubles).toContain('the program called gkx.1, which the replica has only by name');
  });

  test('AB props are those of the switches', async () => {
    const { page } = await open({
      build: '2.3000.1044071294',
      switches: { 'download-mimetype-check': 'true', prefetch: 'false' },
    });
    await page.waitForSelector('div[data-ref]');
    const seen =
      await page.evaluate(`['wa_web_download_mimetype_check_block_enabled', 'wa_web_disable_prefetch_loadables']
      .map(require('WAWebABProps').getABPropConfigValue)`);
    expect(seen).toEqual([true, true]);
  });
});

describe('comms in a worker', () => {
  test('the page links, and sees neither the socket nor its frames', async () => {
    const opened = await open({ build, switches: { 'comms-in-worker': 'true' } });
    const { page } = opened;
    await page.evaluateOnNewDocument(`
      window.sockets = 0;
      window.WebSocket = class extends WebSocket {
        constructor(...given) { super(...given); window.sockets++; }
      };
    `);
    await page.reload();
    await link(opened);
    expect(await page.evaluate('window.sockets')).toBe(0);
    expect(page.workers()).toHaveLength(1);
  });

  test.each([
    ['1.34.2', ['OPENING', 'no QR code']],
    ['1.34.7', ['UNPAIRED', 'a QR code']],
  ])('a page whose requests the puppeteer of %s intercepts has %j', async (version, seen) => {
    const { packageDir } = await ensureLibrary(version, () => {}, 'source');
    const { default: puppeteer } = await import(createRequire(join(packageDir, 'index.js')).resolve('puppeteer-core'));
    const { page, replica } = await open({ build, switches: { 'comms-in-worker': 'true' } }, puppeteer);
    await page.setRequestInterception(true);
    page.on('request', (request) => void request.continue());
    await page.goto(replica.url);
    const shown = page.waitForSelector('div[data-ref]', { timeout: 5_000 });
    const qr = await shown.then(
      () => 'a QR code',
      () => 'no QR code',
    );
    expect([await page.evaluate(`require('WAWebSocketModel').Socket.state`), qr]).toEqual(seen);
  });
});

describe('the dialog that tells what is new', () => {
  const dialog = '[role=dialog] ::-p-text(Continue)';
  const switches = { 'whats-new-dialog': 'true' };

  test('comes after the login, until it is closed, and stays away after a reload', async () => {
    const opened = await open({ build, switches });
    const { page } = opened;
    await link(opened);
    const button = await page.waitForSelector(dialog);
    expect(await page.evaluate(`require('WAWebWhatsNewNux').shouldShowWhatsNewNux()`)).toBe(true);
    await button?.click();
    expect(await page.$('[role=dialog]')).toBeNull();
    await page.reload();
    await page.waitForSelector('#side');
    expect(await page.$('[role=dialog]')).toBeNull();
    expect(await page.evaluate(`require('WAWebWhatsNewNux').shouldShowWhatsNewNux()`)).toBe(false);
  });

  test('does not come by default', async () => {
    const opened = await open({ build });
    await link(opened);
    await opened.page.waitForSelector('#side');
    expect(await opened.page.$('[role=dialog]')).toBeNull();
  });

  test.each([
    ['is logged out while it is open', false, 0],
    ['stays linked once it is closed', true, 1],
  ])('a device %s, under unclosed-dialog', async (_, isClosed, devices) => {
    const opened = await open({ build, switches, conditions: ['unclosed-dialog'], timeScale: 0.004 });
    await link(opened);
    const button = await opened.page.waitForSelector(dialog);
    if (isClosed) await button?.click();
    await new Promise((done) => setTimeout(done, 2_000));
    expect(opened.replica.phones.list()[0]?.devices).toHaveLength(devices);
  });
});
