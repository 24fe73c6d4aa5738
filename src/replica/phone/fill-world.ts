import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { InputError } from '../../contracts/input-error.ts';
import type { Message } from '../../contracts/replica-message.ts';
import type { Mutation } from '../../contracts/replica-queries.ts';
import { type GivenWorld, type WorldInput, type WorldMessage, worldSchema } from '../../contracts/world-file.ts';
import { parseYamlFile } from '../../contracts/yaml-file.ts';
import type { ReplicaAccount } from '../world/accounts.ts';
import { newMessageId, userJid } from '../world/people.ts';
import type { World } from '../world/world.ts';
import type { Phones } from './phones.ts';

/**
 * Adds what a world has: people, groups, and phones with contacts, chats and labels.
 *
 * @param given path of a YAML file, or the world itself.
 * @throws InputError with file, line and key of each mistake.
 */
export function fillWorld(given: string | WorldInput, phones: Phones, world: World): void {
  const { people, phones: newPhones, groups, communities, links } = readWorld(given);
  const folder = typeof given === 'string' ? dirname(given) : '.';
  const withPicture = <T extends { picture?: string | undefined }>({ picture, ...shown }: T) => ({
    ...shown,
    ...(picture !== undefined && { picture: readPicture(resolve(folder, picture)) }),
  });
  for (const [number, shown] of Object.entries(people)) phones.changePerson(number, withPicture(shown));
  for (const [url, page] of Object.entries(links)) phones.setLink(url, page);
  // Phones of an earlier replica have what they had.
  if (phones.list().length > 0) return;
  for (const { number, platform, pushname, about, picture, privacy, business } of newPhones) {
    const { id } = phones.create(number, platform);
    phones.phone(id).changeProfile(withPicture({ pushname, about, picture, privacy, business }));
  }
  for (const group of groups) {
    const { id, owner, subject, members, admins, settings, addressing, description } = group;
    world.groups.create(owner, { id, subject, participants: members, settings, addressing });
    if (admins.length > 0) world.groups.participants(owner, id, 'promote', admins);
    if (description !== undefined)
      world.groups.change(owner, id, { what: 'description', text: description, id: newMessageId() });
  }
  for (const { owner, groups: linked, ...community } of communities) {
    const { id } = world.communities.create(owner, community);
    world.communities.link(owner, id, linked);
  }
  for (const phone of newPhones) {
    const account = world.accounts.get(phone.number);
    if (account) fillAccount(phone, account, world);
  }
}

function readWorld(given: string | WorldInput): GivenWorld {
  if (typeof given === 'string') return parseYamlFile(given, worldSchema);
  const parsed = worldSchema.safeParse(given);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new InputError(`world: ${issue?.path.join('.')}: ${issue?.message}`);
}

function readPicture(file: string): string {
  try {
    return readFileSync(file).toString('base64');
  } catch (error) {
    throw new InputError(`${file}: cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
}

function fillAccount(
  { contacts, labels, chats, blocked }: GivenWorld['phones'][number],
  account: ReplicaAccount,
  world: World,
): void {
  const change = (mutation: Mutation) => world.delivery.mutate(account, mutation);
  if (contacts) {
    account.contacts = Object.entries(contacts).map(([number, name]) => ({ id: userJid(number), pushname: '', name }));
  }
  for (const [index, value] of Object.entries(labels)) change({ action: 'label', index, value });
  for (const number of blocked) world.profiles.block(account, userJid(number), true);
  for (const chat of chats) {
    const index = chat.with.endsWith('@g.us') ? chat.with : userJid(chat.with);
    for (const message of chat.messages) deliver(messageIn(chat.with, message, account), world);
    if (chat.archived) change({ action: 'archive', index, value: true });
    if (chat.pinned) change({ action: 'pin', index, value: seconds() });
    if (chat.mutedUntil)
      change({ action: 'mute', index, value: chat.mutedUntil === 'forever' ? -1 : seconds(chat.mutedUntil) });
    if (chat.markedUnread) change({ action: 'markUnread', index, value: true });
    if (chat.labels) change({ action: 'labels', index, value: chat.labels });
    if (chat.note) change({ action: 'note', index, value: chat.note });
  }
}

function messageIn(
  chat: string,
  { from = chat, text, content, at }: WorldMessage,
  { number }: ReplicaAccount,
): Message {
  const isMine = from === number;
  return {
    id: newMessageId(),
    from: userJid(from),
    to: chat.endsWith('@g.us') ? chat : userJid(isMine ? chat : number),
    content: content ?? { kind: 'text', body: text ?? '' },
    t: seconds(at),
    ack: isMine ? 3 : 1,
  };
}

/** Brings a message to the accounts of both parties, or of all members of the group. */
function deliver(message: Message, world: World): void {
  const author = world.people.withJid(message.from);
  const given = { ...message, ...(author && { pushname: author.pushname }) };
  if (message.to.endsWith('@g.us')) {
    world.delivery.fromPerson(given);
    return;
  }
  for (const jid of [message.from, message.to]) {
    const account = world.accounts.get(world.people.withJid(jid)?.number ?? '');
    if (account) world.delivery.toAccount(account, given);
  }
}

/** @param time by default now. */
const seconds = (time?: string) => Math.floor((time === undefined ? Date.now() : Date.parse(time)) / 1000);
