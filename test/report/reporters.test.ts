import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { reportSchema } from '../../src/contracts/run.ts';
import { reporters } from '../../src/report/reporters.ts';
import { exampleCells, failedAttempt, infraAttempt, passedAttempt, planned } from '../fixtures/example-run.ts';
import { keptTerminal, reportRun } from '../fixtures/recorded-run.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const hostile = '</script><script>alert(1)</script> & "quotes" | pipe \u2028 \u0007 `tick`';
const hostileCells = () => [
  {
    planned: planned({ library: '<1.0.0>' }, { outcome: 'failed', reason: hostile, link: 'javascript:alert(1)' }),
    attempts: [failedAttempt({ cause: { message: hostile, evidence: [hostile] } })],
  },
];

async function written(name: string, cells = exampleCells(), options = {}): Promise<string> {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'out'));
  process.env.WWEBJS_CANARY_HOME = folder;
  const target = name === 'html' ? join(folder, 'out') : join(folder, 'out', 'file');
  await reportRun(name, target, cells, options);
  return readFileSync(name === 'html' ? join(target, 'index.html') : target, 'utf8');
}

test('json has the shape of the contract and every attempt', async () => {
  const cells = exampleCells();
  const report = reportSchema.parse(JSON.parse(await written('json', cells)));
  expect(report.summary).toEqual({ cells: 5, passed: 1, failed: 2, infra: 1, surprises: 1 });
  expect(report.cells.map((cell) => cell.surprise)).toEqual([false, true, false, false, false]);
  expect(report.cells.map((cell) => cell.attempts)).toEqual(cells.map((cell) => cell.attempts));
});

test('a failed cell without an expectation is a surprise', async () => {
  const report = reportSchema.parse(
    JSON.parse(await written('json', [{ planned: planned(), attempts: [failedAttempt()] }])),
  );
  expect(report.cells[0]).toMatchObject({ expectation: null, surprise: true });
});

test('junit: a surprise fails, trouble is an error, one that fails as expected or was not run is skipped', async () => {
  const xml = await written('junit');
  expect(xml.match(/<testsuite .*>/g)).toEqual([
    expect.stringMatching(
      /name="whatsapp-web\.js 1\.25\.0" tests="2" failures="1" errors="0" skipped="1" time="[\d.]+" timestamp="2026-11-22T07:55:00" hostname="[^"]+"/,
    ),
    expect.stringMatching(/name="whatsapp-web\.js 1\.34\.7" tests="3" failures="0" errors="1" skipped="1"/),
  ]);
  expect(xml).toContain('<failure message="expected passed, seen no-ready in phase ready, blame library">');
  expect(xml).toContain('<skipped message="fails as expected">no-ready in phase ready, blame library');
  expect(xml).toMatch(/ classname="1_25_0 qr-to-ready" /);
  expect(xml).not.toMatch(/ classname="[^"]*\./);
  expect(xml).toContain('npx wwebjs-canary run --library 1.25.0');
});

test('junit: what fails as expected has the reason of its expectation', async () => {
  const expectation = {
    outcome: 'failed',
    reason: 'the page has no getMeUser',
    link: 'https://example.org/1',
  } as const;
  const xml = await written('junit', [{ planned: planned({}, expectation), attempts: [failedAttempt()] }]);
  expect(xml).toContain('<skipped message="fails as expected: the page has no getMeUser https://example.org/1">');
});

test('junit holds nothing that XML cannot hold', async () => {
  const xml = await written('junit', hostileCells());
  const text = xml.replaceAll(/<[^<>]*>/g, '');
  expect(text).not.toMatch(/[<>]/);
  expect(text).not.toContain('\u0007');
  expect(text).toContain('&lt;/script&gt;');
});

test('markdown shows the sentence, the grid and the causes', async () => {
  const markdown = await written('markdown');
  expect(markdown).toContain('| **1.25.0** | ✗ no-ready | ✗ no-ready ? |');
  expect(markdown).toContain('| no-ready | WAWebUserPrefsMeUser.getMeUser | src/Client.js:262 |');
  expect(markdown).toContain('### Not as expected');
});

test('markdown never grows past what a CI job summary takes', async () => {
  const cells = Array.from({ length: 150 }, (_, i) => {
    const cause = { message: 'x'.repeat(9000), libraryLine: i, evidence: [] };
    return { planned: planned({ library: `1.${i}.0` }), attempts: [{ ...failedAttempt({ cause }) }] };
  });
  const markdown = await written('markdown', cells);
  expect(Buffer.byteLength(markdown)).toBeLessThanOrEqual(1024 * 1024);
  expect(markdown).toContain('The rest does not fit here');
});

test('markdown reads nothing of a record as markup', async () => {
  const markdown = await written('markdown', hostileCells());
  expect(markdown).not.toContain('<script>');
  const row = markdown.split('\n').find((line) => line.startsWith('| no-ready |'));
  expect(row?.replaceAll('\\|', '').split('|')).toHaveLength(8);
});

