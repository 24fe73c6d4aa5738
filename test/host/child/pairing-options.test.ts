import { expect, test } from 'vitest';
import { pairingOptions } from '../../../src/host/child/session.ts';

test('on the live site a library asks for one pairing code an attempt, and a timer of the page can wait as long', () => {
  const { phoneNumber, intervalMs } = pairingOptions('15550100120', true);
  expect(phoneNumber).toBe('15550100120');
  expect(intervalMs).toBeGreaterThan(24 * 3_600_000);
  expect(intervalMs).toBeLessThan(2 ** 31);
  expect(pairingOptions('15550100120', false).intervalMs).toBe(180_000);
});
