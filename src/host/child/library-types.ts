/** The parts of whatsapp-web.js and puppeteer that the host touches, as they are from 1.24.0 to 1.34.7. */

export interface Emitter {
  on(event: string, listener: (...args: never[]) => void): unknown;
}

export interface LibraryFrame {
  url(): string;
}

export interface LibraryRequest {
  url(): string;
  method(): string;
  failure(): { errorText: string } | null;
  resourceType(): string;
  response(): LibraryResponse | null;
  /** Of the DevTools protocol, in puppeteer 24. */
  id?: string;
  /** The same in puppeteer 18. */
  _requestId?: string;
}

export interface LibraryResponse {
  url(): string;
  status(): number;
  headers(): Record<string, string>;
}

export interface LibraryConsoleMessage {
  type(): string;
  text(): string;
  args(): { dispose(): Promise<void> }[];
}

/** A line to the page by the Chrome DevTools Protocol. */
export interface LibraryCdpSession {
  send<T>(method: string): Promise<T>;
  detach(): Promise<void>;
}

export interface LibraryPage extends Emitter {
  /** `page.createCDPSession()` is younger than the puppeteer of 1.24.0. */
  target(): { createCDPSession(): Promise<LibraryCdpSession> };
  /** The session of the DevTools protocol; puppeteer does not document it. */
  _client?(): Emitter;
  mainFrame(): LibraryFrame;
  evaluate<T>(source: string): Promise<T>;
  exposeFunction(name: string, work: (...args: unknown[]) => void): Promise<void>;
  evaluateOnNewDocument(source: string): Promise<unknown>;
  setRequestInterception?(isOn: boolean): Promise<void>;
  /** A PNG. */
  screenshot(): Promise<Uint8Array>;
}

/** What the watchers of a page use of it, which other tools than puppeteer have too. */
export type WatchedPage = Emitter &
  Pick<LibraryPage, 'mainFrame' | 'evaluate' | 'exposeFunction' | 'evaluateOnNewDocument' | 'setRequestInterception'>;

export interface LibraryBrowser extends Emitter {
  process(): { pid?: number } | null;
  version(): Promise<string>;
}

export interface LibraryClient extends Emitter {
  pupPage: LibraryPage | null;
  pupBrowser: LibraryBrowser | null;
  info?: { wid?: { _serialized?: unknown } };
  emit(event: string | symbol, ...args: unknown[]): boolean;
  initialize(): Promise<void>;
  getState(): Promise<unknown>;
  requestPairingCode?(number: string): Promise<unknown>;
  sendMessage(to: string, body: string): Promise<{ id?: { _serialized?: unknown } } | undefined>;
  logout(): Promise<void>;
  destroy(): Promise<void>;
}

export interface Library {
  Client: new (options: Record<string, unknown>) => LibraryClient;
  LocalAuth: new (options: { dataPath: string }) => unknown;
}

/** An object of the library of which nothing is known. */
export type AnyObject = Record<string, unknown>;
