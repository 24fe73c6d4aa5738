import { randomUUID } from 'node:crypto';
import type { Code } from '../codes/codes.ts';
import type { SeenMessage } from '../contracts/host-events.ts';
import { Late, within } from '../contracts/within.ts';
import { lidOf } from '../replica/world/people.ts';
import { Finding } from './finding.ts';
import type { FlowClient, FlowPhone } from './flow.ts';

/** A number of the range that is kept free for fiction; it writes the messages of the probe. */
const contact = '12025550199';

/**
 * Checks that a client which says `ready` works, because `ready` alone lies: it is connected, it knows its own number, it
 * hears messages and can tell them apart, and its page is the build that was asked for.
 *
 * @param patienceMs how long each answer may take.
 * @throws Finding with a code for the first part that fails, in this order.
 */
export async function checkReady(
  client: FlowClient,
  phone: FlowPhone,
  build: string,
  patienceMs: number,
): Promise<void> {
  const messages = Promise.all([exchange(client, phone), exchange(client, phone)]);
  const session = client.sessionFacts();
  const page = client.pageFacts();
  // Each is waited for in its turn; until then a failure of it is not unhandled.
  for (const promise of [messages, session, page]) promise.catch(() => {});

  const { state, wid } = await answer(session, patienceMs, 'probe-state', 'getState() did not answer');
  demand(state === 'CONNECTED', 'probe-state', `getState() is ${quote(state)}, not CONNECTED`);
  const number = `${phone.number}@c.us`;
  demand(wid === number, 'probe-wid', `info.wid._serialized is ${quote(wid)} and not the number of the phone`);

  const heard = await answer(messages, patienceMs, 'probe-message', 'no `message` event for a text from the phone');
  for (const message of heard) checkMessage(message);
  const [first, second] = heard;
  demand(first.id !== second.id, 'probe-message', `two messages have the same id ${quote(first.id)}`);

  const { debugVersion } = await answer(page, patienceMs, 'probe-build', 'the page did not tell its build');
  demand(debugVersion === build, 'probe-build', `Debug.VERSION is ${quote(debugVersion)}, asked for was ${build}`);
}

/**
 * The part of `checkReady` that needs no phone: a client of the live site is connected, and knows its own number.
 *
 * @param number empty where it is not known.
 * @returns the number.
 * @throws Finding
 */
export async function checkLinked(client: FlowClient, number: string, patienceMs: number): Promise<string> {
  const session = client.sessionFacts();
  const { state, wid } = await answer(session, patienceMs, 'probe-state', 'getState() did not answer');
  demand(state === 'CONNECTED', 'probe-state', `getState() is ${quote(state)}, not CONNECTED`);
  const [, own] = /^(\d{7,15})@c\.us$/.exec(wid ?? '') ?? [];
  const isOwn = own !== undefined && (number === '' || own === number);
  demand(isOwn, 'probe-wid', 'info.wid._serialized is not the number of the account');
  return String(own);
}

async function exchange(client: FlowClient, phone: FlowPhone): Promise<SeenMessage> {
  const body = `probe ${randomUUID()}`;
  await phone.send(body, contact);
  return client.message(body);
}

function checkMessage({ id, from, fromMe }: SeenMessage): void {
  demand(typeof id === 'string' && id !== '', 'probe-message', `message.id._serialized is ${quote(id)}`);
  // Chats of many accounts are addressed by lid.
  const isSender = from === `${contact}@c.us` || from === lidOf(contact);
  demand(isSender, 'probe-message', `message.from is ${quote(from)}, not the sender`);
  demand(fromMe === false, 'probe-message', `message.id.fromMe is ${quote(fromMe)} for a message of a contact`);
}

function demand(holds: boolean, code: Code, message: string): void {
  if (!holds) throw new Finding(code, message);
}

/** The answer, or a finding when there is none in time or the question itself fails. */
async function answer<T>(question: Promise<T>, ms: number, code: Code, otherwise: string): Promise<T> {
  try {
    return await within(ms, () => question);
  } catch (error) {
    if (error instanceof Late) throw new Finding(code, `${otherwise} within ${ms} ms`);
    // A deadline that was over earlier means the same here.
    if (error instanceof Finding && error.code !== 'message-lost') throw error;
    throw new Finding(code, `${otherwise}: ${(error as Error).message}`);
  }
}

function quote(value: unknown): string {
  return value === undefined ? 'undefined' : JSON.stringify(value);
}
