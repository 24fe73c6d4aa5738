import { createHash } from 'node:crypto';
import type { SeenMessage } from '../../contracts/host.ts';

/** What is recorded of an event of the library, and what only the flow gets to see. */
export interface Described {
  detail: unknown;
  secret?: unknown;
}

const messageEvents = new Set(['message', 'message_create', 'message_ack', 'message_ciphertext']);
const plainEvents = new Set(['change_state', 'disconnected', 'loading_screen', 'auth_failure']);

/** QR texts, codes, keys and message texts stay out of `detail`; arguments of other events are recorded by type only. */
export function describeEvent(name: string, args: readonly unknown[]): Described {
  if (name === 'qr') return { detail: fingerprint(String(args[0])), secret: String(args[0]) };
  if (name === 'code') return { detail: { length: String(args[0]).length }, secret: String(args[0]) };
  if (messageEvents.has(name)) return describeMessage(args);
  if (plainEvents.has(name)) return { detail: args.map(recorded) };
  return { detail: args.length > 0 ? args.map((arg) => typeof arg) : null };
}

/** Enough to tell two QR codes apart and to see a damaged one, and nothing to link a device with. */
function fingerprint(qr: string): { length: number; fields: number; sha256: string } {
  const sha256 = createHash('sha256').update(qr).digest('hex').slice(0, 12);
  return { length: qr.length, fields: qr.split(',').length, sha256 };
}

function describeMessage([message, ack]: readonly unknown[]): Described {
  const { id, from, to, body, type } = (message ?? {}) as Record<string, unknown>;
  const { _serialized, fromMe } = (id ?? {}) as Record<string, unknown>;
  const secret: SeenMessage = { id: _serialized, fromMe, from, to, body, type };
  if (ack !== undefined) secret.ack = ack;
  const bodyLength = typeof body === 'string' ? body.length : null;
  return { detail: { idType: typeof _serialized, fromMe, type, bodyLength, ack }, secret: plainFields(secret) };
}

/** Values of a broken library may be functions or cyclic; only what survives the process channel is passed on, texts whole. */
function plainFields(message: SeenMessage): SeenMessage {
  return Object.fromEntries(
    Object.entries(message).map(([key, value]) => [key, plain(value)]),
  ) as unknown as SeenMessage;
}

/** What is recorded of a text is cut: nobody reads more of a state or a reason. */
function recorded(value: unknown): unknown {
  return typeof value === 'string' ? value.slice(0, 2_000) : plain(value);
}

function plain(value: unknown): unknown {
  if (value === null || value === undefined || ['string', 'number', 'boolean'].includes(typeof value)) return value;
  return `[${typeof value}]`;
}
