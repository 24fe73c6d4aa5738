import type { HostEvent, HostExit, PlainError, PlainValue } from './host-events.ts';

/**
 * What parent and host process say to each other. Types only: the host loads nothing of the project but these, birpc and
 * its own files, because every module adds to the start-up time that is being measured.
 */

/** Which authentication strategy the client is built with. */
export type AuthChoice =
  /** The library's own LocalAuth; the profile is in `dataPath`. */
  | { kind: 'local'; dataPath: string }
  /** The strategy that `file` (CommonJS or ES module) makes: its default export is called with the library and the rest. */
  | ({ kind: 'module'; file: string } & AuthSettings);

/** What the maker of a strategy gets besides the library. */
export interface AuthSettings {
  /** Where it keeps its files. */
  dataPath: string;
  /** What waits of a strategy that are as long as the real service asks for are multiplied by. */
  timeScale: number;
}

/** Options of the library that flows are about. */
export interface ClientOptions {
  /** After so many QR codes the library gives up. */
  qrMaxRetries?: number;
  /** Digits of the number to ask a pairing code for; versions that do not know the option show a QR code. */
  pairWithPhoneNumber?: string;
}

/** Everything that one `Client` is built from; every other option stays at the library's default. */
export interface ClientSpec {
  auth: AuthChoice;
  options?: ClientOptions;
  browser: {
    executablePath: string;
    args: string[];
    /** Over a pipe only the host reaches the browser; the default is a port that all users of the machine can reach. */
    pipe?: boolean;
    /** What the browser prints becomes lines of the host: over a pipe nothing else shows why it does not start. */
    dumpio?: boolean;
  };
  /** Reports every request of the page too; by default only those that fail. */
  logsRequests?: boolean;
  /** The page is that of the live site: what it says of itself is reported, too (`page:observed`, `page:logout`, `page:account`, `page:intercepted`). */
  isLive?: boolean;
}

/** One package from which code was loaded. */
export interface LoadedPackage {
  name: string;
  version: string;
  folder: string;
}

/** What `require` really brought into the host process. */
export interface LoadedLibrary {
  /** Version of the package that the `Client` class was loaded from. */
  version: string | null;
  /** Every copy of whatsapp-web.js, puppeteer and puppeteer-core in the process. */
  packages: LoadedPackage[];
  /** Version of the Node that runs the host, e.g. `v24.21.0`. */
  node: string;
}

/** What the page and the browser say of themselves; null where there is no answer. */
export interface PageFacts {
  debugVersion: string | null;
  userAgent: string | null;
  browserVersion: string | null;
}

/** What the library says of its own session; null where there is no answer. */
export interface SessionFacts {
  state: string | null;
  /** The client's own id in full form, e.g. `15550100123@c.us`. */
  wid: string | null;
  /** The state of the page's socket by the page itself, e.g. `UNPAIRED`; asked while there is no `wid`. */
  socket?: string | null;
}

/**
 * Bytes that are still in use after a garbage collection, buffers outside of the heap included: what library and page keep.
 */
export interface HeapSizes {
  /** The process that runs the library. */
  host: number;
  page: number;
}

/** How a page was at one moment. */
export interface PageSnapshot {
  /** Milliseconds since the epoch, with fractions. */
  at: number;
  /** Its DOM as HTML; null when the page was about to be another one. */
  dom: string | null;
  hasScreenshot: boolean;
}

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/** An object that the library finds by its id, such as `15550100123@c.us` or `true_15550100123@c.us_3EB0...`. */
export interface ObjectById {
  kind: 'chat' | 'contact' | 'message';
  id: string;
}

/**
 * An argument of a method: JSON, or what only the host can make of it. `$ref`: an object that an earlier answer named. `$new`: an instance
 * of a class that the library exports. `$find`: an object by its id. `$date`: a `Date`, in milliseconds since 1970.
 */
export type MethodArgument =
  | null
  | boolean
  | number
  | string
  | MethodArgument[]
  | { $ref: number }
  | { $new: string; args: MethodArgument[] }
  | { $find: ObjectById }
  | { $date: number }
  | { [name: string]: MethodArgument };

/** A call of a method of the library. */
export interface MethodCall {
  /** The object that has it; null for the client, `library` for what the library exports. */
  on: number | 'library' | null;
  /** A name, or a path: `info.getBatteryStatus` of the client, `MessageMedia.fromFilePath` of the library. */
  method: string;
  args: MethodArgument[];
}

/** What a method answered, or an event carried. */
export interface LibraryValue {
  /** Its enumerable fields as JSON; null for undefined. */
  value: Json;
  /** The class of an object, e.g. `GroupChat`; null for what is of none. */
  of: string | null;
  /** By which later calls name the object; null for what is none. */
  ref: number | null;
  /** The same of the entries of an array; empty for what is none. */
  entries: { of: string | null; ref: number | null }[];
}

