import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { traceSchema } from '../../../src/contracts/trace.ts';
import { type Flow, flow } from '../../../src/runner/flow.ts';
import { openViewer } from '../../support/open-viewer.ts';
import { temporaryFolder } from '../../temporary-folder.ts';
import { attempt } from '../attempts/real-attempt.ts';

const jsqr = createRequire(import.meta.url)('jsqr').default as typeof import('jsqr').default;
const [works, fails] = ['2.3000.1029241508', '2.3000.1032534684'];

let viewer: Browser;
beforeAll(async () => {
  viewer = await openViewer();
});
afterAll(() => viewer?.close());

/** Every file of an attempt by its name. */
async function filesOf(folder: string): Promise<Map<string, Buffer>> {
  const names = (await readdir(folder, { recursive: true })).filter((name) => /\.\w+$/.test(name));
  return new Map(await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name))] as const)));
}

/** The text of a QR code in a picture; null when none can be read. */
async function readQr(png: Buffer): Promise<string | null> {
  const page = await viewer.newPage();
  const { dark, width, height } = await page.evaluate(async (base64) => {
    const image = new Image();
    image.src = `data:image/png;base64,${base64}`;
    await image.decode();
    const canvas = Object.assign(document.createElement('canvas'), { width: image.width, height: image.height });
    const context = canvas.getContext('2d') as CanvasRenderingContext2D;
    context.drawImage(image, 0, 0);
    const { data } = context.getImageData(0, 0, image.width, image.height);
    let dark = '';
    for (let at = 0; at < data.length; at += 4) dark += (data[at + 1] as number) < 128 ? '1' : '0';
    return { dark, width: image.width, height: image.height };
  }, png.toString('base64'));
  await page.close();
  const pixels = new Uint8ClampedArray(4 * dark.length).fill(255);
  for (let at = 0; at < dark.length; at++) if (dark[at] === '1') pixels.fill(0, 4 * at, 4 * at + 3);
  return jsqr(pixels, width, height)?.data ?? null;
}

test('a failed attempt has its requests and the page at the end of each span, with a screenshot of the failure', async () => {
  const runFolder = temporaryFolder();
  const record = await attempt('1.25.0', fails, { runFolder });
  expect(record).toMatchObject({ outcome: 'failed', code: 'no-ready' });
  const files = await filesOf(join(runFolder, record.artifacts ?? ''));
  const trace = traceSchema.parse(JSON.parse(String(files.get('trace.json'))));
  expect(trace.requests).toContainEqual(
    expect.objectContaining({ url: 'https://web.whatsapp.com/', method: 'GET', type: 'document', status: 200 }),
  );
  for (const { at, ms, bytes } of trace.requests) {
    expect(at + ms).toBeLessThanOrEqual(record.durationMs);
    expect(bytes).toBeGreaterThan(0);
  }
  const seen = trace.snapshots.map(({ span, screenshot, dom }) => ({
    phase: record.spans[span ?? -1]?.phase,
    screenshot,
    dom,
  }));
  // The browser may or may not have a page already when its launch is over.
  const afterLaunch = seen.filter(({ phase }) => phase !== 'launch');
  expect(afterLaunch.map(({ phase }) => phase)).toEqual(['page', 'qr', 'scan', 'authenticated', 'ready']);
  expect(seen.map(({ screenshot }) => screenshot).filter((name) => name !== null)).toEqual(['screenshot.png']);
  expect(seen.at(-1)?.screenshot).toBe('screenshot.png');
  expect(String(files.get(afterLaunch[1]?.dom ?? ''))).toContain('Scan to log in');
  expect(files.get('screenshot.png')?.length).toBeGreaterThan(1_000);
});

test('no secret of an attempt is in any file of its trace, in no text and in no picture', async () => {
  const texts = ['a text to the contact only', 'an answer to one reader'] as const;
  const secrets: string[] = [...texts];
  const talks: Flow['body'] = async ({ client, phone }) => {
    await client.start();
    const qr = await client.qr();
    secrets.push(qr, ...qr.split(',').filter((part) => part.length > 8));
    await phone.scan(qr);
    await client.ready();
    await client.send(phone.contact, texts[0]);
    await phone.received(texts[0]);
    await phone.send(texts[1], phone.contact);
    secrets.push((await client.message(texts[1])).from as string);
    throw new Error('the end');
  };
  const runFolder = temporaryFolder();
  const record = await attempt('1.34.2', works, { runFolder, flow: flow('talks', talks), trace: 'on' });
  expect(record.cause?.message).toBe('the end');
  const files = await filesOf(join(runFolder, record.artifacts ?? ''));
  const pictures = [...files].filter(([name]) => name.endsWith('.png'));
  expect(pictures.length).toBeGreaterThanOrEqual(3);
  for (const [name, content] of files)
    for (const secret of secrets) expect(content.includes(secret), `${secret} in ${name}`).toBe(false);
  for (const [name, png] of pictures) expect(await readQr(png), name).toBeNull();
}, 60_000);

test('an attempt that passes leaves nothing, unless all are traced', async () => {
  const runFolder = temporaryFolder();
  expect(await attempt('1.34.2', works, { runFolder })).toMatchObject({ outcome: 'passed', artifacts: null });
  expect(await readdir(runFolder)).toEqual([]);
  const traced = await attempt('1.34.2', works, { runFolder, trace: 'on' });
  expect(traced).toMatchObject({ outcome: 'passed', artifacts: 'real-0001' });
  const files = await filesOf(join(runFolder, 'real-0001'));
  const trace = traceSchema.parse(JSON.parse(String(files.get('trace.json'))));
  const spans = trace.snapshots.map(({ span }) => traced.spans[span ?? -1]?.phase);
  expect(spans).toEqual(expect.arrayContaining(['qr', 'ready', 'probe']));
  expect(trace.snapshots.filter(({ screenshot }) => screenshot !== null).length).toBeGreaterThanOrEqual(3);
});

test('without traces a failure keeps its screenshot and events, as ever', async () => {
  const runFolder = temporaryFolder();
  const record = await attempt('1.25.0', fails, { runFolder, trace: 'off' });
  const files = await filesOf(join(runFolder, record.artifacts ?? ''));
  expect([...files.keys()].toSorted()).toEqual(['events.json', 'screenshot.png']);
});
