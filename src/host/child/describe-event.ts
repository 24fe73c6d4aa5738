import { createHash } from 'node:crypto';
import type { HostEventOf, PlainValue, SeenMessage, Untimed } from '../../contracts/host-events.ts';
import { plainValue } from './plain-value.ts';

type MessageEvent = HostEventOf<'client:message'>;

/**
 * An event of the library as it is sent to the parent. QR texts, codes, keys and message texts stay out of `detail`; arguments
 * of unknown events are recorded by type only.
 */
export function describeEvent(name: string, args: readonly unknown[]): Untimed {
  switch (name) {
    case 'qr':
      return { type: 'client:qr', detail: fingerprint(String(args[0])), secret: String(args[0]) };
    case 'code':
      return { type: 'client:code', detail: { length: String(args[0]).length }, secret: String(args[0]) };
    case 'message':
    case 'message_create':
    case 'message_ack':
    case 'message_ciphertext':
      return { type: `client:${name}`, ...describeMessage(args) };
    case 'change_state':
    case 'disconnected':
    case 'loading_screen':
    case 'auth_failure':
      return { type: `client:${name}`, detail: args.map(recorded) };
    case 'authenticated':
    case 'ready':
    case 'remote_session_saved':
      return { type: `client:${name}`, detail: typesOf(args) };
    default:
      return { type: 'client:other', name, detail: typesOf(args) };
  }
}

function typesOf(args: readonly unknown[]): string[] | null {
  return args.length > 0 ? args.map((arg) => typeof arg) : null;
}

/** Enough to tell two QR codes apart and to see a damaged one, and nothing to link a device with. */
function fingerprint(qr: string): HostEventOf<'client:qr'>['detail'] {
  const sha256 = createHash('sha256').update(qr).digest('hex').slice(0, 12);
  return { length: qr.length, fields: qr.split(',').length, sha256 };
}

function describeMessage([message, ack]: readonly unknown[]): Pick<MessageEvent, 'detail' | 'secret'> {
  const { id, from, to, body, type } = (message ?? {}) as Record<string, unknown>;
  const { _serialized, fromMe } = (id ?? {}) as Record<string, unknown>;
  const secret: SeenMessage = {
    id: plainValue(_serialized),
    fromMe: plainValue(fromMe),
    from: plainValue(from),
    to: plainValue(to),
    body: plainValue(body),
    type: plainValue(type),
    ...(ack !== undefined && { ack: plainValue(ack) }),
  };
  const detail = {
    idType: typeof _serialized,
    ...(typeof _serialized !== 'string' && { idFields: fieldsOf(id) }),
    fromMe: secret.fromMe,
    type: recorded(type),
    bodyLength: typeof body === 'string' ? body.length : null,
    ack: secret.ack,
  };
  return { detail, secret };
}

function fieldsOf(id: unknown): string[] {
  return typeof id === 'object' && id !== null ? Object.keys(id) : [];
}

/** What is recorded of a text is cut: no state or reason is longer. */
function recorded(value: unknown): PlainValue {
  return typeof value === 'string' ? value.slice(0, 2_000) : plainValue(value);
}
