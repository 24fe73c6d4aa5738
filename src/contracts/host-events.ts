import { z } from 'zod';
import { tracedRequestSchema } from './trace.ts';

/**
 * A value of the library that crosses the process channel. Other values (objects, functions, symbols) become their type and
 * the beginning of their text, so that a damaged id stays visible.
 */
const plainSchema = z.union([
  z.string(),
  z.number(),
  z.boolean(),
  z.null(),
  z.undefined(),
  z.strictObject({ typeof: z.string(), text: z.string() }),
]);
export type PlainValue = z.infer<typeof plainSchema>;

/** A thrown value as data. */
const errorSchema = z.strictObject({ message: z.string(), stack: z.string() });
export type PlainError = z.infer<typeof errorSchema>;

/** A message as the library's `message`, `message_create` and `message_ack` events carry it. */
const seenMessageSchema = z.strictObject({
  /** `id._serialized`; not always a string. */
  id: plainSchema,
  fromMe: plainSchema,
  from: plainSchema,
  to: plainSchema,
  body: plainSchema,
  type: plainSchema,
  /** The second argument of `message_ack`. */
  ack: plainSchema.optional(),
});
export type SeenMessage = z.infer<typeof seenMessageSchema>;

/** An event of the library as data, for programs that follow it. */
const followedEventSchema = z.strictObject({
  /** The arguments of its listeners as plain data. */
  args: z.array(z.unknown()),
  /** The messages among the arguments that have a file. */
  files: z.array(
    z.strictObject({
      /** The id of the message. */
      message: z.string(),
      mimetype: z.string().nullable(),
      filename: z.string().nullable(),
      bytes: z.number().nullable(),
    }),
  ),
});
export type FollowedEvent = z.infer<typeof followedEventSchema>;

/** What is recorded of a message: neither its text nor a number. */
const messageDetailSchema = z.strictObject({
  idType: z.string(),
  /** Fields of the id, where it has no text. */
  idFields: z.array(z.string()).optional(),
  fromMe: plainSchema,
  type: plainSchema,
  bodyLength: z.number().nullable(),
  ack: plainSchema.optional(),
});

/** Packages from which code was loaded; see `LoadedLibrary`. */
const loadedSchema = z.strictObject({
  version: z.string().nullable(),
  packages: z.array(z.strictObject({ name: z.string(), version: z.string(), folder: z.string() })),
  node: z.string(),
});

const exitSchema = z.strictObject({
  code: z.number().nullable(),
  signal: z.string().nullable(),
  /** How many sessions ended with the process; left out for one. */
  sessions: z.int().min(2).optional(),
});
/** How a host ended. */
export type HostExit = z.infer<typeof exitSchema>;

const versionsSchema = z.strictObject({
  /** Version of the package on disk. */
  installed: z.string(),
  /** Version of the package that the code in memory came from; null where that is unknown. */
  loaded: z.string().nullable(),
});
/** Which library a host really has. */
export type LoadedVersions = z.infer<typeof versionsSchema>;

/** Milliseconds since the epoch, with fractions. */
const at = z.number();
const nothing = z.null();

