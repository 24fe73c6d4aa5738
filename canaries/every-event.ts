import { fileURLToPath } from 'node:url';
import { compareBuilds, parseBuild } from '../src/contracts/build-number.ts';
import type { Json, LibraryValue } from '../src/contracts/host.ts';
import { trialFlow } from '../src/runner/flow.ts';
import { jpeg } from './methods/media-files.ts';
import {
  at,
  contactChat,
  first,
  incoming,
  type MethodWorld,
  methodWorld,
  outgoing,
  type Recipes,
  same,
  shortId,
} from './methods/recipe.ts';

/** Contacts of every account, besides the one that recipes talk with. */
const [other, third] = ['12025550102', '12025550103'] as const;
/** The library's RemoteAuth first saves a session one minute after `ready`. */
const timeScale = 0.12;
const authModule = (name: string) => fileURLToPath(new URL(`./auth/${name}.cjs`, import.meta.url));

/** A version that is closed while it injects its code into an unlinked page takes its process down: see "Races" in docs/flows.md. */
const injected = ({ wait }: MethodWorld) => wait(0.5 / timeScale);

/** The event about a message, by its short id. */
const ofMessage = async ({ client }: MethodWorld, event: string, message: LibraryValue): Promise<LibraryValue[]> =>
  client.event(event, { id: { id: shortId(message) } });

/** A new group of the client and the contact: its id, and the id as events match it. */
async function newGroup({ client, contact, unique }: MethodWorld): Promise<{ id: string; ofGroup: Json }> {
  const { value } = await client.call('createGroup', `Group ${unique()}`, [contact]);
  const id = at(value, 'gid', '_serialized') as string;
  return { id, ofGroup: { chatId: id } };
}

/** In the sequence in which each can come; the first ones link the client. */
export const recipes: Recipes = {
  qr: async ({ client }) => {
    await client.start();
    same(first(await client.event('qr')).value, await client.qr());
  },
  authenticated: async ({ client, phone }) => {
    await phone.scan(await client.qr());
    await client.authenticated();
    await client.event('authenticated');
  },
  ready: async ({ client, phone, probe }) => {
    await client.ready();
    await client.event('ready');
    await probe(client, phone);
  },
  loading_screen: async ({ client }) => void (await client.event('loading_screen')),
  message: async (world) => void (await incoming(world)),
  message_create: async (world) => void (await ofMessage(world, 'message_create', await outgoing(world))),
  message_ack: async ({ client, ...world }) => {
    const id = shortId(await outgoing({ client, ...world }));
    const [, ack] = await client.event('message_ack', { id: { id }, ack: 3 });
    same(ack?.value, 3);
  },
  unread_count: async ({ client, phone, ...world }) => {
    await client.callOn(await contactChat({ client, phone, ...world }), 'sendSeen');
    await incoming({ client, phone, ...world });
    await client.event('unread_count', { id: { user: phone.contact }, unreadCount: 1 });
  },
  message_edit: async (world) => {
    const message = await incoming(world);
    await world.phone.act(shortId(message), { kind: 'edit', content: { kind: 'text', body: 'what was meant' } });
    const [, next, before] = await ofMessage(world, 'message_edit', message);
    same([next?.value, before?.value], ['what was meant', at(message.value, 'body')]);
  },
  message_reaction: async (world) => {
    const id = shortId(await incoming(world));
    await world.phone.act(id, { kind: 'reaction', text: '👍' });
    await world.client.event('message_reaction', { reaction: '👍', msgId: { id }, senderId: world.contact });
  },
  message_revoke_everyone: async (world) => {
    const message = await incoming(world);
    await world.phone.act(shortId(message), { kind: 'revoke' });
    const [, before] = await world.client.event('message_revoke_everyone', { from: world.contact });
    same(at(before?.value, 'body'), at(message.value, 'body'));
  },
  message_revoke_me: async (world) => {
    const message = await incoming(world);
    await world.phone.mark([shortId(message)], 'deleted');
    await ofMessage(world, 'message_revoke_me', message);
  },
  message_ciphertext: async ({ client, phone }) => {
    // Only the phone may show what can be opened once: devices get a message that they cannot read.
    const { id } = await phone.sendMedia(jpeg, { mimetype: 'image/jpeg', viewOnce: true }, {});
    await client.event('message_ciphertext', { id: { id } });
  },
  vote_update: async ({ client, phone, contact }) => {
    const own = await client.call('sendMessage', contact, { $new: 'Poll', args: ['Which?', ['this', 'that']] });
    const target = { id: shortId(own), from: `${phone.number}@c.us` };
    await phone.sendContent({ content: { kind: 'vote', target, at: Date.now(), options: ['that'] } });
    const [vote] = await client.event('vote_update', { voter: contact });
    same(at(vote?.value, 'selectedOptions', 0, 'name'), 'that');
  },
  call: async ({ client, phone }) => {
    const { id } = await phone.ring({ isVideo: true });
    await client.event('call', { id, isVideo: true });
  },
  group_join: async (world) => {
    const { id, ofGroup } = await newGroup(world);
    await world.phone.groups.join((await world.phone.groups.get(id)).inviteCode, { by: other });
    await world.client.event('group_join', ofGroup);
  },
  group_admin_changed: async (world) => {
    const { id, ofGroup } = await newGroup(world);
    await world.phone.groups.participants(id, 'promote', [world.phone.contact]);
    await world.client.event('group_admin_changed', ofGroup);
  },
  group_update: async (world) => {
    const { id, ofGroup } = await newGroup(world);
    await world.phone.groups.change(id, { what: 'subject', subject: 'Another subject' });
    await world.client.event('group_update', { ...(ofGroup as object), type: 'subject' });
  },
  group_leave: async (world) => {
    const { id, ofGroup } = await newGroup(world);
    await world.phone.groups.leave(id, { by: world.phone.contact });
    await world.client.event('group_leave', ofGroup);
  },
  group_membership_request: async (world) => {
    const { id, ofGroup } = await newGroup(world);
    await world.phone.groups.change(id, { what: 'settings', settings: { approval: true } });
    await world.phone.groups.join((await world.phone.groups.get(id)).inviteCode, { by: other });
    await world.client.event('group_membership_request', ofGroup);
  },
  chat_archived: async ({ client, phone, contact }) => {
    await phone.change({ action: 'archive', index: contact, value: true });
    const [, isArchived] = await client.event('chat_archived', { id: { user: phone.contact } });
    same(isArchived?.value, true);
    await phone.change({ action: 'archive', index: contact, value: false });
  },
  chat_removed: async ({ client, phone }) => {
    const { id } = await phone.sendContent({ content: { kind: 'text', body: 'for a while' }, from: other });
    await client.event('message', { id: { id } });
    await phone.change({ action: 'delete', index: `${other}@c.us`, value: id });
    await client.event('chat_removed', { id: { user: other } });
  },
  contact_changed: async ({ client, phone }) => {
    await phone.changeNumber('12025550133', third);
    const [, before, now] = await client.event('contact_changed');
    same([before?.value, now?.value], [`${third}@c.us`, '12025550133@c.us']);
  },
  change_state: async ({ client, network }) => {
    await network.drop(0.5);
    await client.event('change_state', 'CONNECTED');
  },
  remote_session_saved: async ({ client }) => {
    await client.saved();
    await client.event('remote_session_saved');
  },
  message_ciphertext_failed: async ({ client, phone, wait }) => {
    const { id } = await phone.sendContent({ content: { kind: 'ciphertext' } });
    // Versions wait 15 s for a copy that they can decrypt.
    await wait(14 / timeScale);
    await client.event('message_ciphertext_failed', { id: { id } });
  },
  auth_failure: async ({ peer }) => {
    const { client } = await peer();
    await client.start({ auth: authModule('failing') });
    await client.event('authentication_needed');
    await client.close();
    await client.event('auth_failure', 'no such session');
  },
  code: async (world) => {
    const { client, phone } = await world.peer();
    await client.start({ profile: 'new', pairWithPhoneNumber: phone.number });
    const [code] = await client.event('code');
    same(code?.value, await client.code(phone.number));
    await injected(world);
  },
  disconnected: async (world) => {
    const { client, phone } = world;
    await phone.unlink();
    await client.disconnected();
    await client.event('disconnected');
    await injected(world);
  },
};

