import { isChange, type Message } from '../../contracts/replica-message.ts';
import type { ServerFrame } from '../../contracts/replica-protocol.ts';
import type { Device, ReplicaAccount } from '../world/accounts.ts';
import { channelInfo } from '../world/channels.ts';
import { infoOf } from '../world/groups.ts';
import { lidOf, userOf } from '../world/people.ts';
import { chatOf } from '../world/shared-state.ts';
import type { ReplicaCore } from './replica-core.ts';

/**
 * From login to the end of the critical sync. Real pages take one to several seconds for it, about as long as a person needs to
 * scan; this is long enough for a library that attaches its listeners after it emitted the QR or saw CONNECTED, which
 * takes it under 100 ms, and short enough for a matrix of hundreds of attempts. [assumed]
 */
const syncMs = 500;

/** In how many parts a history comes that does not come with the sync. */
const historyParts = 10;

/**
 * Sends what a device gets after its login: contacts and history first, then halfway the messages that came while it was
 * offline, so that progress is visible, then the end of the sync.
 *
 * @returns stops the rest of the sync.
 */
export function startSync(
  core: ReplicaCore,
  account: ReplicaAccount,
  device: Device,
  send: (frame: ServerFrame) => void,
): () => void {
  const isNew = device.sync === 'pending';
  const { historyMs, historyPerChat } = core.circumstances.server;
  const given = isNew ? historyOf(account, device, historyPerChat) : [];
  const { delivery } = core.world;
  const history = given.map((message) => delivery.forDevices(message));
  const ms = (isNew ? undefined : core.circumstances.server.restoreSyncMs) ?? syncMs;
  send({
    type: 'sync',
    groups: core.world.groups.of(account.number).map(infoOf),
    contacts: account.contacts.map((contact) => ({
      ...contact,
      lid: lidOf(userOf(contact.id)),
      isBusiness: core.world.people.withJid(contact.id)?.business !== undefined,
    })),
    blocked: account.blocked,
    channels: core.world.channels.of(account.number).map((channel) => channelInfo(channel, account.number)),
    messages: historyMs === undefined ? history : [],
    olderOnPhone: Object.keys(device.oldest ?? {}).map((chat) => delivery.addressOf(chat)),
    mutations: account.mutations.map((mutation) => delivery.mutationFor(mutation)),
  });
  const catchUp = () => {
    send({ type: 'offline-preview', count: device.undelivered.length });
    for (const message of device.undelivered) {
      send({ type: 'message', message: delivery.forDevices(message), offline: true });
    }
    for (const notification of device.missed.splice(0)) send({ type: 'notification', notification, offline: true });
    device.isLive = true;
  };
  const finish = () => {
    device.sync = 'done';
    send({ type: 'critical-sync-done' });
    core.emit('device-synced', { number: account.number, device: device.id });
    core.afterSync();
  };
  const timers = [setTimeout(catchUp, ms / 2), setTimeout(finish, ms)];
  if (isNew && historyMs !== undefined) {
    const size = Math.ceil(history.length / historyParts);
    for (let part = 0; part < historyParts; part++) {
      // The latest messages come first.
      const end = history.length - part * size;
      const messages = history.slice(Math.max(0, end - size), Math.max(0, end));
      const progress = Math.round((100 * (part + 1)) / historyParts);
      const after = ms + (historyMs * (part + 1)) / historyParts;
      timers.push(setTimeout(() => send({ type: 'history', messages, progress }), after));
    }
  }
  return () => {
    for (const timer of timers) clearTimeout(timer);
  };
}

/**
 * The messages that a new device gets, oldest first; what has disappeared is not among them.
 *
 * @param perChat how many of each chat, besides changes of messages; the device has the rest on its phone.
 */
function historyOf(account: ReplicaAccount, device: Device, perChat = Infinity): Message[] {
  const now = Date.now() / 1000;
  const isThere = ({ t, ephemeralSeconds }: Message) => ephemeralSeconds === undefined || t + ephemeralSeconds > now;
  const messages = account.messages.filter(isThere);
  const byChat = Map.groupBy(
    messages.filter(({ content }) => !isChange(content)),
    (message) => chatOf(account, message),
  );
  const left = new Set<Message>();
  for (const [chat, all] of byChat) {
    const older = all.slice(0, Math.max(0, all.length - perChat));
    for (const message of older) left.add(message);
    if (older.length > 0) device.oldest = { ...device.oldest, [chat]: all[older.length]?.id as string };
  }
  return messages.filter((message) => !left.has(message));
}
