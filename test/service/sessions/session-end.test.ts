import { expect, test } from 'vitest';
import { endOf } from '../../../src/service/sessions/session-end.ts';

test.each([
  ['client:disconnected', ['LOGOUT'], false, { kind: 'dead', code: 'unlinked' }],
  ['client:disconnected', ['UNPAIRED'], false, { kind: 'dead', code: 'unlinked' }],
  ['client:disconnected', ['CONFLICT'], false, { kind: 'failed', code: 'disconnected' }],
  ['host:exited', null, false, { kind: 'failed', code: 'host-died' }],
  ['host:exited', null, true, { kind: 'dead', code: 'host-died' }],
  ['browser:disconnected', null, false, { kind: 'failed', code: 'browser-died' }],
  ['host:error', { message: 'x' }, true, { kind: 'dead', code: 'initialize-failed' }],
  ['page:console', { text: 'x' }, false, null],
] as const)('%s with %j while linking = %s', (type, detail, linking, end) => {
  expect(endOf(type, detail, linking)).toEqual(end);
});
