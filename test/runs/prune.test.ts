import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, expect, test, vi } from 'vitest';
import { storedStandings } from '../../src/cli/advise/judge-attempts.ts';
import type { RetentionPolicy } from '../../src/contracts/retention.ts';
import { readHistoryInThread, readNewestRunInThread } from '../../src/report/history/read-in-thread.ts';
import { PageFiles } from '../../src/report/page-files.ts';
import { keepReport, keptReports, prune, pruneRunFolders, reportFile } from '../../src/runs/prune.ts';
import { openStore } from '../../src/store/open-store.ts';
import { whileNoneReads, whileReading } from '../../src/store/reading.ts';
import { StoreRecorder } from '../../src/store/store-recorder.ts';
import { cli } from '../cli/cli.ts';
import { exampleFinding } from '../fixtures/example-finding.ts';
import { exampleCells, exampleRun, playRun } from '../fixtures/example-run.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const dayMs = 86_400_000;
const now = Date.parse('2026-11-28T12:00:00.000Z');
const ages = [40, 20, 10, 1];

let home: string;
beforeEach(async () => {
  home = temporaryFolder();
  vi.stubEnv('WWEBJS_CANARY_HOME', home);
  const store = await openStore();
  for (const days of ages) {
    const at = new Date(now - days * dayMs);
    const run = { ...exampleRun, id: `run-${days}`, startedAt: at.toISOString() };
    await playRun(exampleCells(), [new StoreRecorder(store, home)], { run });
    const evidence = join(home, 'runs', run.id, `${run.id}-0001`);
    mkdirSync(evidence, { recursive: true });
    writeFileSync(join(evidence, 'events.json'), 'x'.repeat(1000));
    utimesSync(join(home, 'runs', run.id), at, at);
    mkdirSync(join(home, 'reports'), { recursive: true });
    writeFileSync(join(home, 'reports', `${run.id}.html`), 'x'.repeat(1000));
    utimesSync(join(home, 'reports', `${run.id}.html`), at, at);
  }
  await store.close();
  return () => vi.unstubAllEnvs();
});

const gateArgs = ['gate', '--baseline', '1.25.0', '--candidate', '1.34.7'];

const keepAll: RetentionPolicy = { schemaVersion: 1, attempts: { atLeast: 7 * dayMs }, evidence: {}, reports: {} };

async function pruneBy(policy: Partial<RetentionPolicy>) {
  const said: string[] = [];
  const store = await openStore();
  await prune(store, { ...keepAll, ...policy }, (line) => said.push(line), now);
  const runs = (await store.runs.newest(9)).map(({ run }) => run.id);
  await store.close();
  return { said, runs, evidence: readdirSync(join(home, 'runs')), reports: readdirSync(join(home, 'reports')) };
}

test('a policy without limits removes nothing and says nothing', async () => {
  const { said, runs, evidence, reports } = await pruneBy({});
  expect([said, runs.length, evidence.length, reports.length]).toEqual([[], 4, 4, 4]);
});

test('attempts, evidence and reports go by their own limits, and each is reported', async () => {
  const { said, runs, evidence, reports } = await pruneBy({
    attempts: { age: 30 * dayMs, atLeast: 7 * dayMs },
    evidence: { number: 2 },
    reports: { bytes: 1500 },
  });
  expect(runs).toEqual(['run-1', 'run-10', 'run-20']);
  expect(evidence.sort()).toEqual(['run-1', 'run-10']);
  expect(reports).toEqual(['run-1.html']);
  expect(said).toEqual([
    expect.stringMatching(/^removed 4 attempts up to 2026-10-19 \(0\.\d MB\), as the retention policy says$/),
    'removed 2 evidence folders up to 2026-11-08 (0.0 MB), as the retention policy says',
    'removed 3 reports up to 2026-11-18 (0.0 MB), as the retention policy says',
  ]);
});

test('captures go by their own limits, but for those of builds that are compared or attempted next', async () => {
  const captures = join(home, 'captures');
  mkdirSync(captures);
  for (const [i, build] of ['found-first', 'left', 'found-last', 'newer', 'newest'].entries()) {
    const file = join(captures, `${build}.json`);
    writeFileSync(file, '{}');
    const at = new Date(now - (9 - i) * dayMs);
    utimesSync(file, at, at);
  }
  const store = await openStore();
  for (const [seenAt, build, step] of [
    [1, 'found-first', 'found'],
    [2, 'left', 'replayed'],
    [3, 'found-last', 'found'],
  ] as const) {
    const capture = { ...exampleFinding().capture, file: join(captures, `${build}.json`) };
    await store.liveBuilds.keep({ build, seenAt, step, finding: exampleFinding({ build, capture }) });
  }
  await store.close();
  const { said } = await pruneBy({ captures: { number: 1 } });
  expect(readdirSync(captures).sort()).toEqual(['found-last.json', 'left.json', 'newest.json']);
  expect(said).toEqual([expect.stringMatching(/^removed 2 captures up to 2026-11-22 /)]);
});

