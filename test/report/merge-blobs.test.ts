import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Attempt } from '../../src/contracts/attempt.ts';
import { cellKey } from '../../src/contracts/cell-key.ts';
import { InputError } from '../../src/contracts/input-error.ts';
import type { PlannedCell, RunInfo } from '../../src/contracts/run.ts';
import type { Trace } from '../../src/contracts/trace.ts';
import { mergeBlobs } from '../../src/report/merge-blobs.ts';
import { cli } from '../cli/cli.ts';
import {
  type ExampleCell,
  exampleCells,
  exampleRun,
  failedAttempt,
  passedAttempt,
  planned,
} from '../fixtures/example-run.ts';
import { keptTerminal, reportRun } from '../fixtures/recorded-run.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const partOf = (cells: readonly ExampleCell[], index: number) => ({
  shard: { index, count: 2 },
  whole: cells.map(({ planned }) => planned),
});

/** Writes the two shards of the example run as blobs. */
async function twoShards(cells: readonly ExampleCell[] = exampleCells(), seeds = [7, 7]): Promise<[string, string]> {
  const folder = temporaryFolder();
  const files: [string, string] = [join(folder, 'one.blob'), join(folder, 'two.blob')];
  for (const [i, file] of files.entries()) {
    const part = cells.filter((_, place) => place % 2 === i);
    const run = { ...exampleRun, id: `run-${i + 1}`, seed: seeds[i] as number };
    await reportRun('blob', file, part, { part: partOf(cells, i + 1), run: { run } });
  }
  return files;
}

async function merged(files: readonly string[], partial = false) {
  const heard: { plan: readonly PlannedCell[]; attempts: Attempt[]; run: RunInfo | null; said: string[] } = {
    plan: [],
    attempts: [],
    run: null,
    said: [],
  };
  await mergeBlobs(
    files,
    [
      {
        runStarted: (_run, plan) => {
          heard.plan = plan;
        },
        attemptEnded: (_planned, attempt) => {
          heard.attempts.push(attempt);
        },
        runEnded: (run) => {
          heard.run = run;
        },
      },
    ],
    { folder: temporaryFolder(), partial, say: (line) => heard.said.push(line) },
  );
  return heard;
}

async function messageOf(files: readonly string[]): Promise<string> {
  const error = await merged(files).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(InputError);
  return (error as InputError).message;
}

test('shards become one run with every cell and every attempt once', async () => {
  const cells = exampleCells();
  const { plan, attempts, run } = await merged(await twoShards(cells));
  // Neither shards nor schemas keep a sequence.
  const all = cells.map((cell) => cell.planned);
  expect(plan).toHaveLength(all.length);
  expect(plan).toEqual(expect.arrayContaining(all));
  const made = cells.flatMap((cell) => cell.attempts);
  expect(attempts).toHaveLength(made.length);
  expect(attempts).toEqual(expect.arrayContaining(made));
  expect(run).toMatchObject({ id: 'run-1+run-2', finishedAt: '2026-11-22T07:56:30.000Z' });
});

test('a missing shard is named', async () => {
  const [one] = await twoShards();
  expect(await messageOf([one])).toBe(
    'shard 2/2 is missing; a report without it would be incomplete: --partial makes one that says so',
  );
});

test('the same shard twice is refused', async () => {
  const [one] = await twoShards();
  expect(await messageOf([one, one])).toContain('are blobs of the same run run-1');
});

test('a blob that was cut off is named with its line', async () => {
  const [one, two] = await twoShards();
  const text = readFileSync(two, 'utf8');
  writeFileSync(two, text.slice(0, -60));
  expect(await messageOf([one, two])).toMatch(/two\.blob:3: it is not a blob, or it was cut off/);
  writeFileSync(two, text.slice(0, text.trimEnd().lastIndexOf('\n')));
  expect(await messageOf([one, two])).toMatch(/two\.blob: it was cut off after line 3/);
});