/** Events of one shape. `secret` is never recorded: QR text, pairing code, message. */
const events = [
  z.strictObject({ at, type: z.literal('host:loaded'), detail: loadedSchema }),
  z.strictObject({ at, type: z.literal(['host:initialized', 'browser:disconnected', 'page:closed']), detail: nothing }),
  /** The time of the host is over (`HostCalls.liveFor`): it ends itself and its browser. */
  z.strictObject({ at, type: z.literal('host:expired'), detail: nothing }),
  z.strictObject({
    at,
    type: z.literal('host:error'),
    detail: errorSchema.extend({ during: z.enum(['initialize', 'pairing-code']) }),
  }),
  z.strictObject({
    at,
    type: z.literal(['host:unhandled-rejection', 'host:uncaught-exception', 'page:error', 'page:crashed']),
    detail: errorSchema,
  }),
  /** A method that the parent called rejected. `argumentLength` counts the characters of its arguments as JSON. */
  z.strictObject({
    at,
    type: z.literal('host:call-failed'),
    detail: errorSchema.extend({ method: z.string(), argumentLength: z.int().min(0) }),
  }),
  /** A warning of Node itself, e.g. `MaxListenersExceededWarning`. */
  z.strictObject({ at, type: z.literal('host:warning'), detail: errorSchema.extend({ name: z.string() }) }),
  z.strictObject({ at, type: z.literal(['host:stdout', 'host:stderr']), detail: z.string() }),
  z.strictObject({
    at,
    type: z.literal('host:unreadable-event'),
    /** `said`: the event without its secret, cut; `why`: what is wrong with it. */
    detail: z.strictObject({ said: z.string(), why: z.string() }),
  }),
  z.strictObject({ at, type: z.literal('browser:launched'), detail: z.strictObject({ pid: z.number().nullable() }) }),
  z.strictObject({
    at,
    type: z.literal('page:console'),
    detail: z.strictObject({ level: z.string(), text: z.string() }),
  }),
  z.strictObject({
    at,
    type: z.literal('page:request-failed'),
    detail: z.strictObject({ method: z.string(), url: z.string(), error: z.string().nullable() }),
  }),
  /** A request that is over; only where the host was started with `logsRequests`. */
  z.strictObject({
    at,
    type: z.literal('page:request'),
    detail: tracedRequestSchema.omit({ at: true }),
  }),
  z.strictObject({
    at,
    type: z.literal('page:http-error'),
    detail: z.strictObject({ url: z.string(), status: z.number() }),
  }),
  z.strictObject({
    at,
    type: z.literal('page:navigated'),
    detail: z.strictObject({ url: z.string(), main: z.boolean() }),
  }),
  z.strictObject({ at, type: z.literal('page:loaded'), detail: z.strictObject({ url: z.string() }) }),
  /** The build by the page's own word; null for a document that has not said one yet. */
  z.strictObject({ at, type: z.literal('page:build'), detail: z.string().nullable() }),
  /** Of a live page: whether a document is WhatsApp Web, and of which build as far as it says. */
  z.strictObject({
    at,
    type: z.literal('page:observed'),
    detail: z.strictObject({ isWhatsAppWeb: z.boolean(), build: z.string().nullable() }),
  }),
  /** Of a live page: the reason of a logout as far as the page tells its own code, and who began it. */
  z.strictObject({
    at,
    type: z.literal('page:logout'),
    detail: z.strictObject({ reason: z.string().nullable(), by: z.enum(['server', 'page']) }),
  }),
  /** Of a live page: what the server says of the account, and until when, in milliseconds since 1970 by the clock of the machine. */
  z.strictObject({
    at,
    type: z.literal('page:account'),
    detail: z.strictObject({ kind: z.enum(['temporary-ban', 'timelock', 'passkey']), until: z.number().nullable() }),
  }),
  /** Of a live page: the library turned the interception of requests on or off. */
  z.strictObject({ at, type: z.literal('page:intercepted'), detail: z.boolean() }),
  z.strictObject({
    at,
    type: z.literal('client:qr'),
    detail: z.strictObject({ length: z.number(), fields: z.number(), sha256: z.string() }),
    secret: z.string(),
  }),
  z.strictObject({
    at,
    type: z.literal(['client:code', 'host:code']),
    detail: z.strictObject({ length: z.number() }),
    secret: z.string(),
  }),
  z.strictObject({
    at,
    type: z.literal(['client:message', 'client:message_create', 'client:message_ack', 'client:message_ciphertext']),
    detail: messageDetailSchema,
    secret: seenMessageSchema,
  }),
  /** Their arguments. */
  z.strictObject({
    at,
    type: z.literal(['client:change_state', 'client:disconnected', 'client:loading_screen', 'client:auth_failure']),
    detail: z.array(plainSchema),
  }),
  /** The types of their arguments; null where they have none. */
  z.strictObject({
    at,
    type: z.literal(['client:authenticated', 'client:ready', 'client:remote_session_saved']),
    detail: z.array(z.string()).nullable(),
  }),
  /** Every other event of the library, by its name. */
  z.strictObject({
    at,
    type: z.literal('client:other'),
    name: z.string(),
    detail: z.array(z.string()).nullable(),
  }),
  /** Again, as data: an event that the parent follows (`HostCalls.follow`). */
  z.strictObject({
    at,
    type: z.literal('client:followed'),
    name: z.string(),
    detail: nothing,
    secret: followedEventSchema,
  }),
  /** Added outside the process: its end, and what was loaded into it compared with what is on disk. */
  z.strictObject({ at, type: z.literal('host:exited'), detail: exitSchema }),
  z.strictObject({ at, type: z.literal('library:loaded'), detail: versionsSchema }),
] as const;

const hostEventSchema = z.discriminatedUnion('type', events);

/** Something that happened in a host. `detail` is safe to record: no QR text, no key, no message text. */
export type HostEvent = z.infer<typeof hostEventSchema>;
export type HostEventType = HostEvent['type'];
export type HostEventOf<T extends HostEventType> = OfType<HostEvent, T>;
type OfType<E, T> = E extends HostEvent ? (T extends E['type'] ? E & { type: T } : never) : never;

type WithoutTime<E> = E extends HostEvent ? Omit<E, 'at'> : never;
/** An event before its time is known. */
export type Untimed = WithoutTime<HostEvent>;

/** Longest text of an event that cannot be read. */
const longestSaid = 2_000;

/**
 * The one place where what a host process sends becomes an event. What does not parse becomes `host:unreadable-event`.
 *
 * @param sent whatever came over the process channel.
 * @param now milliseconds since the epoch, for an event without a readable time.
 */
export function readHostEvent(sent: unknown, now: number): HostEvent {
  const parsed = hostEventSchema.safeParse(sent);
  if (parsed.success) return parsed.data;
  const why = z.prettifyError(parsed.error).slice(0, longestSaid);
  return { at: timeOf(sent) ?? now, type: 'host:unreadable-event', detail: { said: textWithoutSecret(sent), why } };
}

/** The name under which an event is recorded: the library's events are `client:<name>`. */
export function recordedType(event: HostEvent): string {
  return event.type === 'client:other' ? `client:${event.name}` : event.type;
}

function timeOf(sent: unknown): number | null {
  return z.object({ at }).safeParse(sent).data?.at ?? null;
}

function textWithoutSecret(sent: unknown): string {
  try {
    const text = JSON.stringify(sent, (key, value) => (key === 'secret' ? undefined : value));
    return String(text).slice(0, longestSaid);
  } catch {
    return `[${typeof sent}]`;
  }
}
