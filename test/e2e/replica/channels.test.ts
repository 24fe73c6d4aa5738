import { beforeAll, describe, expect, test } from 'vitest';
import { jpeg } from '../../../canaries/methods/media-files.ts';
import { sharedClient } from './linked-client.ts';

const ada = '12025550101';
const ben = '12025550102';
const jid = (number: string) => `${number}@c.us`;

interface Pair {
  version: string;
  build: string;
  /** What methods fail with that look for something where the build does not have it. */
  muteFails?: string;
  demoteFails?: string;
  /** What the owner's last method fails with: the library looks for its page in the wrong place. */
  deleteFails?: string;
}

const pairs: readonly Pair[] = [
  {
    version: '1.34.7',
    build: '2.3000.1032534684',
    muteFails: "Cannot read properties of undefined (reading 'updateNewsletterUserSetting')",
    demoteFails: 'demoteNewsletterAdmin is not a function',
  },
  {
    version: '1.33.2',
    build: '2.3000.1029241508',
    deleteFails: "Cannot read properties of undefined (reading 'pupPage')",
  },
];

describe.each(pairs)('channels with $version on $build', ({ version, build, muteFails, demoteFails, deleteFails }) => {
  const linked = sharedClient(version, build);
  let id: string;
  // biome-ignore lint/suspicious/noExplicitAny: the class of several library versions
  let channel: any;

  beforeAll(async () => {
    const made = await linked.client.createChannel('Weather', { description: 'Every morning' });
    expect(made).toMatchObject({ title: 'Weather' });
    id = made.nid._serialized;
    channel = await linked.client.getChatById(id);
    expect(made.inviteLink).toBe(`https://whatsapp.com/channel/${linked.phone.channels.get(id).inviteCode}`);
  });

  test('what a client makes is on the phone, and changes there', async () => {
    const { client, phone } = linked;
    expect(channel).toMatchObject({ name: 'Weather', description: 'Every morning', isChannel: true });
    expect((await client.getChannels()).map(({ name }: { name: string }) => name)).toEqual(['Weather']);
    expect(await channel.setSubject('Weather in town')).toBe(true);
    expect(await channel.setDescription('Every evening')).toBe(true);
    expect(await channel.setReactionSetting(1)).toBe(true);
    expect(phone.channels.get(id)).toMatchObject({
      name: 'Weather in town',
      description: 'Every evening',
      reactions: 'basic',
      owner: phone.number,
    });
  });

  test('a post of the client is in the channel', async () => {
    const { phone } = linked;
    const sent = await channel.sendMessage('Rain at noon');
    expect(await phone.received('Rain at noon')).toMatchObject({ to: id });
    expect(phone.channels.get(id).posts).toMatchObject([{ id: sent.id.id, body: 'Rain at noon' }]);
    expect((await channel.fetchMessages({ limit: 1 })).map(({ body }: { body: string }) => body)).toEqual([
      'Rain at noon',
    ]);
  });

  test('a poll, a picture and a profile picture are in the channel', async () => {
    const { phone, library } = linked;
    const image = new library.MessageMedia('image/jpeg', jpeg.toString('base64'));
    await channel.sendMessage(new library.Poll('Sun?', ['yes', 'no']));
    await channel.sendMessage(image, { caption: 'Look' });
    expect(phone.channels.get(id).posts.slice(-2)).toMatchObject([
      { content: { kind: 'poll', name: 'Sun?', options: ['yes', 'no'] } },
      { content: { kind: 'image', caption: 'Look', size: expect.any(Number) } },
    ]);
    expect(await channel.setProfilePicture(image)).toBe(true);
    expect(phone.channels.get(id).picture).toBe(true);
    expect(await channel.setProfilePicture(null)).toBe(true);
    expect(phone.channels.get(id).picture).toBe(false);
  });

  test('a client finds, follows, reads and leaves the channel of others', async () => {
    const { client, phone } = linked;
    const theirs = phone.channels.create({ name: 'Sports', by: ada });
    phone.channels.post(theirs.id, { kind: 'text', body: 'We won' }, { by: ada });
    const found = await client.searchChannels({ searchText: 'sport' });
    expect(found.map(({ name }: { name: string }) => name)).toEqual(['Sports']);
    expect(await client.subscribeToChannel(theirs.id)).toBe(true);
    expect(phone.channels.get(theirs.id).subscribers).toEqual([phone.number]);
    const received = linked.event('message');
    const post = phone.channels.post(theirs.id, { kind: 'text', body: 'We lost' }, { by: ada });
    const [message] = await received;
    expect(message).toMatchObject({ body: 'We lost', from: theirs.id });
    await message.react('👍');
    await expect
      .poll(() => phone.channels.get(theirs.id).posts.find((one) => one.id === post)?.reactions)
      .toEqual([{ number: phone.number, text: '👍' }]);
    const seen = await client.getChannelByInviteCode(theirs.inviteCode);
    expect((await seen.fetchMessages({})).map(({ body }: { body: string }) => body)).toEqual(['We won', 'We lost']);
    expect(await seen.sendSeen()).toBe(true);
    if (muteFails) await expect(seen.mute()).rejects.toThrow(muteFails);
    else {
      expect(await seen.mute()).toBe(true);
      expect(phone.channels.get(theirs.id).mutedBy).toEqual([phone.number]);
      expect(await seen.unmute()).toBe(true);
    }
    expect(await seen.setSubject('Mine')).toBe(false);
    expect(await client.unsubscribeFromChannel(theirs.id, { deleteLocalModels: true })).toBe(true);
    expect(phone.channels.get(theirs.id).subscribers).toEqual([]);
    expect(await client.getChannelByInviteCode('none')).toBeUndefined();
  });

  test('admins are invited, demoted and become owners', async () => {
    const { client, phone } = linked;
    phone.channels.subscribe(id, true, { by: ada });
    phone.channels.subscribe(id, true, { by: ben });
    // The library asks the page for the chat of an invited person, and the page finds none that it does not have (wa-js#1268).
    for (const person of [ada, ben]) phone.send('Hello', { from: person });
    const chats = async () =>
      (await client.getChats()).map((chat: { id: { _serialized: string } }) => chat.id._serialized);
    await expect.poll(chats, { timeout: 10_000 }).toEqual(expect.arrayContaining([jid(ada), jid(ben)]));
    expect(await client.sendChannelAdminInvite(jid(ada), id, { comment: 'Help me' })).toBe(true);
    expect(await phone.received('Help me')).toMatchObject({
      to: ada,
      content: { kind: 'channel-admin-invite', channel: id, channelName: 'Weather in town' },
    });
    expect(await client.sendChannelAdminInvite(jid(ben), id)).toBe(true);
    expect(phone.channels.get(id).adminInvites).toEqual([ada, ben]);
    expect(await client.revokeChannelAdminInvite(id, jid(ben))).toBe(true);
    expect(await client.revokeChannelAdminInvite(id, jid(ben))).toBe(false);
    phone.channels.acceptAdminInvite(id, { by: ada });
    expect(phone.channels.get(id)).toMatchObject({ admins: [ada], subscribers: [ben], adminInvites: [] });
    const subscribers = await channel.getSubscribers();
    expect(subscribers.map(({ role }: { role: string }) => role)).toEqual(['admin', 'subscriber']);
    expect(await client.acceptChannelAdminInvite(id)).toBe(false);
    if (demoteFails) await expect(client.demoteChannelAdmin(id, jid(ada))).rejects.toThrow(demoteFails);
    expect(await client.transferChannelOwnership(id, jid(ada))).toBe(true);
    expect(phone.channels.get(id)).toMatchObject({ owner: ada, admins: [phone.number] });
    const own = await client.createChannel('Short');
    const { _serialized: short } = own.nid;
    if (deleteFails) await expect(client.deleteChannel(short)).rejects.toThrow(deleteFails);
    else {
      expect(await client.deleteChannel(short)).toBe(true);
      expect(() => phone.channels.get(short)).toThrow('There is no channel');
    }
  });
});
