import type { Json, LibraryValue, MethodArgument } from '../../src/contracts/host.ts';
import type { PhoneChannel } from '../../src/contracts/phone-control.ts';
import { jpeg } from './media-files.ts';
import { at, first, idOf, type MethodWorld, phoneMessage, type Recipe, type Recipes, same } from './recipe.ts';

const other = '12025550102';
const jid = (number: string) => `${number}@c.us`;

/** A new channel of the client. */
async function newChannel({ client, unique }: MethodWorld): Promise<{ id: string; channel: LibraryValue }> {
  const { value } = await client.call('createChannel', `Channel ${unique()}`, {});
  const id = at(value, 'nid', '_serialized');
  if (typeof id !== 'string') throw new Error(`createChannel answered ${JSON.stringify(value)}`);
  return { id, channel: await client.call('getChatById', id) };
}

/** A channel of a contact, with one post. */
async function foreignChannel({ phone, unique }: MethodWorld): Promise<PhoneChannel> {
  const { id } = await phone.channels.create({ by: phone.contact, name: `Foreign ${unique()}` });
  await phone.channels.post(id, { kind: 'text', body: 'a post' }, { by: phone.contact });
  return phone.channels.get(id);
}

const phoneChannel = (
  { phone, effect }: MethodWorld,
  id: string,
  what: string,
  isSo: (channel: PhoneChannel) => boolean,
): Promise<unknown> => effect(`${what} on the phone`, async () => isSo(await phone.channels.get(id)));

/** The recipe of a method of a new channel of the client that answers true. */
const ofChannel =
  (method: string, args: MethodArgument[], what: string, isSo: (channel: PhoneChannel) => boolean): Recipe =>
  async (world) => {
    const { id, channel } = await newChannel(world);
    same((await world.client.callOn(channel, method, ...args)).value, true);
    await phoneChannel(world, id, what, isSo);
  };

/** The recipes of a method of the client and of a channel about its admins. */
function ofAdmins(
  method: string,
  check: (world: MethodWorld, id: string, ofClient: boolean, channel: LibraryValue) => Promise<void>,
): Recipes {
  const recipe =
    (ofClient: boolean): Recipe =>
    async (world) => {
      const { id, channel } = await newChannel(world);
      await world.phone.channels.subscribe(id, true, { by: other });
      await check(world, id, ofClient, channel);
    };
  return { [`Client.${method}`]: recipe(true), [`Channel.${method}`]: recipe(false) };
}

/** Makes the other contact an admin of a channel of the client. */
async function promote(world: MethodWorld, id: string): Promise<void> {
  await world.client.call('sendChannelAdminInvite', jid(other), id);
  await phoneChannel(world, id, 'the invitation is', ({ adminInvites }) => adminInvites.includes(other));
  await world.phone.channels.acceptAdminInvite(id, { by: other });
}

