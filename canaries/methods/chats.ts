import {
  at,
  both,
  contactChat,
  idOf,
  incoming,
  type MethodWorld,
  outgoing,
  phoneChat,
  type Recipes,
  same,
} from './recipe.ts';

const label = { id: '7', name: 'Canary', color: 1 };

/** A label that the owner of the phone makes. */
async function makeLabel({ phone }: MethodWorld): Promise<void> {
  const { id, ...value } = label;
  await phone.change({ action: 'label', index: id, value });
}

/** Methods of chats, and of the client about chats. */
export const chats: Recipes = {
  'Client.getChatById': async (world) => {
    same(at((await contactChat(world)).value, 'id', '_serialized'), world.contact);
  },
  'Client.getChats': async ({ client, contact }) => {
    const { value } = await client.call('getChats');
    same(
      (value as never[]).some((chat) => at(chat, 'id', '_serialized') === contact),
      true,
    );
  },
  ...both('archiveChat', 'Chat.archive', async (world, call) => {
    await phoneChat(world, 'the chat is in the list', () => true);
    await call();
    await phoneChat(world, 'the chat is archived', ({ archived }) => archived);
    await world.client.call('unarchiveChat', world.contact);
  }),
  ...both('unarchiveChat', 'Chat.unarchive', async (world, call) => {
    await world.client.call('archiveChat', world.contact);
    await call();
    await phoneChat(world, 'the chat is not archived', ({ archived }) => !archived);
  }),
  ...both('pinChat', 'Chat.pin', async (world, call) => {
    same((await call()).value, true);
    await phoneChat(world, 'the chat is pinned', ({ pinned }) => pinned > 0);
    await world.client.call('unpinChat', world.contact);
  }),
  ...both('unpinChat', 'Chat.unpin', async (world, call) => {
    await world.client.call('pinChat', world.contact);
    same((await call()).value, false);
    await phoneChat(world, 'the chat is not pinned', ({ pinned }) => pinned === 0);
  }),
  ...both('muteChat', 'Chat.mute', async (world, call) => {
    const until = Math.floor(Date.now() / 1000) + 3_600;
    await call({ $date: until * 1000 });
    await phoneChat(world, 'the chat is muted for an hour', ({ mutedUntil }) => mutedUntil === until);
    await world.client.call('unmuteChat', world.contact);
  }),
  ...both('unmuteChat', 'Chat.unmute', async (world, call) => {
    await world.client.call('muteChat', world.contact);
    await call();
    await phoneChat(world, 'the chat is not muted', ({ mutedUntil }) => mutedUntil === 0);
  }),
  ...both('markChatUnread', 'Chat.markUnread', async (world, call) => {
    await world.client.call('sendSeen', world.contact);
    await call();
    await phoneChat(world, 'the chat is marked as unread', ({ markedUnread }) => markedUnread);
    await world.client.call('sendSeen', world.contact);
  }),
  ...both('sendSeen', 'Chat.sendSeen', async (world, call) => {
    const { phone, effect } = world;
    await incoming(world);
    const { sent } = await phone.state();
    const last = sent.at(-1)?.id;
    await call();
    await effect('the contact sees that the text was read', async () => {
      return (await phone.state()).sent.some(({ id, ack }) => id === last && ack >= 3);
    });
  }),
  'Chat.sendMessage': async (world) => {
    const body = `to the chat ${world.unique()}`;
    await world.client.callOn(await contactChat(world), 'sendMessage', body);
    await world.phone.received(body);
  },
  'Chat.fetchMessages': async (world) => {
    const body = at((await outgoing(world)).value, 'body');
    // More than are loaded, so that the page loads what is older.
    const { value } = await world.client.callOn(await contactChat(world), 'fetchMessages', {
      limit: 1_000,
      fromMe: true,
    });
    const messages = value as never[];
    same(
      messages.some((message) => at(message, 'body') === body),
      true,
    );
  },
  'Chat.getContact': async (world) => {
    const { value } = await world.client.callOn(await contactChat(world), 'getContact');
    same(at(value, 'id', '_serialized'), world.contact);
  },
  'Client.searchMessages': async (world) => {
    const body = at((await outgoing(world)).value, 'body') as string;
    const { value } = await world.client.call('searchMessages', body);
    same(at(value, 0, 'body'), body);
  },
  'Client.getLabels': async (world) => {
    await makeLabel(world);
    await world.effect('the client has the label', async () => {
      const { value } = await world.client.call('getLabels');
      return (value as never[]).some((each) => at(each, 'name') === label.name);
    });
  },
  'Client.getLabelById': async ({ client }) => {
    same(at((await client.call('getLabelById', label.id)).value, 'name'), label.name);
  },
  'Client.addOrRemoveLabels': async (world) => {
    await world.client.call('addOrRemoveLabels', [label.id], [world.contact]);
    await phoneChat(world, 'the chat has the label', ({ labels }) => labels.includes(label.id));
  },
  'Chat.changeLabels': async (world) => {
    const chat = await contactChat(world);
    await world.client.callOn(chat, 'changeLabels', []);
    await phoneChat(world, 'the chat has no label', ({ labels }) => labels.length === 0);
    await world.client.callOn(chat, 'changeLabels', [label.id]);
    await phoneChat(world, 'the chat has its label again', ({ labels }) => labels.includes(label.id));
  },
  'Client.getChatLabels': async ({ client, contact }) => {
    same(at((await client.call('getChatLabels', contact)).value, 0, 'id'), label.id);
  },
  'Chat.getLabels': async (world) => {
    same(at((await world.client.callOn(await contactChat(world), 'getLabels')).value, 0, 'id'), label.id);
  },
  'Client.getChatsByLabelId': async ({ client, contact }) => {
    same(at((await client.call('getChatsByLabelId', label.id)).value, 0, 'id', '_serialized'), contact);
  },
  'Label.getChats': async ({ client, contact }) => {
    const object = await client.call('getLabelById', label.id);
    same(at((await client.callOn(object, 'getChats')).value, 0, 'id', '_serialized'), contact);
  },
  ...both('addOrEditCustomerNote', 'Chat.addOrEditCustomerNote', async (world, call) => {
    const text = `note ${world.unique()}`;
    await call(text);
    await phoneChat(world, 'the chat has the note', ({ note }) => note === text);
  }),
  ...both('getCustomerNote', 'Chat.getCustomerNote', async (world, call) => {
    const text = `note ${world.unique()}`;
    await world.client.call('addOrEditCustomerNote', world.contact, text);
    same(at((await call()).value, 'content'), text);
  }),
  ...both('syncHistory', 'Chat.syncHistory', async (_world, call) => same(typeof (await call()).value, 'boolean')),
  'Chat.clearMessages': async (world) => {
    await outgoing(world);
    same((await world.client.callOn(await contactChat(world), 'clearMessages')).value, true);
    await phoneChat(world, 'the chat has no messages', ({ messages }) => messages === 0);
  },
  'Chat.delete': async (world) => {
    const { client, phone, effect, contact } = world;
    await outgoing(world);
    same((await client.callOn(await contactChat(world), 'delete')).value, true);
    await effect('the chat is gone from the phone', async () => {
      return !(await phone.state()).chats.some(({ id }) => id === contact);
    });
    // Later recipes need it.
    idOf(await outgoing(world));
  },
};