/** A call of which the host keeps nothing: a session of weeks answers any number of them. */
export interface SingleCall {
  /** The object that has the method; null for the client. */
  on: ObjectById | null;
  method: string;
  /** Without `$ref`. */
  args: MethodArgument[];
}

/** Bytes of a `MessageMedia` of an answer. */
export interface AnsweredMedia {
  mimetype: string;
  filename: string | null;
  /** In base64. */
  data: string;
}

/** How a single call ended. */
export type SingleAnswer =
  /** `value` is plain data; in the place of media it has `{ $media: index }`. `of` is the class of an object. */
  | { end: 'answered'; value: Json; of: string | null; media: AnsweredMedia[] }
  /** The library finds no object with the id of `on` or of an argument. */
  | { end: 'no-object'; object: ObjectById }
  /** The object has no such method in this version. */
  | { end: 'no-method'; of: string }
  /** The method or the library's constructor of an argument threw. */
  | { end: 'threw'; error: PlainError };

/** Where a session of a host lives. */
export interface HostPlace {
  /** Working folder of the process, unless several sessions share it. */
  cwd: string;
  /** The whole environment of the browser, and of the process unless several sessions share it. */
  env: Record<string, string>;
}

/** What parent and host process send each other: a message to or from one of its sessions, which have numbers from 1 on. */
export interface HostMessage {
  /** 0 for the process itself. */
  session: number;
  message: unknown;
}

/** What the parent asks of the process itself. */
export interface HostProcessCalls {
  /**
   * Requires the library before there is a session, so that the first one finds it in memory, and then does what `rest` does. Rejects with
   * the library's own error.
   */
  preload(packageDir: string): void;
}

/** What the parent asks of one session of the host. */
export interface HostCalls {
  /** Gives the session its place, before everything else, where the process was started before its session was known. */
  settle(place: HostPlace): void;
  /** Requires the library in `packageDir`. Rejects with the library's own error. */
  load(packageDir: string): Promise<LoadedLibrary>;
  /** Builds the client and calls `initialize()`, without waiting for it: its end is `host:initialized` or `host:error`. */
  start(spec: ClientSpec): Promise<void>;
  sessionFacts(): Promise<SessionFacts>;
  pageFacts(): Promise<PageFacts>;
  /** Values of switches of the page by their keys, such as `gkx 18966`; null for one that it does not say. */
  switches(keys: readonly string[]): Promise<Record<string, string | null>>;
  /** Collects garbage in host and page, which pauses both, and measures what is left. */
  heapSizes(): Promise<HeapSizes>;
  /** Collects garbage and gives the memory back to the machine, which pauses the process for about a tenth of a second. */
  rest(): void;
  /**
   * The page as it is now, masked: no pairing material, no text or picture of a user.
   *
   * @param screenshot where to write a PNG; null for none.
   */
  snapshot(screenshot: string | null): Promise<PageSnapshot>;
  /** `client.requestPairingCode(number)`, whose answer is the event `host:code`. Rejects where there is no such method. */
  requestCode(number: string): Promise<void>;
  /** `client.sendMessage(to, body)`; returns `id._serialized` of the message, which is not always a string. */
  sendText(to: string, body: string): Promise<PlainValue>;
  /** Rejects with the error of the method, and with a TypeError where there is no such method. */
  call(call: MethodCall): Promise<LibraryValue>;
  /** Calls a method and keeps nothing of it. Rejects when there is no client. */
  callOnce(call: SingleCall): Promise<SingleAnswer>;
  /** From now on events of the library with these names are reported as data, too (`client:followed`), and no others. */
  follow(names: readonly string[]): void;
  /** The class that declares a method, e.g. `Chat` for `archive` of a `GroupChat`; null for no method. */
  ownerOf(on: MethodCall['on'], method: string): Promise<string | null>;
  /**
   * The arguments of the first event of this name that no earlier call took, and whose first argument has all of `match`; one that came
   * before counts, too: since the first use of `call` or `event`, and up to 5 s before that. Rejects when none came within `ms` milliseconds;
   * the next one is then kept for a later call.
   */
  event(name: string, match: Json, ms: number): Promise<LibraryValue[]>;
  /** `client.logout()`. */
  logout(): Promise<void>;
  /** `client.destroy()`. */
  destroy(): Promise<void>;
  /** The session ends itself and its browser in `ms` milliseconds unless this is called again: a parent that is paused cannot. */
  liveFor(ms: number): void;
  /** Ends the session and its browser at once; the other sessions of the process continue. */
  leave(): void;
}

/** What a session of the host reports to the parent. */
export interface HostReports {
  seen(event: HostEvent): void;
  /** The session has ended, and the process and its other sessions continue. */
  ended(exit: HostExit): void;
}