/** Methods of channels, and of the client about channels. */
export const channels: Recipes = {
  'Client.createChannel': async (world) => {
    const { id } = await newChannel(world);
    await phoneChannel(world, id, 'the account owns the channel', ({ owner }) => owner === world.phone.number);
  },
  'Client.getChannels': async (world) => {
    const { id } = await newChannel(world);
    const { value } = await world.client.call('getChannels');
    same(
      (value as never[]).some((each) => at(each, 'id', '_serialized') === id),
      true,
    );
  },
  'Channel.setSubject': ofChannel(
    'setSubject',
    ['Weather'],
    'the channel has its name',
    ({ name }) => name === 'Weather',
  ),
  'Channel.setDescription': ofChannel(
    'setDescription',
    ['Every morning'],
    'the channel has its description',
    ({ description }) => description === 'Every morning',
  ),
  'Channel.setReactionSetting': ofChannel(
    'setReactionSetting',
    [2],
    'the channel takes no reactions',
    ({ reactions }) => reactions === 'none',
  ),
  'Channel.setProfilePicture': async (world) => {
    const { channel } = await newChannel(world);
    const picture = { $new: 'MessageMedia', args: ['image/jpeg', jpeg.toString('base64')] };
    same((await world.client.callOn(channel, 'setProfilePicture', picture)).value, true);
  },
  'Channel.sendMessage': async (world) => {
    const { id, channel } = await newChannel(world);
    const body = `post ${world.unique()}`;
    await world.client.callOn(channel, 'sendMessage', body);
    await phoneChannel(world, id, 'the post is', ({ posts }) => posts.some((post) => post.body === body));
  },
  'Channel.fetchMessages': async (world) => {
    const { channel } = await newChannel(world);
    const body = `post ${world.unique()}`;
    await world.client.callOn(channel, 'sendMessage', body);
    const { value } = await world.client.callOn(channel, 'fetchMessages', { limit: 1_000 });
    same(
      (value as Json[]).map((post) => at(post, 'body')),
      [body],
    );
  },
  'Channel.getSubscribers': async (world) => {
    const { id, channel } = await newChannel(world);
    await world.phone.channels.subscribe(id, true, { by: other });
    const { value } = await world.client.callOn(channel, 'getSubscribers', 10);
    same(
      (value as never[]).some((each) => at(each, 'contact', 'id', '_serialized') === jid(other)),
      true,
    );
  },
  'Client.searchChannels': async (world) => {
    const { name } = await foreignChannel(world);
    same(at((await world.client.call('searchChannels', { searchText: name })).value, 0, 'name'), name);
  },
  'Client.subscribeToChannel': async (world) => {
    const { id, name } = await foreignChannel(world);
    await world.client.call('searchChannels', { searchText: name });
    same((await world.client.call('subscribeToChannel', id)).value, true);
    await phoneChannel(world, id, 'the account has subscribed', (each) =>
      each.subscribers.includes(world.phone.number),
    );
  },
  'Client.getChannelByInviteCode': async (world) => {
    const { inviteCode, name } = await foreignChannel(world);
    same(at((await world.client.call('getChannelByInviteCode', inviteCode)).value, 'name'), name);
  },
  'Channel.mute': async (world) => {
    const { id, channel } = await subscribed(world);
    same((await world.client.callOn(channel, 'mute')).value, true);
    await phoneChannel(world, id, 'the channel is muted', ({ mutedBy }) => mutedBy.includes(world.phone.number));
  },
  'Channel.unmute': async (world) => {
    const { id, channel } = await subscribed(world);
    await world.client.callOn(channel, 'mute');
    same((await world.client.callOn(channel, 'unmute')).value, true);
    await phoneChannel(world, id, 'the channel is not muted', ({ mutedBy }) => !mutedBy.includes(world.phone.number));
  },
  'Channel.sendSeen': async (world) => {
    const { channel } = await subscribed(world);
    same((await world.client.callOn(channel, 'sendSeen')).value, true);
  },
  'Client.unsubscribeFromChannel': async (world) => {
    const { id } = await subscribed(world);
    same((await world.client.call('unsubscribeFromChannel', id)).value, true);
    await phoneChannel(world, id, 'the account has left', (each) => !each.subscribers.includes(world.phone.number));
  },
  ...ofAdmins('sendChannelAdminInvite', async (world, id, ofClient, channel) => {
    const { client } = world;
    const sent = ofClient
      ? await client.call('sendChannelAdminInvite', jid(other), id)
      : await client.callOn(channel, 'sendChannelAdminInvite', jid(other));
    same(sent.value, true);
    await phoneChannel(world, id, 'the invitation is', ({ adminInvites }) => adminInvites.includes(other));
  }),
  ...ofAdmins('revokeChannelAdminInvite', async (world, id, ofClient, channel) => {
    const { client } = world;
    await client.call('sendChannelAdminInvite', jid(other), id);
    const revoked = ofClient
      ? await client.call('revokeChannelAdminInvite', id, jid(other))
      : await client.callOn(channel, 'revokeChannelAdminInvite', jid(other));
    same(revoked.value, true);
    await phoneChannel(world, id, 'the invitation is gone', ({ adminInvites }) => !adminInvites.includes(other));
  }),
  ...ofAdmins('demoteChannelAdmin', async (world, id, ofClient, channel) => {
    const { client } = world;
    await promote(world, id);
    const demoted = ofClient
      ? await client.call('demoteChannelAdmin', id, jid(other))
      : await client.callOn(channel, 'demoteChannelAdmin', jid(other));
    same(demoted.value, true);
    await phoneChannel(world, id, 'the contact is no admin', ({ admins }) => !admins.includes(other));
  }),
  ...ofAdmins('transferChannelOwnership', async (world, id, ofClient, channel) => {
    const { client } = world;
    await promote(world, id);
    const moved = ofClient
      ? await client.call('transferChannelOwnership', id, jid(other))
      : await client.callOn(channel, 'transferChannelOwnership', jid(other));
    same(moved.value, true);
    await phoneChannel(world, id, 'the contact owns the channel', ({ owner }) => owner === other);
  }),
  ...accepts('Client.acceptChannelAdminInvite', ({ client }, { id }) => client.call('acceptChannelAdminInvite', id)),
  ...accepts('Channel.acceptChannelAdminInvite', ({ client }, { channel }) => {
    return client.callOn(channel, 'acceptChannelAdminInvite');
  }),
  ...deletes('Client.deleteChannel', ({ client }, { id }) => client.call('deleteChannel', id)),
  ...deletes('Channel.deleteChannel', ({ client }, { channel }) => client.callOn(channel, 'deleteChannel')),
};

