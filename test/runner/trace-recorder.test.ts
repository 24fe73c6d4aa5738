import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { traceSchema } from '../../src/contracts/trace.ts';
import { Redactor } from '../../src/host/redactor.ts';
import { TraceRecorder } from '../../src/runner/trace-recorder.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const request = (url: string, at = 1_100) => ({
  at,
  type: 'page:request' as const,
  detail: { ms: 100, method: 'GET', url, type: 'script', status: 200, bytes: 5, error: null },
});
const page = (dom: string | null, at = 1_000, hasScreenshot = false) => ({ at, dom, hasScreenshot });

async function written(trace: TraceRecorder, redactor = new Redactor()) {
  const folder = temporaryFolder();
  await trace.write(folder, redactor);
  const names = (await readdir(folder, { recursive: true })).filter((name) => name.includes('.'));
  const entries = names.map(async (name) => [name, await readFile(join(folder, name), 'utf8')] as const);
  const files = Object.fromEntries(await Promise.all(entries));
  return {
    files,
    trace: files['trace.json'] === undefined ? null : traceSchema.parse(JSON.parse(files['trace.json'])),
  };
}

test('times are those of the attempt: a request counts from its start', async () => {
  const recorder = new TraceRecorder('failed', 1_000);
  recorder.addRequest(request('https://a/b.js'));
  recorder.addSnapshot(0, page('<p>one</p>', 1_250), null);
  const { trace } = await written(recorder);
  expect(trace?.requests).toEqual([{ at: 0, ...request('').detail, url: 'https://a/b.js' }]);
  expect(trace?.snapshots).toEqual([{ at: 250, span: 0, dom: 'trace/page-1.html', screenshot: null }]);
});

test('a page that looks as before is written once, and one that had nothing to show is no snapshot', async () => {
  const recorder = new TraceRecorder('on', 0);
  for (const [span, dom] of ['<p>one</p>', '<p>two</p>', '<p>one</p>', null].entries())
    recorder.addSnapshot(span, page(dom, span), null);
  recorder.addSnapshot(4, page(null, 4, true), 'trace/005-ready.png');
  const { files, trace } = await written(recorder);
  expect(Object.keys(files).toSorted()).toEqual(['trace.json', 'trace/page-1.html', 'trace/page-2.html']);
  expect(trace?.snapshots.map(({ span, dom, screenshot }) => [span, dom, screenshot])).toEqual([
    [0, 'trace/page-1.html', null],
    [1, 'trace/page-2.html', null],
    [2, 'trace/page-1.html', null],
    [4, null, 'trace/005-ready.png'],
  ]);
});

test('a long attempt keeps both ends and says how much is left out', async () => {
  const recorder = new TraceRecorder('failed', 0);
  for (let i = 0; i < 1_003; i++) recorder.addRequest(request(`https://a/${i}`, 100 + i));
  for (let i = 0; i < 32; i++) recorder.addSnapshot(i, page(`<p>${i}</p>`, i), null);
  const { trace } = await written(recorder);
  expect(trace).toMatchObject({ droppedRequests: 3, droppedSnapshots: 2 });
  expect(trace?.requests.map(({ url }) => url).slice(499, 501)).toEqual(['https://a/499', 'https://a/503']);
  expect(trace?.snapshots.map(({ span }) => span).slice(14, 16)).toEqual([14, 17]);
});

test('without a trace nothing is written', async () => {
  const recorder = new TraceRecorder('off', 0);
  recorder.addSnapshot(0, page('<p>one</p>'), null);
  expect(await written(recorder)).toEqual({ files: {}, trace: null });
});

test('what the redactor knows at the end is in no file, also when it was learned late', async () => {
  const key = fc.stringMatching(/^[A-Za-z0-9+/]{20,44}$/);
  await fc.assert(
    fc.asyncProperty(fc.array(key, { minLength: 2, maxLength: 5 }), async (keys) => {
      const recorder = new TraceRecorder('failed', 0);
      recorder.addRequest(request(`https://a/${keys[0]}`));
      recorder.addSnapshot(0, page(`<div data-ref="${keys.join(',')}">${keys[1]}</div>`), null);
      const redactor = new Redactor();
      redactor.learn(keys.join(','));
      const { files } = await written(recorder, redactor);
      for (const secret of keys) expect(JSON.stringify(files)).not.toContain(secret);
    }),
    { numRuns: 30 },
  );
});
