import type { Json, LibraryValue } from '../../src/contracts/host.ts';
import type { PhoneGroup } from '../../src/contracts/phone-control.ts';
import { at, first, type MethodWorld, type Recipes, same } from './recipe.ts';

/** Contacts of every account, besides the one that recipes talk with. */
const [other, third] = ['12025550102', '12025550103'] as const;
const idOfUser = (number: string) => `${number}@c.us`;

/** A new group of the client and the contact, as an object of the library. */
async function newGroup({ client, contact, unique }: MethodWorld): Promise<LibraryValue> {
  const { value } = await client.call('createGroup', `Group ${unique()}`, [contact]);
  const id = at(value, 'gid', '_serialized');
  if (typeof id !== 'string') throw new Error(`createGroup answered ${JSON.stringify(value)}`);
  return client.call('getChatById', id);
}

const idOfGroup = ({ value }: LibraryValue) => at(value, 'id', '_serialized') as string;

/** Waits until the phone has the group as `isSo` says. */
async function phoneGroup(
  { phone, effect }: MethodWorld,
  group: LibraryValue,
  what: string,
  isSo: (group: PhoneGroup) => boolean,
): Promise<void> {
  await effect(`${what} on the phone`, async () => {
    return (await phone.groups.list()).some((each) => each.id === idOfGroup(group) && isSo(each));
  });
}

const rankOf = ({ members }: PhoneGroup, number: string) => members.find((member) => member.number === number)?.rank;

/** A group of two contacts, without the client, and its invite code. */
async function foreignGroup({ phone, unique }: MethodWorld): Promise<PhoneGroup> {
  return phone.groups.create({ by: other, subject: `Foreign ${unique()}`, participants: [third] });
}

/** A group of the client that a number asks to join. */
async function requestedGroup(world: MethodWorld): Promise<LibraryValue> {
  const { phone, effect } = world;
  const group = await newGroup(world);
  const id = idOfGroup(group);
  await phone.groups.change(id, { what: 'settings', settings: { approval: true } });
  await phone.groups.join((await phone.groups.get(id)).inviteCode, { by: other });
  await effect('the request is at the group', async () => (await phone.groups.get(id)).requests.includes(other));
  return group;
}

const memberOf = (world: MethodWorld, group: LibraryValue, number: string) =>
  phoneGroup(world, group, `${number} is a member`, ({ members }) => members.some((each) => each.number === number));

