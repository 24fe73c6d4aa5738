import { randomUUID } from 'node:crypto';
import type {
  ClientOptions,
  HeapSizes,
  Json,
  LibraryValue,
  MethodArgument,
  PageFacts,
  SessionFacts,
} from '../contracts/host.ts';
import type { SeenMessage } from '../contracts/host-events.ts';
import type { Platform } from '../contracts/phone-control.ts';
import type { WorldInput } from '../contracts/world-file.ts';
import type { Phone, SentMessage } from '../replica/phone/phone.ts';
import type { IsSo } from './until-so.ts';

export interface StartOptions extends ClientOptions {
  /** `new`: with an empty browser profile; the old one stays in its place. By default the same as before. */
  profile?: 'same' | 'new';
  /** Another authentication strategy than that of the flow: the path of a module, see `FlowOptions`. */
  auth?: string;
}

export type AckLevel = 'sent' | 'delivered' | 'read';

export interface Disconnection {
  /** What the library says, e.g. `LOGOUT`. */
  reason: string;
  /** The library has closed its browser: only another `start()` brings a QR code. */
  ended: boolean;
}

/**
 * A client of the library under test, in its own host process with its own browser and profile. Every method that waits has a
 * deadline; what goes wrong is a finding that ends the attempt.
 */
export interface FlowClient {
  /** Builds a client, launches the browser and loads the page (phases `launch` and `page`). Also after `kill()`. */
  start(options?: StartOptions): Promise<void>;
  /** `destroy()`. Every client that is still up at the end of the flow is closed anyway. */
  close(): Promise<void>;
  /** `close()`, then `start()` in the same process. */
  restart(options?: StartOptions): Promise<void>;
  /** Ends the browser with SIGKILL, as the kernel does when memory runs out. */
  kill(): Promise<void>;
  /** The QR text that the library gave out last; waits for the first one, or for another one than `after`. */
  qr(after?: string): Promise<string>;
  /** A pairing code for the phone with this number; `start({ pairWithPhoneNumber })` comes before. */
  code(number: string): Promise<string>;
  authenticated(): Promise<void>;
  ready(): Promise<void>;
  /** Waits for `disconnected`; before this is called, or after `phone.unlink()`, the event ends the attempt. */
  disconnected(): Promise<Disconnection>;
  /** `sendMessage()` to a number or a full id (`...@c.us`, `...@g.us`, `...@lid`); the id of the message. */
  send(to: string, body: string): Promise<string>;
  /** Waits for `message_ack` of at least this level. */
  ack(id: string, level: AckLevel): Promise<void>;
  /** The first `message` event with this text, also one that came already. */
  message(body: string): Promise<SeenMessage>;
  /**
   * Calls any method of the library's client, or of a part of it: `info.getBatteryStatus`. An argument can be `{ $new: 'Location', args: [1, 2] }` for an instance of a class that the library
   * exports, `{ $ref: answer.ref }` for an object of an earlier answer, and `{ $date: ms }` for a date.
   */
  call(method: string, ...args: MethodArgument[]): Promise<LibraryValue>;
  /** Calls a method of an object that an earlier answer or event carried, e.g. `reply` of a message. */
  callOn(object: Pick<LibraryValue, 'ref'>, method: string, ...args: MethodArgument[]): Promise<LibraryValue>;
  /** Calls a static method of what the library exports: `MessageMedia.fromFilePath`. */
  callLibrary(path: string, ...args: MethodArgument[]): Promise<LibraryValue>;
  /**
   * The arguments of the first event of this name that was not returned before and whose first argument has all of `match`; events count
   * from the first `call` or `event` on, and those of the 5 s before.
   */
  event(name: string, match?: Json): Promise<LibraryValue[]>;
  /** `logout()`. */
  logout(): Promise<void>;
  /** Waits for `remote_session_saved` of RemoteAuth. */
  saved(): Promise<void>;
  /** Memory of host process and browser in bytes; null where it cannot be known. */
  memory(): Promise<number | null>;
  /** Bytes that library and page keep, measured after a garbage collection in both; null when one does not answer within 3 s. */
  heapSizes(): Promise<HeapSizes | null>;
  /** `getState()` and the client's own id, as the library tells them. */
  sessionFacts(): Promise<SessionFacts>;
  pageFacts(): Promise<PageFacts>;
}

