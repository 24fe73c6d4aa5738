import type { ClientOptions, HeapSizes, PageFacts, SessionFacts } from '../contracts/host.ts';
import type { SeenMessage } from '../contracts/host-events.ts';

export interface StartOptions extends ClientOptions {
  /** `new`: with an empty browser profile; the old one stays in its place. By default the same as before. */
  profile?: 'same' | 'new';
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

/** The simulated primary device. */
export interface FlowPhone {
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

export interface FlowContext {
  client: FlowClient;
  phone: FlowPhone;
  network: FlowNetwork;
  probe: Probe;
  /** Waits so many seconds, times the flow's time scale. */
  wait(seconds: number): Promise<void>;
}

export interface FlowOptions {
  /**
   * Path of a module that makes the authentication strategy in place of the library's LocalAuth: its default export is
   * called as `create(library, { dataPath, timeScale })`.
   */
  auth?: string | undefined;
  /** Multiplies the long waits of the service: the life of QR and pairing codes, and `wait()`. 1 = their real length. */
  timeScale?: number | undefined;
  /** When the flow is ended in any case; 120 when left out. */
  deadlineSeconds?: number | undefined;
}

/** One canary scenario. */
export interface Flow extends FlowOptions {
  name: string;
  /** @param over is aborted when the attempt has ended and no longer waits for the flow. */
  body(context: FlowContext, over: AbortSignal): Promise<void>;
}

/** Defines a scenario; the file that holds it has it as default export. A failed step throws and ends the attempt. */
export function flow(name: string, body: Flow['body'], options: FlowOptions = {}): Flow {
  return { name, body, ...options };
}

/** The usual way to a client that works: start, scan, ready, probe. */
export async function linkByQr({ client, phone, probe }: FlowContext): Promise<void> {
  await client.start();
  await phone.scan(await client.qr());
  await client.authenticated();
  await client.ready();
  await probe(client, phone);
}
