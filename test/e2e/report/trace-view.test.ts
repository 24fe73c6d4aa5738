import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'puppeteer-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Span } from '../../../src/contracts/attempt.ts';
import type { Trace } from '../../../src/contracts/trace.ts';
import { cellHash } from '../../../src/web/report/cell-hash.ts';
import { exampleCell, failedAttempt, passedAttempt, planned } from '../../fixtures/example-run.ts';
import { reportRun } from '../../fixtures/recorded-run.ts';
import { temporaryFolder } from '../../temporary-folder.ts';
import { openReport } from './open-report.ts';

const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const began = Date.parse('2026-11-22T07:55:01.000Z');
const span = (phase: Span['phase'], from: number, ms: number, outcome: Span['outcome'] = 'passed'): Span => {
  return { phase, startedAt: new Date(began + from).toISOString(), ms, outcome };
};
const failed = failedAttempt({
  id: 'traced',
  artifacts: 'traced',
  durationMs: 2_000,
  spans: [span('launch', 0, 500), span('qr', 500, 500), span('ready', 1_000, 1_000, 'failed')],
  events: [
    { at: 100, type: 'host:stderr', detail: 'a warning of the host' },
    { at: 600, type: 'client:qr', detail: { length: 237 } },
    { at: 700, type: 'page:console', detail: { level: 'error', text: 'first words' } },
    { at: 800, type: 'replica:device-linked', detail: { device: 1 } },
    { at: 1_500, type: 'page:error', detail: { message: 'getMeUser is not a function', stack: '' } },
  ],
});
const request = { method: 'GET', type: 'script', status: 200, bytes: 171_838, error: null };
const trace: Trace = {
  schemaVersion: 1,
  requests: [
    { at: 300, ms: 40, url: 'https://web.whatsapp.com/', ...request, type: 'document' },
    { at: 1_200, ms: 30, url: 'https://web.whatsapp.com/app.js', ...request, status: 404 },
  ],
  droppedRequests: 0,
  snapshots: [
    { at: 1_000, span: 1, dom: 'trace/page-1.html', screenshot: null },
    { at: 2_000, span: 2, dom: 'trace/page-2.html', screenshot: 'screenshot.png' },
  ],
  droppedSnapshots: 0,
};

let chromium: Browser;
let page: Page;
let errors: string[];
let requests: string[];

beforeAll(async () => {
  const [folder, artifacts] = [temporaryFolder(), temporaryFolder()];
  mkdirSync(join(artifacts, 'traced', 'trace'), { recursive: true });
  const files = { 'trace.json': JSON.stringify(trace), 'screenshot.png': Buffer.from(png, 'base64') };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(artifacts, 'traced', name), content);
  for (const n of [1, 2]) {
    const html = `<!doctype html><p>page ${n}</p><script>parent.document.title = 'taken over'</script>`;
    writeFileSync(join(artifacts, 'traced', 'trace', `page-${n}.html`), html);
  }
  process.env.WWEBJS_CANARY_HOME = folder;
  const cells = [
    { planned: planned({ library: '1.25.0' }), attempts: [failed] },
    { planned: planned(), attempts: [passedAttempt()] },
  ];
  await reportRun('html', folder, cells, { artifacts });
  delete process.env.WWEBJS_CANARY_HOME;
  const hash = cellHash(exampleCell({ library: '1.25.0' }));
  ({ chromium, page, errors, requests } = await openReport(join(folder, 'index.html'), hash));
});
afterAll(() => chromium?.close());

const texts = (selector: string) => page.$$eval(selector, (all) => all.map((element) => element.textContent ?? ''));
const panel = async () => (await texts('[role=tabpanel]'))[0];
const press = (...keys: ('Tab' | 'ArrowRight' | 'ArrowLeft' | 'Enter' | 'Home' | 'End')[]) =>
  keys.reduce((before, key) => before.then(() => page.keyboard.press(key)), Promise.resolve());
const framed = async () => {
  const frame = await (await page.waitForSelector('[role=tabpanel] iframe'))?.contentFrame();
  return frame?.waitForSelector('p').then((p) => p?.evaluate((element) => element.textContent));
};

