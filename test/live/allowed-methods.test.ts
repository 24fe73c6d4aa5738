import { expect, test } from 'vitest';
import { kindOfCall, staysWithinPool } from '../../src/live/allowed-methods.ts';

test.each(['sendMessage', 'reply', 'react', 'edit', 'delete'])('%s counts as a message', (method) => {
  expect(kindOfCall(method)).toBe('write');
});

test.each([
  ...['logout', 'destroy', 'block', 'unblock', 'createGroup', 'createChannel', 'acceptInvite', 'leave', 'forward'],
  ...['setStatus', 'setDisplayName', 'setProfilePicture', 'deleteProfilePicture', 'addParticipants', 'joinChannel'],
  ...['sendPresenceAvailable', 'revokeInvite', 'clearMessages', 'constructor', 'toString', ''],
])('%s may not be called at all', (method) => {
  expect(kindOfCall(method)).toBeNull();
});

test.each([
  ['15550100121', true],
  ['15550100121@c.us', true],
  ['120363040000000000@g.us', true],
  ['12025550199', false],
  ['12025550199@c.us', false],
  ['15550100121@lid', false],
  ['status@broadcast', false],
  [undefined, false],
])('a message to %s may be sent: %s', (to, may) => {
  const numbers = ['15550100120', '15550100121'];
  expect(staysWithinPool('sendMessage', [to, 'hello'], numbers)).toBe(may);
  expect(staysWithinPool('reply', ['hello', to], numbers)).toBe(may || to === undefined);
});