test('what the gate judges by stays, however few attempts are allowed', async () => {
  const { runs } = await pruneBy({ attempts: { number: 1, bytes: 1, atLeast: 15 * dayMs } });
  expect(runs).toEqual(['run-1', 'run-10']);
});

test('attempts that the store did not take are kept with their folder', async () => {
  writeFileSync(join(home, 'runs', 'run-40', 'attempts-not-in-store.jsonl'), '{}\n');
  const { evidence } = await pruneBy({ evidence: { age: dayMs } });
  expect(evidence.sort()).toEqual(['run-1', 'run-40']);
});

test('while something is read nothing is removed, and the command says so', async () => {
  const limits = { reports: { number: 1 } };
  const { said, reports } = await whileReading(join(home, 'store.sqlite'), () => pruneBy(limits));
  expect(said).toEqual(['earlier runs are being read: what is no longer kept is removed after the next run']);
  expect(reports).toHaveLength(4);
  expect((await pruneBy(limits)).reports).toEqual(['run-1.html']);
});

const { library, build, browser } = (exampleCells()[0] as ReturnType<typeof exampleCells>[number]).planned.cell;

test.each<[what: string, read: () => Promise<unknown>]>([
  ['advise and surface check', () => storedStandings(build, browser, [library])],
  ['the plots of the console', () => readHistoryInThread({ window: '366d' })],
  ['the matrix of the console', () => readNewestRunInThread()],
  ['the verdict on what is stored', () => cli(gateArgs, home)],
])('%s reads nothing while something is removed', async (_what, read) => {
  let isRead = false;
  const removal = await whileNoneReads(join(home, 'store.sqlite'), 2_000, async () => {
    const answer = read().then((result) => {
      isRead = true;
      return result;
    });
    await sleep(3_000);
    return { answer, wasRead: isRead };
  });
  expect(removal?.wasRead).toBe(false);
  expect(await removal?.answer).toBeDefined();
});

test('what an interrupted command left half removed is removed', async () => {
  mkdirSync(join(home, 'runs', '.removed-run-99'));
  expect((await pruneBy({ evidence: { number: 3 } })).evidence.sort()).toEqual(['run-1', 'run-10', 'run-20']);
});

test('a report is kept with the files that its page links to, counted and removed with them', async () => {
  const report = join(home, 'report');
  const attempt = join(home, 'runs', 'run-5', 'run-5-0001');
  mkdirSync(join(attempt, 'trace'), { recursive: true });
  writeFileSync(join(attempt, 'trace', 'page-1.html'), '<p>the page</p>');
  const snapshots = [{ at: 1, span: 0, dom: 'trace/page-1.html', screenshot: null }];
  const trace = { schemaVersion: 1, requests: [], droppedRequests: 0, snapshots, droppedSnapshots: 0 };
  writeFileSync(join(attempt, 'trace.json'), JSON.stringify(trace));
  const shownTrace = new PageFiles(report, 0).trace(attempt);
  const link = shownTrace?.snapshots.flatMap(({ dom }) => (dom && 'file' in dom ? [dom.file] : []))[0] ?? 'no link';
  mkdirSync(join(report, 'traces', 'run-0-0001'));
  writeFileSync(join(report, 'traces', 'run-0-0001', 'page-1.html'), 'of a page that was overwritten');
  writeFileSync(join(report, 'index.html'), `<a href="${link}">`);
  keepReport('run-5', [{ name: 'html', target: report }]);

  for (const page of [join(report, 'index.html'), reportFile('run-5')]) {
    const [, href = ''] = /href="(.*)"/.exec(readFileSync(page, 'utf8')) ?? [];
    expect(readFileSync(join(dirname(page), decodeURI(href)), 'utf8')).toBe('<p>the page</p>');
  }
  expect(readdirSync(join(report, 'traces'))).toEqual(['run-5-0001']);
  expect(keptReports().find(({ id }) => id === 'run-5')?.bytes).toBeGreaterThan('<p>the page</p>'.length + link.length);
  const shown = await cli(['report', 'show', 'run-5'], home);
  expect(shown.stdout).toBe(`${reportFile('run-5')}\n`);
  const old = new Date(now - 50 * dayMs);
  utimesSync(join(home, 'reports', 'run-5'), old, old);
  expect((await pruneBy({ reports: { number: 4 } })).reports.sort()).toEqual(
    ages.map((days) => `run-${days}.html`).sort(),
  );
});

