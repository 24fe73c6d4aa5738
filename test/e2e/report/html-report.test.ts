import { join } from 'node:path';
import type { Browser, Page } from 'puppeteer-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TriedFlow } from '../../../src/contracts/build-finding.ts';
import type { Prediction } from '../../../src/contracts/prediction.ts';
import { cellHash } from '../../../src/web/report/cell-hash.ts';
import { exampleFinding } from '../../fixtures/example-finding.ts';
import { exampleCell, exampleCells, failedAttempt, passedAttempt, planned } from '../../fixtures/example-run.ts';
import { reportRun } from '../../fixtures/recorded-run.ts';
import { temporaryFolder } from '../../temporary-folder.ts';
import { openReport } from './open-report.ts';

const hostile = '</script><script>document.title = "taken over"</script><img src=x onerror="document.title = 1">';
const carriedOver: Prediction = {
  ...{
    phase: null,
    names: [],
    perhaps: [],
    confidence: 'inferred',
    facts: [],
    open: [],
    failsAnyway: false,
    methods: [],
  },
  ...{ read: { upTo: null, after: null }, behavioursOf: '2.3000.1027602471' },
};
const hostileCell = () => ({
  planned: planned({ library: '9.9.9' }, { outcome: 'failed', reason: hostile, link: 'javascript:alert(1)' }),
  attempts: [
    failedAttempt({ cause: { message: hostile, evidence: [hostile] }, prediction: carriedOver }),
    passedAttempt({ prediction: carriedOver }),
  ],
});

const tonight = '2.3000.1050000000';
const finding = exampleFinding({
  build: tonight,
  drift: [{ behaviour: 'searchIcon', data: hostile, seen: 'search-refreshed' }],
  live: { run: 'run-1', note: null, flows: [triedFlow({ passed: 3 }), triedFlow({ library: '1.34.6', failed: 1 })] },
});
const found = [{ build: tonight, seenAt: Date.parse('2026-11-29T10:00:00Z'), step: 'compared' as const, finding }];

function triedFlow(counts: Partial<TriedFlow>): TriedFlow {
  const none = { passed: 0, failed: 0, spoiled: 0, code: null, cause: null };
  return { library: '1.34.7', flow: 'restore-to-ready', ...none, ...counts };
}

let chromium: Browser;
let page: Page;
let errors: string[];
let requests: string[];

beforeAll(async () => {
  const folder = temporaryFolder();
  process.env.WWEBJS_CANARY_HOME = folder;
  const earlier = [...exampleCells(), hostileCell()].map((cell, i) =>
    i === 2 ? { ...cell, attempts: [failedAttempt()] } : cell,
  );
  await reportRun('html', folder, [...exampleCells(), hostileCell()], { earlier, found });
  delete process.env.WWEBJS_CANARY_HOME;
  const file = join(folder, 'index.html');
  ({ chromium, page, errors, requests } = await openReport(file, cellHash(exampleCell({ library: '1.25.0' }))));
});
afterAll(() => chromium?.close());

const text = (selector: string) => page.$eval(selector, (element) => element.textContent);
const follow = (hash: string) => page.evaluate((to) => location.replace(to), hash);

test('a deep link opens its cell', async () => {
  const shown = await text('dialog[open]');
  expect(shown).toContain('1.25.0 on 2.3000.1032534684');
  expect(shown).toContain('WAWebUserPrefsMeUser.getMeUser');
  expect(shown).toContain('src/Client.js:262');
  expect(shown).toContain('npx wwebjs-canary run --library 1.25.0 --build 2.3000.1032534684');
});

test('Esc closes the cell and takes it out of the address', async () => {
  await page.keyboard.press('Escape');
  await page.waitForFunction(() => !document.querySelector('dialog[open]'));
  // The page hears of the closing in a task of its own, after the dialog is gone.
  await page.waitForFunction(() => location.hash === '');
});

test('the grid has a link for every cell, each with words for a screen reader', async () => {
  const labels = await page.$$eval('.grid a', (links) => links.map((link) => link.getAttribute('aria-label')));
  expect(labels).toHaveLength(exampleCells().length + 1);
  expect(labels).toContain('1.25.0 on 2.3000.1044822804: failed no-ready, not as expected');
});

test('arrow keys go from cell to cell, and Enter opens one', async () => {
  await page.focus('.grid tbody tr:first-child td a');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.waitForSelector('dialog[open]');
  expect(await text('dialog h2')).toBe('1.34.7 on 2.3000.1044822804');
});

const shownCells = () =>
  page.$$eval('.grid a', (links) => links.map((link) => link.getAttribute('aria-label')?.split(':')[0]));

test('what changed since the run before with the same plan is marked and said', async () => {
  await page.keyboard.press('Escape');
  const labels = await page.$$eval('.grid a', (links) => links.map((link) => link.getAttribute('aria-label') ?? ''));
  expect(labels.filter((label) => label.includes('changed'))).toEqual([
    expect.stringMatching(
      /^1\.34\.7 on 2\.3000\.1032534684: passed .*, changed: failed before, passes now: it was ✗ no-ready: /,
    ),
  ]);
});

