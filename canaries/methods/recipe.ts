import type { Json, LibraryValue, MethodArgument } from '../../src/contracts/host.ts';
import type { PhoneChat, PhoneMessage } from '../../src/contracts/phone-control.ts';
import { type FlowContext, linkByQr } from '../../src/runner/flow.ts';

/** What recipes of methods work with: a client that is ready, and its phone. */
export interface MethodWorld extends FlowContext {
  /** Full id of the contact that recipes talk with. */
  contact: string;
  /** Digits that make a text unlike any other of the flow. */
  unique(): string;
}

/** What recipes work with, before the client is linked. */
export function methodWorld(context: FlowContext): MethodWorld {
  let count = 0;
  return { ...context, contact: `${context.phone.contact}@c.us`, unique: () => `${++count}` };
}

/** Links the client, up to the probe. */
export async function linkedWorld(context: FlowContext): Promise<MethodWorld> {
  await linkByQr(context);
  return methodWorld(context);
}

/** Calls one method and checks that what it is for has happened; throws when it has not. */
export type Recipe = (world: MethodWorld) => Promise<void>;

/** Recipes by the name of the method in the library's type definitions, e.g. `Chat.archive`, in the sequence in which they are run. */
export type Recipes = Readonly<Record<string, Recipe>>;

/** @throws Error with both values when they are not the same. */
export function same(actual: unknown, expected: unknown): void {
  const [one, other] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (one !== other) throw new Error(`it answered ${one?.slice(0, 200)} and not ${other?.slice(0, 200)}`);
}

/** A field of an object that came as JSON, by its path. */
export function at(value: Json | undefined, ...path: (string | number)[]): Json | undefined {
  return path.reduce<Json | undefined>((each, key) => (each as Record<string, Json> | null | undefined)?.[key], value);
}

/** @throws Error when the event has no argument or the answer no entry. */
export function first<T>(values: readonly T[]): T {
  const [value] = values;
  if (value === undefined) throw new Error('it answered nothing at all');
  return value;
}

/** The chat with the contact, as an object of the library. */
export function contactChat({ client, contact }: MethodWorld): Promise<LibraryValue> {
  return client.call('getChatById', contact);
}

/** Waits until the phone's chat with the contact is as `isSo` says. */
export async function phoneChat(
  { phone, effect }: MethodWorld,
  what: string,
  isSo: (chat: PhoneChat) => boolean,
): Promise<void> {
  await effect(`${what} on the phone`, async () => {
    const { chats } = await phone.state();
    return chats.some((chat) => chat.id === `${phone.contact}@c.us` && isSo(chat));
  });
}

/** A text from the contact, as an object of the library. */
export async function incoming({ client, phone, unique }: MethodWorld): Promise<LibraryValue> {
  const body = `incoming ${unique()}`;
  await phone.send(body, phone.contact);
  return first(await client.event('message', { body }));
}

/** A text of the client that is at the phone, as an object of the library. */
export async function outgoing({ client, phone, contact, unique }: MethodWorld): Promise<LibraryValue> {
  const body = `outgoing ${unique()}`;
  const message = await client.call('sendMessage', contact, body);
  await phone.received(body);
  return message;
}

/** `id._serialized` of an object of the library, or `id.$1` where the version has it so. @throws Error for an object without an id. */
export function idOf({ value }: LibraryValue): string {
  const id = at(value, 'id', '_serialized') ?? at(value, 'id', '$1');
  if (typeof id !== 'string') throw new Error('the object has no id');
  return id;
}

/** The id that phone and page share: the last part of the key's text. */
export const shortId = (message: LibraryValue) => idOf(message).split('_')[2] ?? '';

/** Waits until a message, sent by either side, is at the phone as `isSo` says. */
export async function phoneMessage(
  { phone, effect }: MethodWorld,
  message: LibraryValue,
  what: string,
  isSo: (message: PhoneMessage) => boolean,
): Promise<void> {
  const id = shortId(message);
  await effect(`${what} on the phone`, async () => {
    const { received, sent } = await phone.state();
    return [...received, ...sent].some((each) => each.id === id && isSo(each));
  });
}

/** A message of another kind than text from the contact, as an object of the library. */
export async function incomingOf(
  { client, phone }: MethodWorld,
  content: Parameters<MethodWorld['phone']['sendContent']>[0]['content'],
): Promise<LibraryValue> {
  const { id } = await phone.sendContent({ content });
  return first(await client.event('message', { id: { id } }));
}

/** The object that has the method, beside the client. */
type ObjectOf = (world: MethodWorld) => Promise<LibraryValue>;

/**
 * The recipes of the same method of the client and of an object: `archiveChat(id)` and `chat.archive()`.
 *
 * @param object by default the chat with the contact.
 */
export function both(
  clientMethod: string,
  objectMethod: string,
  check: (world: MethodWorld, call: (...args: MethodArgument[]) => Promise<LibraryValue>) => Promise<void>,
  object: ObjectOf = contactChat,
): Recipes {
  const [, name = ''] = objectMethod.split('.');
  return {
    [`Client.${clientMethod}`]: (world) =>
      check(world, (...args) => world.client.call(clientMethod, world.contact, ...args)),
    [objectMethod]: async (world) => {
      const owner = await object(world);
      await check(world, (...args) => world.client.callOn(owner, name, ...args));
    },
  };
}
