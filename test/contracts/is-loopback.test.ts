import { expect, test } from 'vitest';
import { isLoopback } from '../../src/contracts/is-loopback.ts';

test.each(['localhost', '127.0.0.1', '127.255.255.255', '::1', '0:0:0:0:0:0:0:1'])('%s is this machine', (host) => {
  expect(isLoopback(host)).toBe(true);
});

test.each([
  '',
  '0.0.0.0',
  '::',
  '126.255.255.255',
  '128.0.0.1',
  '127.1',
  '0177.0.0.1',
  '0x7f.0.0.1',
  '2130706433',
  '::ffff:127.0.0.1',
  '127.0.0.1.example.com',
  'localhost.example.com',
  '::2',
  'fe80::1',
])('"%s" is not this machine, or not for sure', (host) => {
  expect(isLoopback(host)).toBe(false);
});