/** The first build of whose messages all attributes are known: none is `isUnsentMedia`, and none is in the later ones. */
const messagesRead = parseBuild('2.3000.1024191873');

type RuledOut = readonly [as: 'impossible' | 'not-modelled', why: string];

/** Events that no recipe can cause on a build, and why. */
export const ruledOut: Readonly<Record<string, (build: string) => RuledOut>> = {
  change_battery: () => ['impossible', 'phones do not report their battery to linked devices (multi-device, 2021)'],
  media_uploaded: (build) =>
    compareBuilds(parseBuild(build), messagesRead) >= 0
      ? [
          'impossible',
          'the library waits for a change of `isUnsentMedia`, and messages of the page have no such attribute',
        ]
      : [
          'not-modelled',
          'when a page changes `isUnsentMedia` of a message is not known, and reports disagree (wwebjs/whatsapp-web.js#1620)',
        ],
};

/**
 * Causes every event that the version's type definitions list, one by one, by the phone, a contact or the server. The result of each is in
 * the record; the attempt passes when each that was tried came and carried what caused it.
 */
export default trialFlow(
  'every-event',
  async (context) => {
    const { events } = context;
    const world = methodWorld(context);
    const listed = new Set(await events.listed());
    const known = { ...recipes, ...ruledOut };
    events.leaveOut([...listed].filter((event) => !Object.hasOwn(known, event)));
    for (const [event, reasonOn] of Object.entries(ruledOut)) {
      if (listed.has(event)) events.ruleOut(event, ...reasonOn(context.build));
    }
    for (const [event, recipe] of Object.entries(recipes)) {
      if (listed.has(event)) await events.run(event, () => recipe(world));
    }
    events.end();
  },
  { deadlineSeconds: 180, timeScale, auth: authModule('remote-with-file-store') },
);