test('the filter is used by keyboard, shows what is chosen, and stays in the address', async () => {
  await page.focus('.filter select[name=library]');
  await page.keyboard.type('1.34.7');
  expect(await shownCells()).toEqual([
    '1.34.7 on 2.3000.1032534684',
    '1.34.7 on 2.3000.1044822804',
    '1.34.7 on 2.3000.1032534684',
  ]);
  await page.keyboard.press('Tab');
  await page.keyboard.type('2.3000.1044822804');
  expect(await shownCells()).toEqual(['1.34.7 on 2.3000.1044822804']);
  expect(await text('.filter output')).toBe('1 of 6 cells');
  expect(await page.evaluate(() => location.search)).toBe('?library=1.34.7&build=2.3000.1044822804');
  await page.reload();
  expect(await shownCells()).toEqual(['1.34.7 on 2.3000.1044822804']);
  await page.focus('.filter button');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => location.search === '');
  expect(await shownCells()).toHaveLength(6);
});

test('only changed cells, or cells of one code, can be shown; the causes follow', async () => {
  await page.focus('.filter input[name=changed]');
  await page.keyboard.press('Space');
  expect(await shownCells()).toEqual(['1.34.7 on 2.3000.1032534684']);
  expect(await text('.causes')).toBe('Nothing failed here');
  await page.keyboard.press('Space');
  await page.select('.filter select[name=code]', 'harness-error');
  expect(await shownCells()).toEqual(['1.34.7 on 2.3000.1044822804']);
  expect(await page.$$('.causes li')).toHaveLength(1);
});

test('only cells that are not as expected can be shown', async () => {
  await page.select('.filter select[name=code]', '');
  await page.focus('.filter input[name=unexpected]');
  await page.keyboard.press('Space');
  expect(await shownCells()).toEqual(['1.25.0 on 2.3000.1044822804', '9.9.9 on 2.3000.1032534684']);
  await page.keyboard.press('Space');
});

test('each build of the run has a line, and a build that watch found has its finding', async () => {
  const rows = await page.$$eval('.builds tbody tr', (all) => all.map((row) => row.textContent ?? ''));
  expect(rows.map((row) => row.slice(0, '2.3000.1032534684'.length))).toEqual([
    '2.3000.1032534684',
    '2.3000.1044822804',
  ]);
  for (const row of rows) expect(row).toContain('none in the store');
  const shown = await text('.finding');
  for (const text of [tonight, 'not all is known', '1.34.6', '0 of 1', '3 of 3', 'search-refreshed', hostile])
    expect(shown).toContain(text);
  expect(shown).toContain('Not complete: the next look goes on with it.');
});

test('the filter for a build that only watch has seen leaves its finding, and says that no cell is of it', async () => {
  await page.select('.filter select[name=build]', tonight);
  expect(await page.$$('.grid, .causes, .builds')).toHaveLength(0);
  expect(await text('.grids')).toBe('The filter lets no cell of this run through.');
  expect(await page.$$('.finding')).toHaveLength(1);
  await page.select('.filter select[name=build]', '2.3000.1044822804');
  expect(await page.$$('.finding')).toHaveLength(0);
  await page.select('.filter select[name=build]', '');
});

test('the dialog goes on to the next cell that the filter lets through, and closing it keeps the filter', async () => {
  await page.select('.filter select[name=code]', 'no-ready');
  await follow(cellHash(exampleCell({ library: '1.25.0', build: '2.3000.1044822804' })));
  await page.waitForSelector('dialog[open]');
  await page.evaluate(() => document.querySelectorAll<HTMLButtonElement>('dialog nav button')[1]?.click());
  await page.waitForFunction(() => document.querySelector('dialog h2')?.textContent?.startsWith('9.9.9'));
  await page.keyboard.press('Escape');
  await page.waitForFunction(() => location.hash === '' && location.search === '?code=no-ready');
  await page.select('.filter select[name=code]', '');
});

test('nothing in a record is run or becomes a link', async () => {
  await follow(cellHash(hostileCell().planned.cell));
  await page.waitForFunction(() => document.querySelector('dialog h2')?.textContent?.includes('9.9.9'));
  expect(await page.title()).toMatch(/cells pass/);
  expect(await text('dialog')).toContain(hostile);
  expect(await page.$$('dialog a[href^="javascript:"]')).toHaveLength(0);
});

test('a store with the attempts of one day only has nothing to say over time', async () => {
  expect(await page.$$('.over-time')).toHaveLength(0);
});

test('a build with behaviours of another one is marked in the grid, and says so in its cells', async () => {
  const doubt =
    'was captured; its behaviours are those of 2.3000.1027602471, the nearest build whose behaviours are known';
  const titles = await page.$$eval('.grid thead abbr', (marks) => marks.map((mark) => mark.getAttribute('title')));
  expect(titles).toContain(`2.3000.1032534684 ${doubt}`);
  await follow(cellHash(exampleCell({ library: '9.9.9' })));
  await page.waitForSelector('dialog[open] .prediction');
  expect(await text('dialog .prediction')).toContain(`The build ${doubt}.`);
});

test('every attempt of a cell is there', async () => {
  expect(await page.$$eval('dialog .attempt > summary', (all) => all.map((summary) => summary.textContent))).toEqual([
    'Attempt 1: no-ready',
    'Attempt 2: passed',
  ]);
});

test('on a phone nothing is wider than the screen', async () => {
  await page.setViewport({ width: 360, height: 700 });
  const width = () => page.evaluate(() => document.documentElement.scrollWidth);
  expect(await width()).toBe(360);
  await page.keyboard.press('Escape');
  expect(await width()).toBe(360);
});

test('the page loaded nothing but itself, and nothing went wrong in it', () => {
  // Once when it was opened, and once when it was loaded again with a filter.
  expect(requests).toHaveLength(2);
  for (const request of requests) expect(request).toMatch(/^file:.*index\.html/);
  expect(errors).toEqual([]);
});
