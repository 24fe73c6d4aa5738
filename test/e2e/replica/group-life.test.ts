import { once } from 'node:events';
import { beforeAll, describe, expect, test } from 'vitest';
import { jpeg } from '../../../canaries/methods/media-files.ts';
import { lidOf } from '../../../src/replica/world/people.ts';
import { type LinkedClient, sharedClient } from './linked-client.ts';

const ada = '12025550101';
const ben = '12025550102';
const cleo = '12025550103';
const stranger = '12025559999';
const jid = (number: string) => `${number}@c.us`;

/** The next event of the client, with what the listener gets. */
// biome-ignore lint/suspicious/noExplicitAny: events of several library versions
async function next(client: LinkedClient['client'], event: string): Promise<any> {
  const [first] = await once(client as never, event, { signal: AbortSignal.timeout(20_000) });
  return first;
}

interface Participant {
  id: { _serialized: string };
}

interface Pair {
  version: string;
  build: string;
  /** The version looks for the numbers of members that have lids. */
  participantsByNumber?: true;
  /** What a text to a group fails with (wwebjs/whatsapp-web.js#3780). */
  sendFails?: string;
  /** What the address of a picture fails with. */
  picFails?: string;
  /** What a new invite code fails with: the library looks for it in a module that does not have it. */
  revokeFails?: string;
}

const pairs: readonly Pair[] = [
  {
    version: '1.34.7',
    build: '2.3000.1032534684',
    participantsByNumber: true,
    picFails: 'isNewsletter is not a function',
    revokeFails: 'window.require(...).resetGroupInviteCode is not a function',
  },
  {
    version: '1.33.2',
    build: '2.3000.1029241508',
    sendFails: 'window.Store.WidFactory.toUserWidOrThrow is not a function',
  },
];

