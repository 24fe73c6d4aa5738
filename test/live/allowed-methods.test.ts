import { expect, test } from 'vitest';
import type { Json } from '../../src/contracts/host.ts';
import { kindOfCall, leavesPool } from '../../src/live/allowed-methods.ts';

test.each(['Client.sendMessage', 'Message.reply', 'Message.react', 'Message.edit', 'Message.delete'])(
  '%s counts as a message',
  (method) => {
    expect(kindOfCall(method)).toBe('write');
  },
);

test.each([
  ...['logout', 'destroy', 'createGroup', 'createChannel', 'acceptInvite', 'setStatus', 'setDisplayName'].map(
    clientMethod,
  ),
  ...['setProfilePicture', 'deleteProfilePicture', 'sendPresenceAvailable', 'constructor', 'toString'].map(
    clientMethod,
  ),
  ...['Contact.block', 'GroupChat.leave', 'GroupChat.addParticipants', 'GroupChat.revokeInvite', 'Message.forward', ''],
])('%s may not be called at all', (method) => {
  expect(kindOfCall(method)).toBeNull();
});

test('a method of another class is another method, though it has the same name', () => {
  const harmful = ['Chat.delete', 'Broadcast.delete', 'Channel.sendMessage', 'Chat.sendMessage', 'GroupChat.edit'];
  expect(harmful.map(kindOfCall)).toEqual(harmful.map(() => null));
});

const numbers = ['15550100120', '15550100121'];
const ofPool = [...numbers, '15550100122'];
const groups: Record<string, Json> = {
  '120363040000000004@g.us': group('wwebjs-canary', ofPool),
  '120363040000000000@g.us': group('wwebjs-canary', numbers),
  '120363040000000001@g.us': group('Family', numbers),
  '120363040000000002@g.us': group('wwebjs-canary', [...numbers, '12025550199']),
  '120363040000000003@g.us': { ...(group('wwebjs-canary', numbers) as object), isGroup: false },
};

test.each([
  ['15550100121', true],
  ['15550100121@c.us', true],
  ['120363040000000000@g.us', true],
  ['120363040000000004@g.us', true],
  ['120363040000000001@g.us', false],
  ['120363040000000002@g.us', false],
  ['120363040000000003@g.us', false],
  ['120363040000000009@g.us', false],
  ['15550100122', false],
  ['12025550199', false],
  ['12025550199@c.us', false],
  ['15550100121@lid', false],
  ['status@broadcast', false],
  [undefined, false],
])('a message to %s may be sent: %s', async (to, may) => {
  const leaves = (method: string, args: unknown[]) => {
    return leavesPool({ method, args, chat: async (id) => groups[id] ?? null }, { ofAttempt: numbers, ofPool });
  };
  expect((await leaves('Client.sendMessage', [to, 'hello'])) === null).toBe(may);
  expect((await leaves('Client.sendSeen', [to])) === null).toBe(may);
  expect((await leaves('Message.reply', ['hello', to])) === null).toBe(may || to === undefined);
});

function group(name: string, members: readonly string[]): Json {
  return {
    ...{ name, isGroup: true },
    groupMetadata: { participants: members.map((user) => ({ id: { user, server: 'c.us' }, isAdmin: false })) },
  };
}

function clientMethod(name: string): string {
  return `Client.${name}`;
}
