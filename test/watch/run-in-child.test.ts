import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { runInChild } from '../../src/watch/run-in-child.ts';

const never = new AbortController().signal;
const node = (code: string): [string, ...string[]] => [process.execPath, '-e', code];

function isRunning(mark: string): boolean {
  return execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })
    .split('\n')
    .some((line) => line.includes(mark) && !line.startsWith('ps '));
}

test('a child that ends in time gives its exit code', async () => {
  expect(await runInChild(node('process.exit(1)'), { budgetMs: 10_000, signal: never })).toEqual({
    exitCode: 1,
    cut: false,
  });
});

test('a child that takes too long is ended gracefully', async () => {
  const code = "process.on('SIGTERM', () => process.exit(4)); setInterval(() => {}, 1000)";
  expect(await runInChild(node(code), { budgetMs: 700, signal: never })).toEqual({ exitCode: 4, cut: true });
});

test('a child that hangs is killed after its grace, and all that it started with it', async () => {
  const mark = `hangs-${process.pid}-${Date.now()}`;
  const code = `process.on('SIGTERM', () => {}); require('node:child_process').spawn('sleep', ['300'], { argv0: '${mark}' }); setInterval(() => {}, 1000)`;
  const began = Date.now();
  const end = await runInChild(node(code), { budgetMs: 700, signal: never, graceMs: 300 });
  expect(end).toEqual({ exitCode: null, cut: true });
  expect(Date.now() - began).toBeLessThan(10_000);
  await sleep(100);
  expect(isRunning(mark)).toBe(false);
});

test('a child that is stopped was not cut', async () => {
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 300);
  const end = await runInChild(node('setInterval(() => {}, 1000)'), { budgetMs: 10_000, signal: stop.signal });
  expect(end).toEqual({ exitCode: null, cut: false });
});
