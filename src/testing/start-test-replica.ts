import type { ConditionOptions } from '../contracts/circumstances.ts';
import type {
  LinkedDevice,
  MessageMark,
  PhoneChat,
  PhoneMessage,
  PhoneState,
  Platform,
  ProfileChange,
  Ring,
  SendOptions,
} from '../contracts/phone-control.ts';
import type { Content, Deed, EventResponse, LinkedPage } from '../contracts/replica-message.ts';
import type { CallRecord, ChatState } from '../contracts/replica-profiles.ts';
import type { Mutation } from '../contracts/replica-queries.ts';
import type { WorldInput } from '../contracts/world-file.ts';
import type { ReadMedia } from '../replica/phone/media.ts';
import type { Phone, SentMessage } from '../replica/phone/phone.ts';
import type { PhoneChannels } from '../replica/phone/phone-channels.ts';
import type { PhoneCommunities, PhoneGroups } from '../replica/phone/phone-groups.ts';
import type { MediaSend } from '../replica/phone/phones.ts';
import type { Trouble } from '../replica/server/trouble.ts';
import { type Replica, startReplica } from '../replica/start-replica.ts';

export interface TestReplicaOptions {
  /** WhatsApp Web build, e.g. `2.3000.1032534684`. */
  build: string;
  /** Numbers of the phones to start with; by default one phone with a number that is reserved for fiction. */
  phones?: readonly string[];
  /** The app of these phones; `smba` and `smbi` are WhatsApp Business. */
  platform?: Platform;
  /** People, groups and phones that exist from the start: a YAML file, or the world itself. Its phones come before those of `phones`. */
  world?: string | WorldInput;
  /** Names of the conditions to start with, e.g. `socket-drop`. */
  conditions?: readonly string[];
  /** Values of what WhatsApp turns on for some, e.g. `{ 'comms-in-worker': 'true' }`; other switches have the default of the build. */
  switches?: Readonly<Record<string, string>>;
  /** Multiplies the life of QR codes and pairing codes; 1 = unchanged. */
  timeScale?: number;
}

/** What the replica reports of itself, and the codes of the findings that follow from it. */
const findingCodes = {
  'stub-called': 'replica-stub-called',
  'bad-frame': 'replica-failed',
  'frame-failed': 'replica-failed',
  'page-unreadable': 'pinned-page-unreadable',
} as const;

/** Something that makes a test say nothing about the program, because the replica is not the real page. */
export interface ReplicaFinding {
  code: (typeof findingCodes)[keyof typeof findingCodes];
  message: string;
  /** Of a stub: what the program called. */
  module?: string;
  export?: string;
  /** Of a stub: the functions that led to its first call, innermost first, as lines of a stack. */
  where: string[];
}

export interface ReceivedOptions {
  /** Only texts that came later than this one. */
  after?: PhoneMessage;
  /** How long to wait, in milliseconds; 30 000 when left out. */
  timeoutMs?: number;
}

/** Numbers that are reserved for fiction, 99 of them. */
const firstNumber = 13125550101;

/** A replica of WhatsApp Web for the tests of an application. `await using` closes it. */
export class TestReplica implements AsyncDisposable {
  readonly #replica: Replica;
  readonly #phones: TestPhone[] = [];
  readonly #findings: ReplicaFinding[] = [];
  readonly #waiting = new Set<Waiting>();