/** What a phone can do besides what flows name differently: everything that the phone control offers. */
export type PhoneActions = {
  [Name in keyof Omit<Phone, 'id' | 'number' | 'scan' | 'pair' | 'send' | 'unlink' | 'kept'>]: Promised<Phone[Name]>;
};

/** A function, or an object of such as `phone.groups`, whose results come later. */
type Promised<Action> = Action extends (...args: infer Args) => infer Result
  ? (...args: Args) => Promise<Awaited<Result>>
  : { [Name in keyof Action]: Promised<Action[Name]> };

/** The simulated primary device. */
export interface FlowPhone extends PhoneActions {
  /** Digits of the international number. */
  readonly number: string;
  /** Number of a contact that writes to it and answers. */
  readonly contact: string;
  /** Links the device that shows this QR code. */
  scan(qr: string): Promise<void>;
  /** Links the device that shows this pairing code. */
  pair(code: string): Promise<void>;
  /** Sends a text to the linked devices, as written by the contact with the number `from`. */
  send(body: string, from: string): Promise<void>;
  /** Sends any message: to the linked devices as written by a contact, or of the phone's own to a person or a group. */
  sendContent(message: Parameters<Phone['send']>[0]): Promise<SentMessage>;
  /** Waits until a text that a linked device sent is at the phone. */
  received(body: string): Promise<void>;
  /** Removes all linked devices. */
  unlink(): Promise<void>;
}

/** The line between page and server. */
export interface FlowNetwork {
  /** Ends all connections, and takes none for so many seconds from now. */
  drop(seconds: number): Promise<void>;
  /** From now on every answer takes so many seconds longer: `slow-link` with another delay. */
  slow(seconds: number): Promise<void>;
}

/**
 * Checks that a client which says `ready` really works, at once and again when the conditions of the cell have done what they
 * do; see `probe.ts`.
 */
export type Probe = (client: FlowClient, phone: FlowPhone) => Promise<void>;

/** One account of an attempt: its phone, and the client that links to it. */
export interface FlowParty {
  client: FlowClient;
  phone: FlowPhone;
}

export interface FlowContext extends FlowParty {
  /**
   * Another account on the same server, with a client in a process and a browser of its own. The process starts with the first call; later
   * calls return the same account. What goes wrong there ends the attempt, too.
   */
  peer(): Promise<FlowParty>;
  network: FlowNetwork;
  probe: Probe;
  /**
   * Waits until something is so on the phone, at a peer or on the server: that it is not in time is the finding `no-effect`.
   *
   * @param what says it in a few words, e.g. `the chat is archived on the phone`.
   * @param isSo is asked again and again until it gives a value that is not false, undefined or null.
   */
  effect<T>(what: string, isSo: IsSo<T>): Promise<T>;
  /** Waits so many seconds, times the flow's time scale. */
  wait(seconds: number): Promise<void>;
}

/** What a flow tries one by one: what goes wrong in one of them does not end the attempt. */
export interface FlowTrials {
  /** The names in the version's own type definitions: `Chat.archive`, `message_ack`. */
  listed(): Promise<string[]>;
  /**
   * Runs the work, which may need other methods, and records the result: another method that fails is not held against this one.
   *
   * @returns whether the method works, or the event came.
   */
  run(name: string, work: () => Promise<void>): Promise<boolean>;
  /** Records that the flow has no way to try these. */
  leaveOut(names: readonly string[]): void;
  /** Ends the attempt when one failed or could not be prepared. @throws Finding that names all of them. */
  end(): void;
}

