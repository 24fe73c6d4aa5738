import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { Attempt } from '../../src/contracts/attempt.ts';
import { reportSchema } from '../../src/contracts/run.ts';
import { addCapture, removeCaptures } from '../../src/replica/builds/added-facts.ts';
import { buildOrigin } from '../../src/replica/builds/build-origin.ts';
import { resolveSurface } from '../../src/replica/builds/resolve-surface.ts';
import { buildSentence } from '../../src/words/build-finding.ts';
import { capturedPage } from '../fixtures/captured-page.ts';
import { exampleFinding } from '../fixtures/example-finding.ts';
import { failedAttempt, passedAttempt, planned } from '../fixtures/example-run.ts';
import { keptTerminal, reportRun } from '../fixtures/recorded-run.ts';
import { temporaryFolder } from '../temporary-folder.ts';

afterEach(removeCaptures);

const tonight = '2.3000.1059999999';
const live = (builds: string[]): Partial<Attempt> => ({
  live: { accounts: ['anna'], builds, switches: {}, intercepts: false },
});
const onSite = { target: 'live', build: 'live', flow: 'restore-to-ready' } as const;

/** What the page of a build is known from, with a capture of an account, which is forgotten again. */
function originOfTonight(switches = {}) {
  addCapture(capturedPage(tonight, { method: 'account', executed: { searchIcon: 'x' } }), 'tonight.json');
  const origin = buildOrigin(resolveSurface(tonight, switches));
  removeCaptures();
  return origin;
}

const finding = exampleFinding({
  unread: [{ library: '1.34.9', why: 'ENOENT /root/libraries' }],
  drift: [{ behaviour: 'searchIcon', data: 'search', seen: 'search-refreshed' }],
  live: {
    run: 'run-1',
    note: null,
    flows: [{ library: '1.34.7', flow: 'restore-to-ready', passed: 3, failed: 0, spoiled: 0, code: null, cause: null }],
  },
});
const found = [{ build: finding.build, seenAt: Date.parse('2026-11-29T10:00:00Z'), step: 'found' as const, finding }];

/** The same run in the report of each kind, as text. */
async function reported(cells: Parameters<typeof reportRun>[2], earlier: Parameters<typeof reportRun>[2] = []) {
  const folder = temporaryFolder();
  process.env.WWEBJS_CANARY_HOME = folder;
  mkdirSync(join(folder, 'out', 'html'), { recursive: true });
  const file = (name: string) => join(folder, 'out', name);
  const terminal = keptTerminal({ width: 1000 });
  const options = { ...(earlier.length > 0 && { earlier }), found };
  await reportRun('list', '', cells, { ...options, terminal });
  for (const name of ['json', 'markdown', 'junit']) await reportRun(name, file(name), cells, options);
  await reportRun('html', file('html'), cells, options);
  const read = (name: string) => readFileSync(file(name), 'utf8');
  return {
    list: terminal.resulted,
    json: reportSchema.parse(JSON.parse(read('json'))),
    markdown: read('markdown').replaceAll(/\\(.)/g, '$1'),
    junit: read('junit'),
    html: read('html/index.html'),
  };
}

test('every report says how old a build is, and what of it was seen live, in the same words', async () => {
  const cells = [{ planned: planned({ build: tonight }), attempts: [passedAttempt({ origin: originOfTonight() })] }];
  const earlier = [
    { planned: planned(onSite), attempts: [passedAttempt({ id: 'live-1', ...live([tonight]) })] },
    {
      planned: planned({ ...onSite, library: '1.34.6' }),
      attempts: [failedAttempt({ id: 'live-2', ...live([tonight]) })],
    },
  ];
  const { list, json, markdown, junit, html } = await reported(cells, earlier);
  const known =
    'names from a capture of 2026-11-29 (account); behaviours: 1 of 19 seen live, 18 carried over from 2.3000.1049833609 (2026-10-09)';
  const line = `${tonight} of 2026-11-29, 0 days old: ${known}; live attempts: 2 (1 passed), the last on 2026-11-22`;
  expect(list).toContain(`Builds, and what of them was seen live\n  ${line}\n`);
  expect(markdown).toContain(`### Builds, and what of them was seen live\n\n- ${line}\n`);
  expect(junit).toContain(`<property name="build known by" value="${known}"/>`);
  expect(json.builds).toMatchObject([
    {
      ...{ build: tonight, date: '2026-11-29', ageDays: 0, target: 'replica' },
      origin: { names: { from: 'capture', capture: { method: 'account', complete: true, standIn: false } } },
      live: { passed: 1, failed: 1, libraries: ['1.34.6', '1.34.7'] },
    },
  ]);
  const overview = JSON.parse(/id="overview">(.*)<\/script>/.exec(html)?.[1] ?? '');
  expect(overview.builds).toEqual(json.builds);
});

test('a build of a run on the live site is the one that its attempts met', async () => {
  const cells = [
    { planned: planned(onSite, null, 2), attempts: [passedAttempt(live([tonight])), passedAttempt(live([]))] },
  ];
  const { list, json } = await reported(cells);
  expect(list).toContain(
    `${tonight}, of which the day is not known: served by the live site; live attempts: 1 (1 passed), the last on 2026-11-22\n`,
  );
  expect(list).toContain(`On the live site (${tonight}) 1.34.7 works (restore 2 of 2).`);
  expect(json.builds).toMatchObject([{ build: tonight, target: 'live', origin: null }]);
});

test('what records do not say is not made up from the data of the machine that reports', async () => {
  const { list, json } = await reported([{ planned: planned(), attempts: [passedAttempt()] }]);
  expect(list).toContain('its records do not say from where it is known; live attempts: none in the store\n');
  expect(json.builds).toMatchObject([{ origin: null, live: { passed: 0, failed: 0, newestAt: null } }]);
});

test('of records that differ, the one counts of which least was seen live, and default switches before others', async () => {
  const weaker = buildOrigin(resolveSurface(tonight));
  const cell = (origin: ReturnType<typeof buildOrigin>, axes = {}) => ({
    planned: planned({ build: tonight, ...axes }),
    attempts: [passedAttempt({ origin })],
  });
  const both = await reported([cell(originOfTonight()), cell(weaker, { library: '1.34.6' })]);
  expect(both.json.builds).toMatchObject([{ origin: weaker }]);
  const chosen = await reported([cell(weaker, { switches: { production: 'false' } }), cell(originOfTonight())]);
  expect(chosen.json.builds).toMatchObject([{ origin: originOfTonight() }]);
});

test('the html and the markdown report have what was found about new builds, without paths of the machine', async () => {
  const { html, markdown } = await reported([{ planned: planned(), attempts: [passedAttempt()] }]);
  const sentence = buildSentence(finding);
  expect(sentence).toContain('on the live site 1.34.7 restores');
  expect(markdown).toContain(`### New builds of the live site\n\n- ${sentence}\n`);
  const { findings } = JSON.parse(/id="overview">(.*)<\/script>/.exec(html)?.[1] ?? '');
  expect(findings).toMatchObject([{ build: finding.build, isComplete: true, sentence }]);
  for (const ofMachine of [finding.capture.file, '/root/libraries']) expect(html).not.toContain(ofMachine);
});