/** Methods of groups, and of the client about groups. */
export const groups: Recipes = {
  'Client.createGroup': async (world) => memberOf(world, await newGroup(world), world.phone.contact),
  'GroupChat.setSubject': async (world) => {
    const group = await newGroup(world);
    const subject = `Subject ${world.unique()}`;
    same((await world.client.callOn(group, 'setSubject', subject)).value, true);
    await phoneGroup(world, group, 'the group has the subject', (each) => each.subject === subject);
  },
  'GroupChat.setDescription': async (world) => {
    const group = await newGroup(world);
    same((await world.client.callOn(group, 'setDescription', 'What it is for')).value, true);
    await phoneGroup(world, group, 'the group has the description', (each) => each.description === 'What it is for');
  },
  'GroupChat.addParticipants': async (world) => {
    const group = await newGroup(world);
    await world.client.callOn(group, 'addParticipants', [idOfUser(other)]);
    await memberOf(world, group, other);
  },
  'GroupChat.removeParticipants': async (world) => {
    const group = await newGroup(world);
    await world.client.callOn(group, 'removeParticipants', [world.contact]);
    await phoneGroup(
      world,
      group,
      'the contact is no member',
      (each) => rankOf(each, world.phone.contact) === undefined,
    );
  },
  'GroupChat.promoteParticipants': async (world) => {
    const group = await newGroup(world);
    await world.client.callOn(group, 'promoteParticipants', [world.contact]);
    await phoneGroup(world, group, 'the contact is an admin', (each) => rankOf(each, world.phone.contact) === 'admin');
  },
  'GroupChat.demoteParticipants': async (world) => {
    const group = await newGroup(world);
    await world.client.callOn(group, 'promoteParticipants', [world.contact]);
    await world.client.callOn(group, 'demoteParticipants', [world.contact]);
    await phoneGroup(
      world,
      group,
      'the contact is a plain member',
      (each) => rankOf(each, world.phone.contact) === 'member',
    );
  },
  'GroupChat.setAddMembersAdminsOnly': async (world) => {
    const group = await newGroup(world);
    same((await world.client.callOn(group, 'setAddMembersAdminsOnly', true)).value, true);
    await phoneGroup(world, group, 'only admins add members', ({ settings }) => settings.adminsAdd);
  },
  'GroupChat.setMessagesAdminsOnly': async (world) => {
    const group = await newGroup(world);
    same((await world.client.callOn(group, 'setMessagesAdminsOnly', true)).value, true);
    await phoneGroup(world, group, 'only admins write', ({ settings }) => settings.announce);
  },
  'GroupChat.setInfoAdminsOnly': async (world) => {
    const group = await newGroup(world);
    same((await world.client.callOn(group, 'setInfoAdminsOnly', true)).value, true);
    await phoneGroup(world, group, 'only admins change the info', ({ settings }) => settings.restrict);
  },
  'GroupChat.getInviteCode': async (world) => {
    const group = await newGroup(world);
    const { inviteCode } = await world.phone.groups.get(idOfGroup(group));
    same((await world.client.callOn(group, 'getInviteCode')).value, inviteCode);
  },
  'GroupChat.revokeInvite': async (world) => {
    const group = await newGroup(world);
    const { inviteCode } = await world.phone.groups.get(idOfGroup(group));
    await world.client.callOn(group, 'revokeInvite');
    await phoneGroup(world, group, 'the group has another invite code', (each) => each.inviteCode !== inviteCode);
  },
  'Client.getInviteInfo': async (world) => {
    const { inviteCode, id } = await foreignGroup(world);
    const { value } = await world.client.call('getInviteInfo', inviteCode);
    same(at(value, 'id', '_serialized') ?? at(value, 'id'), id);
  },
  'Client.acceptInvite': async (world) => {
    const { inviteCode, id } = await foreignGroup(world);
    same((await world.client.call('acceptInvite', inviteCode)).value, id);
    await ownMember(world, id);
  },
  'Client.acceptGroupV4Invite': async (world) => {
    const { id, code, expiration } = await privateInvitation(world);
    const invitation = { inviteCode: code, inviteCodeExp: expiration, groupId: id, fromId: idOfUser(other) };
    await world.client.call('acceptGroupV4Invite', invitation);
    await ownMember(world, id);
  },
  'Message.acceptGroupV4Invite': async (world) => {
    const { client, phone } = world;
    const { id, subject, code, expiration } = await privateInvitation(world);
    const content = { kind: 'group-invite', group: id, groupName: subject, code, expires: expiration } as const;
    const sent = await phone.sendContent({ content, from: other });
    await client.callOn(first(await client.event('message', { id: { id: sent.id } })), 'acceptGroupV4Invite');
    await ownMember(world, id);
  },
  ...requests('getGroupMembershipRequests', async (_world, call) => {
    const { value } = await call();
    same((value as Json[]).length, 1);
  }),
  ...requests('approveGroupMembershipRequests', async (world, call, group) => {
    await call({ requesterIds: [idOfUser(other)], sleep: null });
    await memberOf(world, group, other);
  }),
  ...requests('rejectGroupMembershipRequests', async (world, call, group) => {
    await call({ requesterIds: [idOfUser(other)], sleep: null });
    await phoneGroup(
      world,
      group,
      'the request is gone',
      (each) => !each.requests.includes(other) && rankOf(each, other) === undefined,
    );
  }),
  'GroupNotification.getChat': async (world) => {
    same(at((await world.client.callOn(await joined(world), 'getChat')).value, 'isGroup'), true);
  },
  'GroupNotification.getContact': async (world) => {
    same(at((await world.client.callOn(await joined(world), 'getContact')).value, 'isMe'), true);
  },
  'GroupNotification.getRecipients': async (world) => {
    same(at((await world.client.callOn(await joined(world), 'getRecipients')).value, 0, 'number'), other);
  },
  'GroupNotification.reply': async (world) => {
    const body = `welcome ${world.unique()}`;
    await world.client.callOn(await joined(world), 'reply', body);
    await world.phone.received(body);
  },
  'Client.getCommonGroups': async (world) => {
    await newGroup(world);
    same(((await world.client.call('getCommonGroups', world.contact)).value as Json[]).length > 0, true);
  },
  'Contact.getCommonGroups': async (world) => {
    const contact = await world.client.call('getContactById', world.contact);
    same(((await world.client.callOn(contact, 'getCommonGroups')).value as Json[]).length > 0, true);
  },
  'GroupChat.leave': async (world) => {
    const group = await newGroup(world);
    await world.client.callOn(group, 'leave');
    await world.effect('the client is no member', async () => {
      return !(await world.phone.groups.list()).some((each) => each.id === idOfGroup(group));
    });
  },
};

/** An invitation of this account only to a group of two contacts; `expiration` in seconds since 1970. */
async function privateInvitation(world: MethodWorld) {
  const { groups, number } = world.phone;
  const { id, subject } = await foreignGroup(world);
  await groups.setInvitationOnly(true);
  await groups.participants(id, 'add', [number], { by: other });
  const { code, expiration } = await groups.invitationOf(id, number);
  await groups.setInvitationOnly(false);
  return { id, subject, code, expiration };
}

const ownMember = ({ phone, effect }: MethodWorld, id: string) =>
  effect('the client is a member', async () => (await phone.groups.list()).some((each) => each.id === id));

/** The notification of a participant who was added by the client. */
async function joined(world: MethodWorld): Promise<LibraryValue> {
  const group = await newGroup(world);
  await world.client.callOn(group, 'addParticipants', [idOfUser(other)]);
  return first(await world.client.event('group_join', { chatId: idOfGroup(group), recipientIds: [idOfUser(other)] }));
}

/** The recipes of a method of the client and of a group about who asks to join. */
function requests(
  method: string,
  check: (world: MethodWorld, call: (...args: Json[]) => Promise<LibraryValue>, group: LibraryValue) => Promise<void>,
): Recipes {
  return {
    [`Client.${method}`]: async (world) => {
      const group = await requestedGroup(world);
      await check(world, (...args) => world.client.call(method, idOfGroup(group), ...args), group);
    },
    [`GroupChat.${method}`]: async (world) => {
      const group = await requestedGroup(world);
      await check(world, (...args) => world.client.callOn(group, method, ...args), group);
    },
  };
}
