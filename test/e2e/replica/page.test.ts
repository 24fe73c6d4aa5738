import { createRequire } from 'node:module';
import type { Browser as Chromium, Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { resolveSurface } from '../../../src/replica/builds/resolve-surface.ts';
import { type Replica, startReplica } from '../../../src/replica/start-replica.ts';
import { linkedClient } from './linked-client.ts';
import { openInBrowser } from './page-in-browser.ts';

const jsqr = createRequire(import.meta.url)('jsqr').default as typeof import('jsqr').default;

describe.each(['2.3000.1038162681', '2.3000.1044822804'])('the page of %s', (build) => {
  let replica: Replica;
  let chromium: Chromium;
  let page: Page;
  let errors: string[];

  beforeAll(async () => {
    replica = await startReplica({ build });
    ({ chromium, page, errors } = await openInBrowser(replica));
    await page.waitForSelector('div[data-ref] canvas');
  });
  afterAll(async () => {
    await chromium?.close();
    await replica?.close();
  });

  test('has the modules of tier 1, under exactly the names of the surface, and those that hold its switches', async () => {
    const surface = resolveSurface(build);
    const seen = (await page.evaluate(`(() => {
      const { modulesMap } = require('__debug');
      return Object.fromEntries(Object.keys(modulesMap).map((id) => [id, Object.keys(importNamespace(id)).sort()]));
    })()`)) as Record<string, string[]>;
    const expected = Object.entries(surface.modules)
      .filter(([, module]) => module.tier === 1)
      .map(([name, module]) => {
        const names = new Set([...Object.keys(module.exports), ...(module.hasDefault ? ['default'] : [])]);
        return [name, [...names].sort()];
      });
    expect(seen).toEqual({ ...Object.fromEntries(expected), gkx: ['default'], qex: ['default'] });
  });

  test('loading earlier messages fails as in wwebjs/whatsapp-web.js#201706 when the chat is not in an object', async () => {
    const seen = await page.evaluate(`(async () => {
      const { loadEarlierMsgs } = require('WAWebChatLoadMessages');
      const [chat] = require('WAWebCollections').Chat.add({ id: require('WAWebWidFactory').createWid('12025550101@c.us') });
      return [await loadEarlierMsgs(chat).catch(String), await loadEarlierMsgs({ chat })];
    })()`);
    expect(seen).toEqual(["TypeError: Cannot read properties of undefined (reading 'waitForChatLoading')", []]);
  });

  test('require answers with the default export, else the exports; unknown names are logged once and undefined', async () => {
    const logged: string[] = [];
    page.on('console', (message) => logged.push(message.text()));
    const seen = await page.evaluate(`[
      typeof require('WAWebMsgKey'), typeof require('WAWebMsgKey').newId, typeof require('WAWebWid').isXWid,
      typeof require('WAWebCollections').Msg.on, typeof require('WAWebConnModel').Conn.serialize,
      String(require('NoSuchModule')), String(require('NorThis')), String(require('WAWebSetPushnameConnAction')),
    ]`);
    expect(seen).toEqual([
      'function',
      'function',
      'function',
      'function',
      'function',
      'undefined',
      'undefined',
      'undefined',
    ]);
    expect(logged).toEqual([expect.stringContaining('Requiring unknown module "NoSuchModule"')]);
  });

  test('an injected inline script runs unless the policy of the build asks for a nonce, and injected code evaluates text', async () => {
    const injected = page.addScriptTag({ content: 'window.injected = true' }).then(
      () => page.evaluate('window.injected === true'),
      () => false,
    );
    expect(await injected).toBe(resolveSurface(build).behaviours.inlineScripts === 'all');
    expect(await page.evaluate(`eval('1 + 1')`)).toBe(2);
  });

  test('the methods of an object without code are known before a login, when the html does not have them', async () => {
    expect(await page.evaluate(`typeof require('WAWebBackendEventBus').BackendEventBus.onAppStateSyncCompleted`)).toBe(
      'function',
    );
    expect(await page.content()).not.toContain('onAppStateSyncCompleted');
  });

  test('a module that ran has no factory', async () => {
    const seen = await page.evaluate(`(() => {
      require('WAWebMsgKey');
      return require('__debug').modulesMap.WAWebMsgKey.factory;
    })()`);
    expect(seen).toBe(null);
  });

  test('a lazy module comes when its bundle is asked for', async () => {
    const name = Object.keys(resolveSurface(build).modules).find(
      (module) => resolveSurface(build).modules[module]?.tier === 'lazy',
    );
    expect(
      await page.evaluate(`new Promise((done) => requireLazy([${JSON.stringify(name)}], (m) => done(typeof m)))`),
    ).toBe('object');
  });

  test('the QR code on the screen says what the page’s own data says', async () => {
    const ref = await page.$eval('div[data-ref]', (node) => node.getAttribute('data-ref'));
    const canvas = await page.$eval('div[data-ref] canvas', (node) => (node as HTMLCanvasElement).width);
    const box = await page.$('div[data-ref]');
    const png = await box?.screenshot({ encoding: 'base64' });
    const { data, width, height } = (await page.evaluate(async (base64) => {
      const image = new Image();
      image.src = `data:image/png;base64,${base64}`;
      await image.decode();
      const copy = Object.assign(document.createElement('canvas'), { width: image.width, height: image.height });
      const context = copy.getContext('2d') as CanvasRenderingContext2D;
      context.drawImage(image, 0, 0);
      const pixels = context.getImageData(0, 0, image.width, image.height);
      return { data: [...pixels.data], width: image.width, height: image.height };
    }, png as string)) as { data: number[]; width: number; height: number };
    expect(jsqr(Uint8ClampedArray.from(data), width, height)?.data).toBe(ref);
    expect(canvas).toBe(228);
  });

  test('a scan of that text links the page and shows its chats', async () => {
    const { id } = replica.phones.create('12025550140');
    const ref = await page.$eval('div[data-ref]', (node) => node.getAttribute('data-ref'));
    await replica.phones.scan(id, ref as string);
    await page.waitForSelector(`[data-icon="${resolveSurface(build).behaviours.searchIcon}"]`);
    expect(await page.evaluate(`require('WAWebSocketModel').Socket.state`)).toBe('CONNECTED');
    expect(await page.evaluate(`require('WAWebConnModel').Conn.serialize().pushname`)).toBe('Canary 0140');
    expect(errors).toEqual([]);
  });
});

test.each([
  ['2.3000.1047483476', 'is lazy', 'Requiring unknown module "WAWebChatForwardMessage"'],
  ['2.3000.1049833609', 'waits for another module', 'with unresolved dependencies: "WAWebDualUploadsSendPolicy"'],
])('on %s the module that forwards %s, and its loader brings what it needs', async (build, _, logged) => {
  await using linked = await linkedClient('1.34.7', build);
  const { pupPage: page } = linked.client;
  const errors: string[] = [];
  page.on('console', (message: { text(): string }) => errors.push(message.text()));
  const forwards = `typeof require('WAWebChatForwardMessage')?.forwardMessages`;
  expect(await page.evaluate(forwards)).toBe('undefined');
  expect(errors.join()).toContain(logged);
  const loaded = `require('WAWebForwardMessageFlowLoadable').requireBundle().then(() => ${forwards})`;
  expect(await page.evaluate(loaded)).toBe('function');
});