/** Events that a flow tries to cause. */
export interface FlowEventTrials extends FlowTrials {
  /**
   * Records that nothing can cause the event, unless it came.
   *
   * @param as what keeps it from coming: `impossible` everywhere, `not-modelled` on the replica only.
   */
  ruleOut(name: string, as: 'impossible' | 'not-modelled', why: string): void;
}

/** What flows of the project have besides: those that try everything of a version, and the one with stages. */
export interface TrialContext extends FlowContext {
  /** The build of WhatsApp Web of the attempt. */
  build: string;
  methods: FlowTrials;
  events: FlowEventTrials;
  /**
   * Does another flow as a stage of this one. What goes wrong in it does not end the attempt: the flow goes on, and the attempt fails as the
   * first stage that did.
   *
   * @returns whether it passed.
   */
  stage(flow: string, work: () => Promise<void>): Promise<boolean>;
}

export interface FlowOptions {
  /**
   * Path of a module that makes the authentication strategy in place of the library's LocalAuth: its default export is
   * called as `create(library, { dataPath, timeScale })`.
   */
  auth?: string | undefined;
  /** Multiplies the long waits of the service: the life of QR and pairing codes, and `wait()`. 1 = their real length. */
  timeScale?: number | undefined;
  /** What exists from the start, as in a file of `replica --world`. Its first phone is that of the flow, the second one that of the peer. */
  world?: WorldInput | undefined;
  /** The app of the phone; `android` when left out. `smba` and `smbi` are WhatsApp Business, which has labels and notes. */
  platform?: Platform | undefined;
  /** How many accounts an attempt on the live site needs; 1 when left out. */
  liveAccounts?: 1 | 2 | undefined;
  /** When the flow is ended in any case; 120 when left out. */
  deadlineSeconds?: number | undefined;
}

/** One canary scenario. */
export interface Flow<Context extends FlowContext = TrialContext> extends FlowOptions {
  name: string;
  /** @param over is aborted when the attempt has ended and no longer waits for the flow. */
  body(context: Context, over: AbortSignal): Promise<void>;
}

/** Defines a scenario; the file that holds it has it as default export. A failed step throws and ends the attempt. */
export function flow(name: string, body: Flow<FlowContext>['body'], options: FlowOptions = {}): Flow<FlowContext> {
  return { name, body, ...options };
}

/** Defines a scenario that tries methods or events of the version, or has stages. Only flows of the project can. */
export function trialFlow(name: string, body: Flow['body'], options: FlowOptions = {}): Flow {
  return { name, body, ...options };
}

/** The usual way to a client that works: start, scan, ready, probe. */
export async function linkByQr({ client, phone, probe }: FlowParty & Pick<FlowContext, 'probe'>): Promise<void> {
  await client.start();
  await phone.scan(await client.qr());
  await client.authenticated();
  await client.ready();
  await probe(client, phone);
}

/** Starts a client whose profile was linked before, up to the probe. */
export async function restoreLinked({ client, phone, probe }: FlowParty & Pick<FlowContext, 'probe'>): Promise<void> {
  await client.start();
  await client.authenticated();
  await client.ready();
  await probe(client, phone);
}

/** Two linked accounts that are ready. */
export interface RestoredPair {
  own: FlowParty;
  peer: FlowParty;
  /** Full id of the peer. */
  peerId: string;
  /** Words that make a text unlike any other: no account gets the same one twice. */
  unique(): string;
}

/** Starts the client of the flow and that of its peer, both of which were linked before. */
export async function restoredPair({ client, phone, peer: open, probe }: FlowContext): Promise<RestoredPair> {
  const [own, peer] = [{ client, phone }, await open()];
  for (const party of [own, peer]) await restoreLinked({ ...party, probe });
  return { own, peer, peerId: `${peer.phone.number}@c.us`, unique: () => randomUUID() };
}