describe.each(pairs)(
  'groups with $version on $build',
  ({ version, build, participantsByNumber, sendFails, picFails, revokeFails }) => {
    const linked = sharedClient(version, build);
    let id: string;
    // biome-ignore lint/suspicious/noExplicitAny: the class of several library versions
    let group: any;

    beforeAll(async () => {
      const made = await linked.client.createGroup('Birds', [jid(ada), jid(stranger)]);
      expect(made.participants).toMatchObject({
        [jid(ada)]: { statusCode: 200, isGroupCreator: false },
        [jid(stranger)]: { statusCode: 404 },
      });
      id = made.gid._serialized;
      group = await linked.client.getChatById(id);
    });

    test('what a client makes is on the phone and in the chats', async () => {
      const { client, phone } = linked;
      expect(phone.groups.get(id)).toMatchObject({
        subject: 'Birds',
        owner: phone.number,
        members: [
          { number: phone.number, rank: 'superadmin' },
          { number: ada, rank: 'member' },
        ],
      });
      expect(group).toMatchObject({ isGroup: true, name: 'Birds' });
      expect(group.owner._serialized).toBe(jid(phone.number));
      expect(group.participants.map((one: { id: { _serialized: string } }) => one.id._serialized)).toEqual([
        jid(phone.number),
        jid(ada),
      ]);
      const chats = await client.getChats();
      expect(
        chats.filter((chat: { isGroup: boolean }) => chat.isGroup).map(({ name }: { name: string }) => name),
      ).toEqual(['Birds']);
    });

    test('a text arrives both ways with its author, and is read when all have read it', async () => {
      const { client, phone } = linked;
      if (sendFails) {
        await expect(client.sendMessage(id, 'hello all')).rejects.toThrow(sendFails);
        return;
      }
      const acks: number[] = [];
      client.on('message_ack', (_message: never, ack: never) => void acks.push(ack));
      const sent = await client.sendMessage(id, 'hello all', { mentions: [jid(ada)] });
      expect(await phone.received('hello all')).toMatchObject({ to: id, from: phone.number });
      await expect.poll(() => acks).toEqual([1, 2, 3]);
      const info = await sent.getInfo();
      expect(info.read.map((one: { id: { _serialized: string } }) => one.id._serialized)).toEqual([jid(ada)]);
      expect(info.readRemaining).toBe(0);

      const received = next(client, 'message');
      phone.send('hello bot', { from: ada, to: id });
      const message = await received;
      expect(message).toMatchObject({ body: 'hello bot', from: id, author: jid(ada), to: jid(phone.number) });
      const { id: last } = phone.send('delete me', { from: ada, to: id });
      await message.reply('hello Ada');
      expect(await phone.received('hello Ada')).toMatchObject({ to: id });
      const messages = await (await client.getChatById(id)).fetchMessages({});
      await messages.find((one: { body: string }) => one.body === 'delete me').delete(true);
      await expect.poll(() => phone.state().sent.find((one) => one.id === last)?.revokedBy).toBe(phone.number);
    });

    test('subject, description and settings change for all', async () => {
      const { client, phone } = linked;
      const updated = next(client, 'group_update');
      expect(await group.setSubject('Birds of town')).toBe(true);
      expect(await updated).toMatchObject({
        type: 'subject',
        body: 'Birds of town',
        chatId: id,
        author: jid(phone.number),
      });
      expect(await group.setDescription('What flies')).toBe(true);
      expect(await group.setMessagesAdminsOnly(true)).toBe(true);
      expect(await group.setInfoAdminsOnly(true)).toBe(true);
      expect(await group.setAddMembersAdminsOnly(true)).toBe(true);
      expect(phone.groups.get(id)).toMatchObject({
        subject: 'Birds of town',
        description: 'What flies',
        settings: { announce: true, restrict: true, adminsAdd: true },
      });
      expect(() => phone.send('may I?', { from: ada, to: id })).toThrow('Only admins');
      const changed = next(client, 'group_update');
      expect(await group.setMessagesAdminsOnly(false)).toBe(true);
      await changed;
      expect(await client.getChatById(id)).toMatchObject({ name: 'Birds of town', description: 'What flies' });
    });

    test('a picture is set, seen and deleted', async () => {
      const { client, phone, library } = linked;
      const picture = new library.MessageMedia('image/jpeg', jpeg.toString('base64'));
      const updated = next(client, 'group_update');
      expect(await group.setPicture(picture)).toBe(true);
      expect(await updated).toMatchObject({ type: 'picture', chatId: id });
      expect(phone.groups.get(id).picture).toBe(true);
      if (picFails) await expect(client.getProfilePicUrl(id)).rejects.toThrow(picFails);
      else expect((await fetch(await client.getProfilePicUrl(id))).headers.get('content-type')).toBe('image/jpeg');
      expect(await group.deletePicture()).toBe(true);
      expect(phone.groups.get(id).picture).toBe(false);
    });

    test('members are added, promoted, demoted and removed', async () => {
      const { client, phone } = linked;
      const joined = next(client, 'group_join');
      expect(await group.addParticipants([jid(ben), jid(stranger)], { sleep: 0 })).toMatchObject({
        [jid(ben)]: { code: 200 },
        [jid(stranger)]: { code: 404 },
      });
      expect(await joined).toMatchObject({ type: 'add', recipientIds: [jid(ben)], author: jid(phone.number) });
      const promoted = next(client, 'group_admin_changed');
      expect(await group.promoteParticipants([jid(ben)])).toEqual({ status: 200 });
      expect(await promoted).toMatchObject({ type: 'promote', recipientIds: [jid(ben)] });
      expect(phone.groups.get(id).members).toContainEqual({ number: ben, rank: 'admin' });
      await group.demoteParticipants([jid(ben)]);
      expect(phone.groups.get(id).members).toContainEqual({ number: ben, rank: 'member' });
      const left = next(client, 'group_leave');
      await group.removeParticipants([jid(ben)]);
      expect(await left).toMatchObject({ type: 'remove', recipientIds: [jid(ben)] });
      expect(phone.groups.get(id).members.map(({ number }) => number)).toEqual([phone.number, ada]);
      const gone = next(client, 'group_leave');
      phone.groups.leave(id, { by: ada });
      expect(await gone).toMatchObject({ type: 'leave', recipientIds: [jid(ada)], author: jid(ada) });
    });

    test('an invite code lets others in until it is revoked', async () => {
      const { client, phone } = linked;
      const code = await group.getInviteCode();
      expect(code).toBe(phone.groups.get(id).inviteCode);
      const joined = next(client, 'group_join');
      expect(phone.groups.join(code, { by: cleo })).toEqual({ id, isMember: true });
      expect(await joined).toMatchObject({ type: 'invite', recipientIds: [jid(cleo)] });
      if (revokeFails) await expect(group.revokeInvite()).rejects.toThrow(revokeFails);
      const renewed = revokeFails ? phone.groups.resetInvite(id) : await group.revokeInvite();
      expect(renewed).not.toBe(code);
      expect(() => phone.groups.join(code, { by: ben })).toThrow('revoked');
      expect(await client.getInviteInfo(renewed)).toMatchObject({ subject: 'Birds of town', size: 2 });
      expect((await client.getCommonGroups(jid(cleo))).map((one: { _serialized: string }) => one._serialized)).toEqual([
        id,
      ]);
      expect(await client.getCommonGroups(jid(ben))).toEqual([]);
    });

    test('a client joins a group of others, asks where admins approve, and leaves', async () => {
      const { client, phone } = linked;
      const theirs = phone.groups.create({ by: ada, subject: 'Fish', participants: [ben] });
      expect(await client.acceptInvite(theirs.inviteCode)).toBe(theirs.id);
      const fish = await client.getChatById(theirs.id);
      expect(fish.name).toBe('Fish');
      expect(await fish.setSubject('Mine')).toBe(true);
      phone.groups.change(theirs.id, { what: 'settings', settings: { restrict: true } }, { by: ada });
      expect(await fish.setSubject('Mine again')).toBe(false);
      expect(await fish.getInviteCode()).toBeUndefined();
      await fish.leave();
      expect(phone.groups.get(theirs.id).members.map(({ number }) => number)).toEqual([ada, ben]);
      await expect(client.acceptInvite('no-such-code')).rejects.toThrow('not-acceptable');
    });

    test('who is added by invitation only gets one, and a client takes one', async () => {
      const { client, phone } = linked;
      // 1.34.7 sends the invitation only into a chat that there is.
      const hello = next(client, 'message');
      phone.send('hello', { from: ben });
      await hello;
      phone.groups.setInvitationOnly(true, { by: ben });
      expect(await group.addParticipants([jid(ben)], { comment: 'Join us' })).toMatchObject({
        [jid(ben)]: { code: 403, isInviteV4Sent: true },
      });
      const invite = await phone.received('Join us');
      expect(invite).toMatchObject({ to: ben, content: { kind: 'group-invite', group: id } });
      phone.groups.setInvitationOnly(false, { by: ben });

      phone.groups.setInvitationOnly(true);
      const theirs = phone.groups.create({ by: ada, subject: 'Cats', participants: [] });
      expect(phone.groups.participants(theirs.id, 'add', [phone.number], { by: ada })).toEqual({ [phone.number]: 403 });
      phone.groups.setInvitationOnly(false);
      const { code, expiration } = phone.groups.invitationOf(theirs.id, phone.number);
      const received = next(client, 'message');
      phone.sendContent(
        { kind: 'group-invite', group: theirs.id, groupName: 'Cats', code, expires: expiration, caption: 'Come' },
        { from: ada },
      );
      const message = await received;
      expect(message.inviteV4).toMatchObject({ inviteCode: code, groupId: theirs.id, fromId: jid(ada) });
      await message.acceptGroupV4Invite();
      expect(phone.groups.get(theirs.id).members).toContainEqual({ number: phone.number, rank: 'member' });
    });

    test('requests to join are answered', async () => {
      const { client, phone } = linked;
      const settings = { approval: true };
      const { id, inviteCode } = phone.groups.create({ subject: 'By approval', participants: [cleo], settings });
      const group = await client.getChatById(id);
      const asked = next(client, 'group_membership_request');
      expect(phone.groups.join(inviteCode, { by: ben })).toEqual({ id, isMember: false });
      expect(await asked).toMatchObject({ chatId: id, author: jid(ben) });
      expect(
        (await group.getGroupMembershipRequests()).map((one: { id: { _serialized: string } }) => one.id._serialized),
      ).toEqual([jid(ben)]);
      expect(await group.approveGroupMembershipRequests({ sleep: 0 })).toMatchObject([
        { requesterId: jid(ben), message: 'Approved successfully' },
      ]);
      phone.groups.join(inviteCode, { by: ada });
      expect(await group.rejectGroupMembershipRequests({ requesterIds: [jid(ada)], sleep: 0 })).toMatchObject([
        { requesterId: jid(ada), message: 'Rejected successfully' },
      ]);
      expect(phone.groups.get(id).members.map(({ number }) => number)).toEqual([phone.number, cleo, ben]);
      expect(phone.groups.get(id).requests).toEqual([]);
    });

    test('in a group that is addressed by lid, members and authors have lids, and numbers behind them', async () => {
      const { client, phone } = linked;
      const { id: lids } = phone.groups.create({ subject: 'Lids', participants: [ada], addressing: 'lid' });
      const chat = await client.getChatById(lids);
      const participants = chat.participants.map((one: Participant) => one.id._serialized);
      expect(participants).toEqual([phone.number, ada].map(participantsByNumber ? jid : lidOf));
      expect(chat.groupMetadata).toMatchObject({
        isLidAddressingMode: true,
        owner: { _serialized: lidOf(phone.number) },
      });

      const received = next(client, 'message');
      phone.send('hello', { from: ada, to: lids, mentions: [jid(phone.number)] });
      const message = await received;
      expect(message).toMatchObject({ from: lids, author: lidOf(ada), mentionedIds: [lidOf(phone.number)] });
      expect((await message.getContact()).id._serialized).toBe(jid(ada));
      expect(await client.getContactLidAndPhone([lidOf(ada), jid(ben)])).toEqual(
        [ada, ben].map((number) => ({ lid: lidOf(number), pn: jid(number) })),
      );

      const joined = next(client, 'group_join');
      expect(await chat.addParticipants([jid(ben)], { sleep: 0 })).toMatchObject({ [jid(ben)]: { code: 200 } });
      expect(await joined).toMatchObject({ recipientIds: [lidOf(ben)], author: lidOf(phone.number) });
      await chat.promoteParticipants([jid(ben)]);
      expect(phone.groups.get(lids).members).toContainEqual({ number: ben, rank: 'admin' });
      await chat.removeParticipants([lidOf(ben)]);
      expect(phone.groups.get(lids).members.map(({ number }) => number)).toEqual([phone.number, ada]);
      const common = await client.getCommonGroups(jid(ada));
      expect(common.map((one: { _serialized: string }) => one._serialized)).toContain(lids);

      if (sendFails) return;
      const sent = await client.sendMessage(lids, 'hello from a lid');
      expect(sent.id.participant._serialized).toBe(lidOf(phone.number));
      expect(await phone.received('hello from a lid')).toMatchObject({ to: lids, from: phone.number });
      await sent.react('👍');
      await expect.poll(() => phone.state().received.find(({ id }) => id === sent.id.id)?.reactions).toHaveLength(1);
      await sent.delete(true);
      await expect.poll(() => phone.state().received.find(({ id }) => id === sent.id.id)?.revokedBy).toBe(phone.number);
    });

    test('a client makes a group in a community, hears who comes in from there, and leaves the community', async () => {
      const { client, phone } = linked;
      const { id: town } = phone.communities.create({ subject: 'Town' });
      const made = await client.createGroup('Street', [jid(ada)], { parentGroupId: town });
      expect(made.participants).toMatchObject({ [jid(ada)]: { statusCode: 200 } });
      const street = made.gid._serialized;
      const [announcements] = phone.communities.groups(street);
      const parts = async () => {
        const chats = await client.getChats();
        return Object.fromEntries(
          chats
            .filter((chat: { groupMetadata?: { parentGroup?: object; isParentGroup: boolean } }) =>
              Boolean(chat.groupMetadata?.parentGroup || chat.groupMetadata?.isParentGroup),
            )
            .map((chat: { id: { _serialized: string }; groupMetadata: Record<string, unknown> }) => {
              const { isParentGroup, defaultSubgroup } = chat.groupMetadata;
              return [chat.id._serialized, { isParentGroup, defaultSubgroup }];
            }),
        );
      };
      await expect.poll(parts).toEqual({
        [town]: { isParentGroup: true, defaultSubgroup: false },
        [announcements?.id ?? '']: { isParentGroup: false, defaultSubgroup: true },
        [street]: { isParentGroup: false, defaultSubgroup: false },
      });

      const { id: house } = phone.groups.create({ subject: 'House', participants: [], parent: town });
      const joined = next(client, 'group_join');
      expect(phone.communities.join(house, { by: ada })).toEqual({ isMember: true });
      expect(await joined).toMatchObject({ type: 'linked_group_join', chatId: house, recipientIds: [jid(ada)] });
      const acks: number[] = [];
      client.on('message_ack', ({ to }: { to: string }, ack: number) => void (to === town && acks.push(ack)));
      if (!sendFails) {
        await client.sendMessage(town, 'nothing is written here');
        await expect.poll(() => acks).toEqual([-1]);
      }
      await (await client.getChatById(town)).leave();
      expect(phone.groups.list().map((one) => one.id)).not.toContain(street);
      expect(phone.groups.get(town).members.map(({ number }) => number)).toEqual([ada]);
    });
  },
);
