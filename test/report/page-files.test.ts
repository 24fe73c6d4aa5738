import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Trace } from '../../src/contracts/trace.ts';
import { PageFiles } from '../../src/report/page-files.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const trace: Trace = {
  schemaVersion: 1,
  requests: [],
  droppedRequests: 0,
  snapshots: [
    { at: 1, span: 0, dom: 'trace/page-1.html', screenshot: null },
    { at: 2, span: 1, dom: 'trace/page-2.html', screenshot: 'screenshot.png' },
  ],
  droppedSnapshots: 0,
};

function attemptFolder(written: unknown = trace): string {
  const folder = join(temporaryFolder(), 'attempt-1');
  mkdirSync(join(folder, 'trace'), { recursive: true });
  writeFileSync(join(folder, 'trace.json'), JSON.stringify(written));
  writeFileSync(join(folder, 'trace', 'page-1.html'), '<p>one</p>');
  writeFileSync(join(folder, 'screenshot.png'), 'picture');
  return folder;
}

test('a small trace is inside the page; what was removed meanwhile is left out', () => {
  const target = temporaryFolder();
  expect(new PageFiles(target).trace(attemptFolder())?.snapshots).toEqual([
    { at: 1, span: 0, dom: { html: '<p>one</p>' }, screenshot: null },
    { at: 2, span: 1, dom: null, screenshot: `data:image/png;base64,${btoa('picture')}` },
  ]);
});

test('once the page is large, files lie beside it under addresses that travel with its folder', () => {
  const target = temporaryFolder();
  const files = new PageFiles(target, 10);
  const [first, second] = files.trace(attemptFolder())?.snapshots ?? [];
  expect(first?.dom).toEqual({ html: '<p>one</p>' });
  expect(second?.screenshot).toBe('traces/attempt-1/screenshot.png');
  expect(readFileSync(join(target, second?.screenshot ?? ''), 'utf8')).toBe('picture');
});

test.each([
  ['of another version', { ...trace, schemaVersion: 2 }],
  [
    'with a name that leads elsewhere',
    { ...trace, snapshots: [{ at: 1, span: 0, dom: '../../secret.html', screenshot: null }] },
  ],
])('a trace %s is not shown', (_, written) => {
  expect(new PageFiles(temporaryFolder()).trace(attemptFolder(written))).toBeNull();
});

test('an attempt without a trace has none', () => {
  expect(new PageFiles(temporaryFolder()).trace(temporaryFolder())).toBeNull();
});