test('the report of a run stays when the next one overwrites it', () => {
  const page = join(home, 'report', 'index.html');
  mkdirSync(join(home, 'report'));
  writeFileSync(page, 'first');
  keepReport('run-a', [{ name: 'html', target: join(home, 'report') }]);
  keepReport('run-b', [{ name: 'html', target: join(home, 'elsewhere') }]);
  expect(existsSync(join(home, 'reports', 'run-a.html'))).toBe(true);
  expect(existsSync(join(home, 'reports', 'run-b.html'))).toBe(false);
});

const ownPolicy = (attempts: string) => {
  const own = join(home, 'retention.yaml');
  writeFileSync(own, `schemaVersion: 1\nattempts: ${attempts}\nevidence: {}\nreports: {}\n`);
  return own;
};

test('a policy in the folder that it is about is the one that counts', async () => {
  const own = ownPolicy('{ number: 7, atLeast: 30d }');
  const kept = await cli(['report', 'kept'], home);
  expect(kept.stdout).toMatch(/^attempts .* 7$/m);
  expect(kept.stdout).toContain(`The limits are those of ${own}.`);
});

test.each([['run'], ['report kept'], ['watch --port 0'], [`${gateArgs.join(' ')} --run`]])(
  'a mistake in the policy ends %s before it starts',
  async (command) => {
    ownPolicy('{ atLeast: 2 }');
    const { exit, stderr } = await cli(command.split(' '), home);
    expect(stderr).toMatch(/^error: \S+retention\.yaml:2:\d+: attempts\.atLeast: /);
    expect(exit).toBe(3);
  },
);

test('the gate says when attempts that its policy counts were removed', async () => {
  const store = await openStore();
  await store.retained.remove(['run-10']);
  await store.close();
  const judgeBy = (maxAgeHours: number) => {
    const policy = join(home, 'policy.yaml');
    const text = readFileSync('compat-matrix/policy.yaml', 'utf8');
    writeFileSync(policy, text.replace(/^maxAgeHours: .*/m, `maxAgeHours: ${maxAgeHours}`));
    return cli([...gateArgs, '--policy', policy], home);
  };
  expect((await judgeBy(1_000_000)).stderr).toContain(
    'attempts up to 2026-11-22 were removed by the retention policy, and this policy counts the last 1000000 h',
  );
  expect((await judgeBy(1)).stderr).not.toContain('were removed');
});

test('report kept says what there is and the limits, report show finds the report of a run', async () => {
  const kept = await cli(['report', 'kept'], home);
  expect(kept.stdout).toMatch(/^attempts +16 +0\.\d MB +2026-10-19 +400 d, 200000, 8\.0 GB$/m);
  expect(kept.stdout).toMatch(/^evidence folders +4 +0\.0 MB +2026-10-19 +60 d, 5000, 4\.0 GB$/m);
  expect(kept.stdout).toMatch(/^reports +4 +0\.0 MB +2026-10-19 +90 d, 200, 1\.0 GB$/m);
  expect(kept.stdout).toContain('Attempts of the last 14 d are never removed: the gate judges by them.');
  const shown = await cli(['report', 'show', 'run-10'], home);
  expect(shown.stdout).toBe(`${join(home, 'reports', 'run-10.html')}\n`);
  const unknown = await cli(['report', 'show', 'run-2'], home);
  expect(unknown).toMatchObject({
    exit: 3,
    stderr: expect.stringContaining('there is no report of run "run-2"; the newest'),
  });
});

test('a worker keeps run folders by the limits on evidence, and those of runs that are under way', () => {
  const underWay = new Set(['run-40']);
  const left = () => readdirSync(join(home, 'runs')).sort();
  expect(pruneRunFolders({ age: 15 * dayMs }, underWay, now)).toEqual([]);
  expect(left()).toHaveLength(4);
  // The home of a worker has no store.
  rmSync(join(home, 'store.sqlite'));
  expect(pruneRunFolders({ age: 15 * dayMs }, underWay, now)).toEqual([
    'removed 1 evidence folders up to 2026-11-08 (0.0 MB), as the retention policy says',
  ]);
  expect(left()).toEqual(['run-1', 'run-10', 'run-40']);
  pruneRunFolders({ bytes: 1500 }, new Set(), now);
  expect(left()).toEqual(['run-1']);
});