  constructor(replica: Replica) {
    this.#replica = replica;
    replica.onTrouble((trouble) => this.#keep(findingsOf(trouble)));
    replica.onEvent(() => {
      for (const { look } of this.#waiting) look();
    });
    for (const { id, number } of replica.phones.list()) this.#adopt(id, number);
  }

  /** The build that the page has. */
  get build(): string {
    return this.#replica.build;
  }

  /** Arguments with which Chromium takes the replica for WhatsApp Web: `new Client({ puppeteer: { args } })`. */
  get chromiumArgs(): string[] {
    return this.#replica.chromiumArgs;
  }

  /** Address of the phone control over HTTP, for programs in other processes. */
  get phoneUrl(): string {
    return this.#replica.phoneUrl;
  }

  get phones(): readonly TestPhone[] {
    return this.#phones;
  }

  /**
   * @param number digits of an international number; by default the next free one of those that are reserved for fiction.
   * @throws Refusal for a malformed number and one that another phone has.
   */
  addPhone(number: string = this.#freeNumber(), platform?: Platform): TestPhone {
    const { id } = this.#replica.phones.create(number, platform);
    return this.#adopt(id, number);
  }

  /** A person with this number shows this to others; one that does not exist is added. */
  changePerson(number: string, change: ProfileChange): void {
    this.#replica.phones.changePerson(number, change);
  }

  /**
   * A person gets another number.
   *
   * @throws Refusal `person-unknown`; `number-taken` when it is that of a phone, or a person has the other.
   */
  changeNumber(number: string, to: string): void {
    this.#replica.phones.changeNumber(number, to);
  }

  /** From now on phones find this page at an address, for the preview of a link to it; null: nothing. */
  setLink(url: string, page: LinkedPage | null): void {
    this.#replica.phones.setLink(url, page);
  }

  /**
   * Turns a condition on or off.
   *
   * @throws Refusal for a name or an option that does not exist.
   */
  setCondition(name: string, on: boolean, options?: ConditionOptions): void {
    this.#replica.setCondition(name, on, options);
  }

  /** What went wrong in the replica itself, each part once. A test that ends with findings has tested the replica's limits. */
  findings(): ReplicaFinding[] {
    return [...this.#findings];
  }

  /** Ends all connections and everything that waits for a text. */
  async close(): Promise<void> {
    for (const { giveUp } of this.#waiting) giveUp(new Error('the replica was closed'));
    await this.#replica.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #adopt(id: string, number: string): TestPhone {
    const phone = new TestPhone(number, id, this.#replica, (look) => this.#wait(look));
    this.#phones.push(phone);
    return phone;
  }

  #freeNumber(): string {
    const taken = new Set(this.#phones.map(({ number }) => number));
    let number = firstNumber;
    while (taken.has(String(number))) number++;
    return String(number);
  }

  /** Keeps a part that was called in several ways once. */
  #keep(findings: readonly ReplicaFinding[]): void {
    for (const finding of findings) {
      const { module, export: name } = finding;
      const isKnown = this.#findings.some((known) => module && known.module === module && known.export === name);
      if (!isKnown) this.#findings.push(finding);
    }
  }

  async #wait(look: Look): Promise<PhoneMessage> {
    const { promise, resolve, reject } = Promise.withResolvers<PhoneMessage>();
    const waiting: Waiting = {
      look() {
        const found = look.find();
        if (found) resolve(found);
      },
      giveUp: reject,
    };
    const timer = setTimeout(() => reject(new Error(look.missing())), look.timeoutMs);
    this.#waiting.add(waiting);
    try {
      waiting.look();
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(waiting);
    }
  }
}

/** The primary device of one account. */
export class TestPhone {
  /** Digits of the international number. */
  readonly number: string;
  readonly #id: string;
  readonly #replica: Replica;
  readonly #phone: Phone;
  readonly #wait: (look: Look) => Promise<PhoneMessage>;

  constructor(number: string, id: string, replica: Replica, wait: (look: Look) => Promise<PhoneMessage>) {
    this.number = number;
    this.#id = id;
    this.#replica = replica;
    this.#phone = replica.phones.phone(id);
    this.#wait = wait;
  }

  /**
   * Links the page that shows this QR code; resolves when the device is registered.
   *
   * @throws Refusal when the code is malformed, expired or used, or was not made by a page of this replica.
   */
  scan(qr: string): Promise<LinkedDevice> {
    return this.#replica.phones.scan(this.#id, qr);
  }

  /**
   * Links the page that shows this pairing code.
   *
   * @throws Refusal when the code is malformed or expired, or was requested for another number.
   */
  pair(code: string): Promise<LinkedDevice> {
    return this.#replica.phones.pair(this.#id, code);
  }

  /** The channels of the account. */
  get channels(): PhoneChannels {
    return this.#replica.phones.phone(this.#id).channels;
  }

  /** The communities of the account. */
  get communities(): PhoneCommunities {
    return this.#replica.phones.communities(this.#id);
  }

  /** The groups of the account. */
  get groups(): PhoneGroups {
    return this.#replica.phones.groups(this.#id);
  }

  /** Sends a text to the account's devices. @param from number of its author, by default that of a contact. */
  send(body: string, options: SendOptions = {}): SentMessage {
    return this.#replica.phones.send(this.#id, { ...options, body });
  }

  /** Sends any message to the account's devices, e.g. a location. @param from number of its author, by default that of a contact. */
  sendContent(content: Content, options: SendOptions = {}): SentMessage {
    return this.#replica.phones.send(this.#id, { ...options, content });
  }

  /**
   * A person does something to a message of the account, e.g. `{ kind: 'reaction', text: '👍' }`.
   *
   * @param from number of the person; by default the other party of the chat.
   * @throws Refusal `message-unknown`.
   */
  act(message: MessageId, deed: Deed, { from }: { from?: string } = {}): SentMessage {
    return this.#replica.phones.act(this.#id, idOf(message), deed, from);
  }

  /** Reacts to a message with an emoji; an empty text takes the reaction back. */
  react(message: MessageId, text: string, options?: { from?: string }): SentMessage {
    return this.act(message, { kind: 'reaction', text }, options);
  }

  /** Edits a text. */
  edit(message: MessageId, body: string, options?: { from?: string }): SentMessage {
    return this.act(message, { kind: 'edit', content: { kind: 'text', body } }, options);
  }

  /** Deletes a message for all members of its chat. */
  revoke(message: MessageId, options?: { from?: string }): SentMessage {
    return this.act(message, { kind: 'revoke' }, options);
  }

  /** Votes in a poll, by the names of its options; none take the vote back. */
  vote(message: MessageId, options: string[], by?: { from?: string }): SentMessage {
    return this.act(message, { kind: 'vote', options }, by);
  }

  /** Pins a message in its chat for some seconds, by default a week; 0 unpins it. */
  pin(message: MessageId, seconds = 7 * 24 * 60 * 60, options?: { from?: string }): SentMessage {
    return this.act(message, { kind: 'pin', isPinned: seconds > 0, seconds }, options);
  }

  /** Answers an event. */
  respond(message: MessageId, response: EventResponse, options?: { from?: string }): SentMessage {
    return this.act(message, { kind: 'event-response', response }, options);
  }

  /** Displays (`read`) or plays messages, stars them, or deletes them for this account only. @throws Refusal `message-unknown`. */
  mark(messages: MessageId | readonly MessageId[], as: MessageMark): void {
    const all = Array.isArray(messages) ? (messages as readonly MessageId[]) : [messages as MessageId];
    this.#replica.phones.mark(this.#id, all.map(idOf), as);
  }

  /** A message as the phone shows it now: after edits, with reactions, votes and acks. */
  message(message: MessageId): PhoneMessage | undefined {
    return this.state().received.find(({ id }) => id === idOf(message));
  }

  /**
   * Who has received (ack 2), read (3) and played (4) a message of the account: `device` is 0 for the phone of a person.
   *
   * @throws Refusal `message-unknown`.
   */
  receipts(message: MessageId): { by: string; device: number; ack: number; t: number }[] {
    return this.#phone.receipts(idOf(message));
  }

  /**
   * Sends a file to the account's devices.
   *
   * @param options `as` is what the message is, by default what the MIME type says; `from` and `to` are those of `send`.
   * @throws Refusal `media-too-large` for more than 64 MiB.
   */
  sendMedia(bytes: Uint8Array, options: MediaSend): SentMessage {
    return this.#replica.phones.sendMedia(this.#id, Buffer.from(bytes), options);
  }

  /**
   * The file of a message that came from a linked device or was sent to it, decrypted as a phone does.
   *
   * @throws Refusal `media-unknown` when it has none, or the server no longer has it.
   */
  media({ id }: { id: string }): ReadMedia {
    return this.#replica.phones.media(this.#id, id);
  }

  /**
   * The first text from a linked device that is equal to `wanted`, matches it or satisfies it; one that came already counts.
   *
   * @throws Error when there is none in time; it lists the texts that came.
   */
  received(
    wanted: string | RegExp | ((message: PhoneMessage) => boolean),
    { after, timeoutMs = 30_000 }: ReceivedOptions = {},
  ): Promise<PhoneMessage> {
    const texts = () => {
      const all = this.messages();
      return all.slice(all.findIndex(({ id }) => id === after?.id) + 1);
    };
    return this.#wait({
      find: () => texts().find((message) => isWanted(message, wanted)),
      timeoutMs,
      missing: () =>
        `no text ${typeof wanted === 'function' ? 'that satisfies the function' : JSON.stringify(String(wanted))} came from a linked device of ${this.number} ` +
        `within ${timeoutMs} ms; these came: ${JSON.stringify(texts().map(({ body }) => body))}`,
    });
  }

  /** Texts that linked devices sent, oldest first. */
  messages(): PhoneMessage[] {
    const { received, sent } = this.state();
    const ofPhone = new Set(sent.map(({ id }) => id));
    return received.filter(({ from, id }) => from === this.number && !ofPhone.has(id));
  }

  /** Changes state that the account's devices share, e.g. `{ action: 'archive', index: '12025550101@c.us', value: true }`. */
  change(mutation: Mutation): void {
    this.#replica.phones.change(this.#id, mutation);
  }

  /** The chats as the phone lists them: pinned ones first, then by the time of the last message. */
  chats(): PhoneChat[] {
    return this.#replica.phones.get(this.#id).chats;
  }

  /** The chat with this id, e.g. `12025550101@c.us`. */
  chat(id: string): PhoneChat | undefined {
    return this.chats().find((chat) => chat.id === id);
  }

  /** Changes what the account shows of itself. A picture is a JPEG in base64; null removes it. */
  changeProfile(change: ProfileChange): void {
    this.#phone.changeProfile(change);
  }

  /** @param number of the person whom the account blocks, or no longer blocks. */
  block(number: string, isBlocked = true): void {
    this.#phone.block(number, isBlocked);
  }

  /** The devices see that a person is online, or not. @param from number of the person, by default a contact. */
  showPresence(isAvailable: boolean, { from }: { from?: string } = {}): void {
    this.#phone.showPresence(isAvailable, from);
  }

  /** The devices see that a person types, records or has stopped. @param from number of the person, by default a contact. */
  showChatState(state: ChatState, { from }: { from?: string } = {}): void {
    this.#phone.showChatState(state, from);
  }

  /** A person calls the account. @param offer by default a voice call from a contact. */
  ring(offer: Ring = {}): CallRecord {
    return this.#phone.ring(offer);
  }

  /** The caller gives up. @throws Refusal `call-unknown`. */
  endCall(id: string): void {
    this.#phone.endCall(id);
  }

  /** The phone rejects a call. @throws Refusal `call-unknown`. */
  rejectCall(id: string): void {
    this.#phone.rejectCall(id);
  }

  /** All that the phone control tells of this phone. */
  state(): PhoneState {
    return this.#replica.phones.get(this.#id);
  }

  /** The linked devices. */
  devices(): LinkedDevice[] {
    return this.#replica.phones.get(this.#id).devices;
  }

  /** Removes one linked device, or all of them, as a person does in the settings. @returns their ids. */
  unlink(device?: number): number[] {
    return this.#replica.phones.unlink(this.#id, device);
  }
}

/** A message, or its id. */
type MessageId = string | { id: string };

const idOf = (message: MessageId) => (typeof message === 'string' ? message : message.id);

interface Look {
  find(): PhoneMessage | undefined;
  timeoutMs: number;
  /** The message of the error when nothing is found in time. */
  missing(): string;
}

interface Waiting {
  look(): void;
  giveUp(why: Error): void;
}

/** A finding, or none for what libraries do on the real page, too, such as asking for modules that it does not have. */
function findingsOf({ type, detail, message }: Trouble): ReplicaFinding[] {
  if (!Object.hasOwn(findingCodes, type)) return [];
  const code = findingCodes[type as keyof typeof findingCodes];
  const { module, export: name, stack } = detail as { module?: string; export?: string; stack?: string };
  return [{ code, message, ...(module && { module }), ...(name && { export: name }), where: callersOf(stack ?? '') }];
}

/** The frames of a stack in the page, without those of the replica's own code. */
function callersOf(stack: string): string[] {
  const frames = stack.split('\n').flatMap((line) => /^\s*at (.*)/.exec(line)?.[1] ?? []);
  return frames.filter((frame) => !frame.includes('/static/app.js')).map((frame) => `at ${callSite(frame)}`);
}

/** Puppeteer names code that it evaluates after the place in the program that asked for it: `pptr:evaluate;Client.setStatus (file:1:2)`. */
function callSite(frame: string): string {
  const [, name, place] = /^(?:(.*) \()?pptr:evaluate;(\S*?):\d+:\d+\)?$/.exec(frame) ?? [];
  if (place === undefined) return frame;
  const evaluatedBy = decodeURIComponent(place);
  return name === undefined ? evaluatedBy : `${name}, evaluated by ${evaluatedBy}`;
}

function isWanted(message: PhoneMessage, wanted: string | RegExp | ((message: PhoneMessage) => boolean)): boolean {
  if (typeof wanted === 'string') return message.body === wanted;
  // `match` would keep its place in a global expression.
  return typeof wanted === 'function' ? wanted(message) : message.body.search(wanted) !== -1;
}

/**
 * Starts a replica of WhatsApp Web at one build, on 127.0.0.1, for a whatsapp-web.js program under test.
 *
 * @throws InputError for a malformed build or an unknown condition; Refusal for a phone number that is malformed or named twice.
 */
export async function startTestReplica({ phones, platform, ...options }: TestReplicaOptions): Promise<TestReplica> {
  const replica = new TestReplica(await startReplica(options));
  try {
    const isEmpty = replica.phones.length === 0;
    for (const number of phones ?? (isEmpty ? [undefined] : [])) replica.addPhone(number, platform);
    return replica;
  } catch (error) {
    await replica.close();
    throw error;
  }
}