test('the tabs are those of a trace, and the page at the failure is shown first', async () => {
  expect(await texts('[role=tab]')).toEqual(['Page', 'Console2', 'Network', 'Host1', 'Replica1', 'Events5']);
  expect(await panel()).toContain('The page at 2.0 s, the failure of ready');
  expect(await page.$eval('[role=tabpanel] img', (image) => (image as HTMLImageElement).naturalWidth)).toBe(1);
  expect(await framed()).toBe('page 2');
  expect(await page.title()).not.toBe('taken over');
});

test('arrow keys go from tab to tab', async () => {
  await page.focus('[role=tab][aria-selected=true]');
  await press('ArrowRight');
  expect(await panel()).toContain('error: first words');
  expect(await panel()).toContain('getMeUser is not a function');
  await press('ArrowRight');
  const rows = await texts('.requests tbody tr');
  expect(rows).toEqual([
    expect.stringMatching(/300 ms.*GET.*200.*document.*171\.8 kB.*40 ms/),
    expect.stringContaining('404'),
  ]);
  await press('ArrowRight');
  expect(await panel()).toContain('a warning of the host');
  await press('ArrowRight');
  expect(await panel()).toContain('replica:device-linked');
  await press('End');
  expect(await texts('.events li')).toHaveLength(5);
});

test('picking a span shows what happened in it, on every tab', async () => {
  await page.focus('.steps li:nth-child(3) button');
  await press('Enter');
  expect(await texts('.steps [aria-pressed=true] .phase')).toEqual(['qr']);
  expect(await texts('.events .type')).toEqual(['client:qr', 'page:console', 'replica:device-linked']);
  await page.focus('[role=tab][aria-selected=true]');
  await press('Home');
  expect(await panel()).toContain('the end of qr');
  expect(await framed()).toBe('page 1');
  await press('ArrowRight', 'ArrowRight');
  expect(await panel()).toBe('No request was made.');
  await page.focus('.steps li:first-child button');
  await press('Enter');
  expect(await texts('.requests tbody tr')).toHaveLength(2);
});

test('the timeline picks a moment by keyboard and by pointer', async () => {
  await page.focus('[role=slider]');
  await press('Home', ...Array.from({ length: 60 }, () => 'ArrowRight' as const));
  const value = () => page.$eval('[role=slider]', (bar) => bar.getAttribute('aria-valuetext'));
  expect(await value()).toBe('1.2 s, in ready');
  const later = () => page.$$eval('[role=tabpanel] .later', (rows) => rows.map((row) => row.getAttribute('data-at')));
  expect(await later()).toEqual([]);
  await press('ArrowLeft');
  expect(await later()).toEqual(['1200']);
  await page.focus('[role=tab][aria-selected=true]');
  await press('ArrowLeft');
  expect(await later()).toEqual(['1500']);
  const bar = await (await page.$('[role=slider]'))?.boundingBox();
  if (!bar) throw new Error('there is no timeline');
  await page.mouse.click(bar.x + bar.width * 0.52, bar.y + 5);
  await page.focus('[role=tab][aria-selected=true]');
  await press('Home');
  expect(await panel()).toContain('the end of qr');
});

test('an attempt without a trace shows its events', async () => {
  await page.evaluate((to) => location.replace(to), cellHash(exampleCell()));
  await page.waitForFunction(() => document.querySelector('dialog h2')?.textContent?.startsWith('1.34.7'));
  expect(await texts('[role=tab][aria-selected=true]')).toEqual(['Events5']);
  await page.focus('[role=tab][aria-selected=true]');
  await press('Home');
  expect(await panel()).toContain('No picture of the page was kept');
});

test('nothing came from elsewhere, and nothing went wrong', () => {
  expect(requests.filter((url) => !/^(file:.*index\.html|data:|about:srcdoc)/.test(url))).toEqual([]);
  expect(errors.filter((text) => !text.includes("Blocked script execution in 'about:srcdoc'"))).toEqual([]);
});