test('something else than a blob is refused', async () => {
  const file = join(temporaryFolder(), 'report.json');
  writeFileSync(file, '{"schemaVersion":1}\n');
  expect(await messageOf([file])).toMatch(/report\.json:1: it is not a blob that this version reads: kind/);
  writeFileSync(file, '');
  expect(await messageOf([file])).toMatch(/it is empty/);
  expect(await messageOf(['/no/such.blob'])).toBe('/no/such.blob: there is no such file');
});

test('a partial merge has the cells of a lost shard as not run, and says that it is missing', async () => {
  const cells = exampleCells();
  const [one] = await twoShards(cells);
  const { plan, attempts, run } = await merged([one], true);
  expect(plan.map(({ cell }) => cellKey(cell)).sort()).toEqual(
    cells.map(({ planned }) => cellKey(planned.cell)).sort(),
  );
  expect(attempts.map(({ id }) => id)).toEqual([0, 2].map((place) => cells[place]?.attempts[0]?.id));
  expect(run?.missing).toEqual(['shard 2/2 is missing: 2 cells were not run']);
});

test('a partial merge takes a shard up to where it was cut off', async () => {
  const [one, two] = await twoShards();
  const text = readFileSync(two, 'utf8');
  writeFileSync(two, text.slice(0, -60));
  const { attempts, run } = await merged([one, two], true);
  expect(attempts).toHaveLength(3);
  expect(run?.missing).toEqual([expect.stringMatching(/two\.blob:3: it is not a blob, or it was cut off/)]);
});

test('a partial merge of all shards is a whole one', async () => {
  const { run } = await merged(await twoShards(), true);
  expect(run).not.toHaveProperty('missing');
});

test('blobs that do not say the whole plan merge without the cells that are lost', async () => {
  const [one] = await twoShards();
  const [head = '', ...rest] = readFileSync(one, 'utf8').split('\n');
  writeFileSync(one, [JSON.stringify({ ...JSON.parse(head), whole: undefined }), ...rest].join('\n'));
  const { run } = await merged([one], true);
  expect(run?.missing).toEqual(['shard 2/2 is missing, and no blob says which cells that were']);
});

test('one shard out of two runs is refused', async () => {
  const [one, two] = await twoShards();
  const text = readFileSync(two, 'utf8');
  writeFileSync(two, text.replace('"index":2', '"index":1'));
  expect(await messageOf([one, two])).toMatch(/one\.blob and .*two\.blob are both shard 1\/2: give one of them/);
});

test.each(['list', 'json', 'junit', 'html', 'markdown', 'blob'])(
  '%s says what a partial report is missing',
  async (name) => {
    const folder = temporaryFolder();
    const terminal = keptTerminal();
    const missing = ['shard 2/2 is missing: 2 cells were not run'];
    const target = name === 'list' ? '' : join(folder, 'out');
    process.env.WWEBJS_CANARY_HOME = folder;
    mkdirSync(join(folder, 'out'), { recursive: name === 'html' });
    const written = name === 'html' ? join(target, 'index.html') : join(target, 'file');
    await reportRun(name, name === 'html' || name === 'list' ? target : written, exampleCells(), {
      terminal,
      run: { run: { ...exampleRun, missing } },
    });
    const text = name === 'list' ? terminal.resulted : readFileSync(written, 'utf8');
    expect(text).toContain(missing[0]);
  },
);

test.each([
  ['nothing surprising', exampleCells().slice(2, 3), 2],
  ['a surprise', exampleCells().slice(0, 3), 1],
])('the exit code of a partial report with %s', async (_what, cells, code) => {
  const [one, two] = await twoShards(cells);
  const whole = await cli(['report', 'merge', two, one]);
  const { exit, stdout, stderr } = await cli(['report', 'merge', code === 1 ? two : one, '--partial']);
  expect(stdout).toContain('incomplete: shard');
  expect(exit).toBe(code);
  expect([0, 1]).toContain(whole.exit);
  expect(stderr).not.toContain('error');
});

test('shards of different seeds are merged, and the merge says so', async () => {
  expect((await merged(await twoShards())).said).toEqual([]);
  expect((await merged(await twoShards(exampleCells(), [7, 8]))).said).toEqual([
    expect.stringMatching(/^the blobs are of runs with different seeds \(7, 8\): the report shows 7; /),
  ]);
});

