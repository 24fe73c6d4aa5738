import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type RejectedKeys, sampleRejectedKeys } from '../../../../src/service/http/keys/rejected-keys.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

test('a guess is reported at once, a thousand more in ten seconds together, and each reason by itself', () => {
  const reports: RejectedKeys[] = [];
  const reject = sampleRejectedKeys((rejected) => reports.push(rejected));
  reject('unknown', '192.0.2.1');
  for (let i = 0; i < 1_000; i++) reject('unknown', '192.0.2.2');
  reject('missing', '192.0.2.3');
  vi.advanceTimersByTime(9_999);
  reject('unknown', '192.0.2.4');
  vi.advanceTimersByTime(1);
  reject('unknown', '192.0.2.5');
  expect(reports).toEqual([
    { reason: 'unknown', count: 1, address: '192.0.2.1' },
    { reason: 'missing', count: 1, address: '192.0.2.3' },
    { reason: 'unknown', count: 1_002, address: '192.0.2.5' },
  ]);
});
