import { expect, test } from 'vitest';
import { endOf } from '../../../src/service/sessions/session-end.ts';

test.each([
  ['client:disconnected', ['LOGOUT'], false, { kind: 'dead', code: 'unlinked' }],
  ['client:disconnected', ['UNPAIRED'], false, { kind: 'dead', code: 'unlinked' }],
  ['client:disconnected', ['CONFLICT'], false, { kind: 'failed', code: 'disconnected', message: 'CONFLICT' }],
  ['host:exited', null, false, { kind: 'failed', code: 'host-died' }],
  ['host:exited', null, true, { kind: 'dead', code: 'host-died' }],
  ['browser:disconnected', null, false, { kind: 'failed', code: 'browser-died' }],
  ['host:exited', { code: 1, signal: null }, false, { kind: 'failed', code: 'host-died', message: 'ended by code 1' }],
  [
    'host:exited',
    { message: 'no such phone', stack: 'Error: no such phone\n at async Client.requestPairingCode (Client.js:527:16)' },
    true,
    { kind: 'dead', code: 'pairing-refused', message: 'no such phone' },
  ],
  [
    'host:error',
    { during: 'pairing-code', message: 'no such phone' },
    true,
    { kind: 'dead', code: 'pairing-refused', message: 'no such phone' },
  ],
  ['host:error', { message: 'x' }, true, { kind: 'dead', code: 'initialize-failed', message: 'x' }],
  [
    'host:error',
    { message: 'no chat of 15550100123@c.us\nat Client.js' },
    false,
    { kind: 'failed', code: 'initialize-failed', message: 'no chat of #@c.us' },
  ],
  ['page:console', { text: 'x' }, false, null],
] as const)('%s with %j while linking = %s', (type, detail, linking, end) => {
  expect(endOf(type, detail, linking)).toEqual(end);
});