test('the trace of an attempt travels in the blob of its shard into the merged report', async () => {
  const [artifacts, folder] = [temporaryFolder(), temporaryFolder()];
  mkdirSync(join(artifacts, 'traced', 'trace'), { recursive: true });
  const trace: Trace = {
    schemaVersion: 1,
    requests: [],
    droppedRequests: 0,
    snapshots: [
      { at: 1, span: 0, dom: 'trace/page-1.html', screenshot: 'trace/001-page.png' },
      { at: 2, span: 1, dom: 'trace/page-1.html', screenshot: 'screenshot.png' },
    ],
    droppedSnapshots: 0,
  };
  const files = {
    'trace.json': JSON.stringify(trace),
    'screenshot.png': 'the failure',
    'trace/page-1.html': '<p>a page of the trace</p>',
    'trace/001-page.png': 'a picture',
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(artifacts, 'traced', name), content);
  const attempt = failedAttempt({ id: 'traced', artifacts: 'traced' });
  const blob = join(folder, 'one.blob');
  await reportRun('blob', blob, [{ planned: planned(), attempts: [attempt] }], { artifacts });
  const { exit } = await cli(['report', 'merge', blob, '--reporter', `html=${join(folder, 'report')}`], folder);
  expect(exit).toBe(1);
  const page = readFileSync(join(folder, 'report', 'index.html'), 'utf8');
  expect(page).toContain('id="trace-traced"');
  expect(page).toContain('a page of the trace');
  expect(page).toContain(btoa('a picture'));
});

test('a merged run that is kept is in the store, once, and the next report compares itself with it', async () => {
  const home = temporaryFolder();
  const nightly = async (night: number, cells = exampleCells()) => {
    const files = cells.map((_, i) => join(home, `${night}-${i}.blob`));
    for (const [i, cell] of cells.entries()) {
      const shard = { shard: { index: i + 1, count: cells.length }, whole: cells.map((one) => one.planned) };
      const run = { ...exampleRun, id: `night-${night}-${i}`, startedAt: `2026-11-2${night}T02:00:00.000Z` };
      await reportRun('blob', files[i] as string, [cell], { part: shard, run: { run } });
    }
    return cli(['report', 'merge', ...files, '--keep'], home);
  };
  expect((await nightly(1)).exit).toBe(1);
  const broken = exampleCells().with(2, { planned: planned({ library: '1.34.7' }), attempts: [failedAttempt()] });
  expect((await nightly(2, broken)).exit).toBe(1);
  const difference = await cli(['report', 'diff', 'previous', 'last'], home);
  expect(difference.stdout).toMatch(/^passed before, fails now \(1\)\n +1\.34\.7 /m);
  expect(difference.exit).toBe(1);
  const again = await nightly(2);
  expect(again).toMatchObject({ exit: 3, stderr: expect.stringContaining('the store has run night-2-0') });
  const { stdout } = await cli(['report', 'kept'], home);
  expect(stdout).toMatch(/^attempts +8 /m);
});

test('a webhook is notified of what a kept merge changes', async () => {
  const home = temporaryFolder();
  const notified: { event: string }[] = [];
  const server = createServer(async (request, response) => {
    notified.push(JSON.parse(Buffer.concat(await Array.fromAsync(request)).toString()));
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const webhook = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    for (const [night, attempts] of [[failedAttempt()], [failedAttempt()], [passedAttempt()]].entries()) {
      const blob = join(home, `${night}.blob`);
      const run = { ...exampleRun, id: `night-${night}` };
      await reportRun('blob', blob, [{ planned: planned(), attempts }], { run: { run } });
      await cli(['report', 'merge', blob, '--keep', '--webhook', webhook], home);
    }
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
  expect(notified.map(({ event }) => event)).toEqual(['unexpected', 'over']);
});

test('a webhook without --keep would be notified of the same again and again, so it is refused', async () => {
  const { exit, stderr } = await cli(['report', 'merge', 'one.blob', '--webhook', 'http://127.0.0.1:9/']);
  expect(exit).toBe(3);
  expect(stderr).toContain('--webhook needs --keep');
});
