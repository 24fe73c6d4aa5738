import type { PageFacts, SeenMessage, SessionFacts } from '../contracts/host.ts';

/** A client of the library under test, in its own host process with its own browser and profile. Every method is a phase. */
export interface FlowClient {
  /** Launches the browser and loads the page (phases `launch` and `page`). */
  start(): Promise<void>;
  /** The QR text that the library gave out last; waits for the first one. */
  qr(): Promise<string>;
  authenticated(): Promise<void>;
  ready(): Promise<void>;
  /** `getState()` and the client's own id, as the library tells them. */
  sessionFacts(): Promise<SessionFacts>;
  pageFacts(): Promise<PageFacts>;
  /** The first `message` event with this text, also one that came already. */
  message(body: string): Promise<SeenMessage>;
}

/** The simulated primary device. */
export interface FlowPhone {
  /** Digits of the international number. */
  readonly number: string;
  scan(qr: string): Promise<void>;
  /** Sends a text to the linked devices, as written by the contact with the number `from`. */
  send(body: string, from: string): Promise<void>;
}

/** Checks that a client which says `ready` really works; see `probe.ts`. */
export type Probe = (client: FlowClient, phone: FlowPhone) => Promise<void>;

export interface FlowContext {
  client: FlowClient;
  phone: FlowPhone;
  probe: Probe;
}

/** One canary scenario. */
export interface Flow {
  name: string;
  body(context: FlowContext): Promise<void>;
  /**
   * Path of a module that makes the authentication strategy in place of the library's LocalAuth: its default export is
   * called as `create(library, { dataPath })`.
   */
  auth?: string;
}

/** Defines a scenario; the file that holds it has it as default export. A failed step throws and ends the attempt. */
export function flow(name: string, body: Flow['body'], options: Pick<Flow, 'auth'> = {}): Flow {
  return { name, body, ...options };
}
