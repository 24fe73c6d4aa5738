import { expect, test } from 'vitest';
import { SealBroken, seal, unseal } from '../../src/service/seal.ts';

const key = Buffer.alloc(32, 7);

test('what is sealed opens with its own key and for its own owner only', () => {
  const bytes = seal(key, Buffer.from('login'), 'session');
  expect(unseal(key, bytes, 'session').toString()).toBe('login');
  expect(() => unseal(key, bytes, 'other')).toThrow(SealBroken);
  expect(() => unseal(Buffer.alloc(32, 8), bytes, 'session')).toThrow(SealBroken);
  expect(() => unseal(key, bytes.subarray(0, -1), 'session')).toThrow(SealBroken);
  expect(() => unseal(key, Buffer.from('short'), 'session')).toThrow(SealBroken);
});
