import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { AnsweredFiles } from '../../../src/service/calls/answered-files.ts';

const megabyte = { mimetype: 'image/png', filename: null, bytes: Buffer.alloc(1024 * 1024) };

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('a file is there once, for its account, and for five minutes', () => {
  const files = new AnsweredFiles();
  const [fetched, late] = [files.keep('a', megabyte), files.keep('a', megabyte)];
  expect(files.take('b', fetched)).toBeNull();
  expect(files.take('a', fetched)).toMatchObject(megabyte);
  expect(files.take('a', fetched)).toBeNull();
  vi.advanceTimersByTime(300_000);
  expect(files.take('a', late)).toBeNull();
});

test('256 MB of files are kept, the newest ones, and what is gone counts no more', () => {
  const files = new AnsweredFiles();
  const keep = (count: number) => Array.from({ length: count }, () => files.keep('a', megabyte));
  const left = (ids: readonly string[]) => ids.map((id) => files.take('a', id) !== null);
  const first = keep(300);
  expect(left(first)).toEqual([...Array(44).fill(false), ...Array(256).fill(true)]);
  const second = keep(200);
  vi.advanceTimersByTime(300_000);
  const third = keep(256);
  expect(left(second)).not.toContain(true);
  expect(left(third)).not.toContain(false);
});
