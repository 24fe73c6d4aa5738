import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { sampled } from '../../../src/service/http/sampled.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

test('the first is reported at once, a thousand more in ten seconds together, and each kind by itself', () => {
  const reports: [kind: string, count: number, what: string][] = [];
  const happened = sampled<string, string>((what, count, kind) => reports.push([kind, count, what]));
  happened('unknown', '192.0.2.1');
  for (let i = 0; i < 1_000; i++) happened('unknown', '192.0.2.2');
  happened('missing', '192.0.2.3');
  vi.advanceTimersByTime(9_999);
  happened('unknown', '192.0.2.4');
  vi.advanceTimersByTime(1);
  happened('unknown', '192.0.2.5');
  expect(reports).toEqual([
    ['unknown', 1, '192.0.2.1'],
    ['missing', 1, '192.0.2.3'],
    ['unknown', 1_002, '192.0.2.5'],
  ]);
});

test('kinds without number take no memory without end', () => {
  let reports = 0;
  const happened = sampled<string, null>(() => reports++);
  for (let kind = 0; kind < 2_000; kind++) happened(String(kind), null);
  expect(reports).toBe(2_000);
  happened('1999', null);
  expect(reports).toBe(2_000);
});