test('html embeds records so that they cannot end their script element, and loads nothing from elsewhere', async () => {
  const html = await written('html', hostileCells());
  expect(html.match(/<\/script>/g)).toHaveLength(3);
  expect(html).not.toMatch(/\u2028|<(?:link|img|iframe)\b|(?:src|href)="http/);
  expect(html).toContain("default-src 'none'");
});

test('list prints one line per attempt and the result apart from it', async () => {
  const terminal = keptTerminal();
  await reportRun('list', '', exampleCells(), { terminal });
  expect(terminal.progressed.split('\n')).toEqual([
    'run 20261122-075500-ab12: 5 cells, 5 attempts, 1 at a time, seed 7',
    '[1/5] ✗ 1.25.0 on 2.3000.1032534684  no-ready in phase ready: window.Store.User.getMeUser is not a function  3.0 s',
    '[2/5] ✗ 1.25.0 on 2.3000.1044822804  no-ready in phase ready: window.Store.User.getMeUser is not a function ? not as expected  3.0 s',
    '[3/5] ✓ 1.34.7 on 2.3000.1032534684  passed  3.0 s',
    '[4/5] ! 1.34.7 on 2.3000.1044822804  harness-error in phase launch: the disk is full  3.0 s',
    '',
  ]);
  expect(terminal.resulted).toContain(
    '5 cells: 1 passed, 2 failed, 1 spoiled by the harness or the machine, 1 not run, 1 not as expected',
  );
});

test('list says of how many attempts the evidence is missing, and why', async () => {
  const terminal = keptTerminal();
  const artifactsMissing = 'the evidence store /evidence is full (ENOSPC)';
  const attempts = [failedAttempt({ artifactsMissing }), failedAttempt({ artifactsMissing }), failedAttempt()];
  await reportRun('list', '', [{ planned: planned({}, null, 3), attempts }], { terminal });
  expect(terminal.progressed).toContain(`the evidence of 2 attempts is missing: ${artifactsMissing}\n`);
});

test('list says that a run was interrupted', async () => {
  const terminal = keptTerminal();
  await reportRun('list', '', exampleCells(), { terminal, interrupted: true });
  expect(terminal.progressed).toContain('interrupted: the rest of the plan was not run');
});

test('on a live terminal list redraws what is running in place and leaves nothing of it behind', async () => {
  const terminal = keptTerminal({ live: true, width: 60 });
  await reportRun('list', '', [{ planned: planned({}, null, 2), attempts: [passedAttempt(), passedAttempt()] }], {
    terminal,
  });
  expect(terminal.progressed).toMatch(/1\/2 done, about [\d.]+ s left\n1 passed, 0 failed\n/);
  expect(terminal.progressed).toContain('2/2 done\n');
  const lines = play(terminal.progressed);
  expect(lines.filter((line) => /\d done/.test(line))).toEqual([]);
  expect(lines.filter((line) => line.startsWith('['))).toHaveLength(2);
});

const escapeCode = '\u001b';

/** What a terminal shows after it was sent this: understands newlines, cursor up, and clear to the end of the screen. */
function play(sent: string): string[] {
  const rows = [''];
  for (const part of sent.split(new RegExp(`(\n|${escapeCode}\\[\\d+A|${escapeCode}\\[0J)`))) {
    if (part === '\n') rows.push('');
    else if (part.startsWith(escapeCode) && part.endsWith('A'))
      rows.splice(rows.length - 1 - Number(part.slice(2, -1)));
    else if (part.startsWith(escapeCode)) rows.push('');
    else rows[rows.length - 1] += part;
  }
  return rows;
}

const onLiveSite = { target: 'live', build: 'live', flow: 'restore-to-ready' } as const;
const met = { live: { accounts: ['anna'], builds: ['2.3000.1044822804'], switches: {}, intercepts: false } };
const liveRuns = {
  'that passed': [passedAttempt(met)],
  'that failed': [failedAttempt(met)],
  'that limits refused': [infraAttempt({ code: 'limit-reached' })],
  'that was not made': [],
};

test.each(Object.keys(reporters).flatMap((name) => Object.keys(liveRuns).map((ended) => [name, ended] as const)))(
  '%s reports an attempt on the live site %s, beside one on a replica',
  async (name, ended) => {
    const attempts = liveRuns[ended as keyof typeof liveRuns];
    const live = { planned: planned(onLiveSite), attempts };
    for (const cells of [[live], [live, { planned: planned(), attempts: [passedAttempt()] }]]) {
      const target = name === 'html' ? temporaryFolder() : join(temporaryFolder(), 'file');
      await expect(reportRun(name, target, cells)).resolves.toBeUndefined();
    }
  },
);