interface Held {
  id: string;
  channel: LibraryValue;
}

/** A channel of a contact that the client has subscribed to. */
async function subscribed(world: MethodWorld): Promise<Held> {
  const { client } = world;
  const { id, name } = await foreignChannel(world);
  await client.call('searchChannels', { searchText: name });
  await client.call('subscribeToChannel', id);
  return { id, channel: await client.call('getChatById', id) };
}

function accepts(method: string, call: (world: MethodWorld, held: Held) => Promise<LibraryValue>): Recipes {
  return {
    [method]: async (world) => {
      const { phone } = world;
      const held = await subscribed(world);
      await phone.channels.inviteAdmin(held.id, phone.number, { by: phone.contact });
      same((await call(world, held)).value, true);
      await phoneChannel(world, held.id, 'the account is an admin', ({ admins }) => admins.includes(phone.number));
    },
  };
}

function deletes(method: string, call: (world: MethodWorld, held: Held) => Promise<LibraryValue>): Recipes {
  return {
    [method]: async (world) => {
      const held = await newChannel(world);
      same((await call(world, held)).value, true);
      await world.effect('the channel is gone', async () => {
        return !(await world.phone.channels.list()).some(({ id }) => id === held.id);
      });
    },
  };
}

/** Methods of the status of people, which the library calls broadcasts. */
export const statuses: Recipes = {
  'Client.getBroadcasts': async (world) => {
    same(at((await broadcasts(world)).value, 0, 'totalCount') !== undefined, true);
  },
  'Client.getBroadcastById': async (world) => {
    await broadcasts(world);
    same(at((await world.client.call('getBroadcastById', world.contact)).value, 'id', '_serialized'), world.contact);
  },
  'Broadcast.getChat': async (world) => {
    const broadcast = first((await broadcasts(world)).entries);
    same(at((await world.client.callOn(broadcast, 'getChat')).value, 'id', '_serialized'), world.contact);
  },
  'Broadcast.getContact': async (world) => {
    const broadcast = first((await broadcasts(world)).entries);
    same(at((await world.client.callOn(broadcast, 'getContact')).value, 'id', '_serialized'), world.contact);
  },
  'Contact.getBroadcast': async (world) => {
    await broadcasts(world);
    const contact = await world.client.call('getContactById', world.contact);
    same(at((await world.client.callOn(contact, 'getBroadcast')).value, 'id', '_serialized'), world.contact);
  },
  'Client.revokeStatusMessage': async (world) => {
    const { client, phone, unique } = world;
    const body = `status ${unique()}`;
    await client.call('sendMessage', 'status@broadcast', body);
    // The message that sendMessage answers has another id than the status.
    const posted = first(await client.event('message_create', { body }));
    await phone.received(body);
    await client.call('revokeStatusMessage', idOf(posted));
    await phoneMessage(world, posted, 'the status is revoked', ({ revokedBy }) => revokedBy !== undefined);
  },
};

/** The statuses that the client sees, after the contact has made one. */
async function broadcasts({ client, phone, effect, unique }: MethodWorld): Promise<LibraryValue> {
  await phone.sendContent({ content: { kind: 'text', body: `status ${unique()}` }, to: 'status@broadcast' });
  return effect('the client sees the status', async () => {
    const answer = await client.call('getBroadcasts');
    return answer.entries.length > 0 && answer;
  });
}
