import { z } from 'zod';
import type { Code } from '../codes/codes.ts';
import type { AttemptEvent } from '../contracts/attempt.ts';
import { formatMs, plural } from '../words/text.ts';

/** Evidence is read by people: this many sentences at most, the newest ones. */
const most = 12;

export const nothingSeen = 'Nothing was seen: the attempt ended before library, page or phone did anything.';

/**
 * What phone, page and library did, with times: the evidence of a failure of which nothing more is proven. Never empty.
 *
 * @param code chooses what belongs to it, as texts to a lost message; where nothing of that was seen, everything counts.
 */
export function observations(code: Code, events: readonly AttemptEvent[]): string[] {
  const kind = kindOf(code);
  const ofKind = kind ? sentences(events, kind) : [];
  const seen = ofKind.length > 0 ? ofKind : sentences(events, /./);
  if (seen.length === 0) return [nothingSeen];
  const left = seen.length - most;
  return left > 0 ? [`${left} earlier events of the same kind are in the record.`, ...seen.slice(-most)] : seen;
}

const texts = /^(client:message|replica:message-|page:error$)/;
const logins =
  /^(client:(ready|authenticated|disconnected|qr)|page:(navigated|error)|replica:(device-|login-|connections-))/;

function kindOf(code: Code): RegExp | null {
  switch (code) {
    case 'message-lost':
    case 'duplicate-message':
    case 'probe-message':
    case 'send-failed':
    case 'no-ack':
      return texts;
    case 'duplicate-ready':
    case 'session-lost':
    case 'no-disconnected':
    case 'logged-out':
    case 'conflict':
    case 'probe-state':
    case 'probe-wid':
      return logins;
    case 'listener-leak':
      return /^host:warning$/;
    default:
      return null;
  }
}

function sentences(events: readonly AttemptEvent[], kind: RegExp): string[] {
  return events.flatMap((event) => {
    const what = kind.test(event.type) ? sentence(event) : null;
    return what === null ? [] : [`At ${formatMs(event.at)} ${what}.`];
  });
}

const textDetail = z.object({
  id: z.string(),
  devices: z.number().optional(),
  live: z.number().optional(),
  ack: z.number().optional(),
});
const receiptDetail = z.object({ ids: z.array(z.string()), ack: z.number() });
const messageDetail = z.object({ fromMe: z.unknown(), bodyLength: z.number().nullable(), ack: z.unknown().optional() });
const withMessage = z.object({ message: z.string() });
const warning = z.object({ message: z.string(), stack: z.string() });
const navigation = z.object({ url: z.string(), main: z.boolean() });

/** What an event says, as the rest of a sentence; null for one that proves nothing here. */
function sentence({ type, detail }: AttemptEvent): string | null {
  switch (type) {
    case 'replica:message-to-devices': {
      const { data } = textDetail.safeParse(detail);
      if (!data) return null;
      const devices = plural(data.devices ?? 0, 'linked device');
      return `the phone's text ${data.id} went to ${devices}, ${data.live ?? 0} of them online`;
    }
    case 'replica:message-from-page': {
      const { data } = textDetail.safeParse(detail);
      return data ? `text ${data.id} of the page was at the phone` : null;
    }
    case 'replica:message-acknowledged': {
      const { data } = textDetail.safeParse(detail);
      return data ? `the page got ack ${data.ack} for its text ${data.id}` : null;
    }
    case 'replica:message-receipt': {
      const { data } = receiptDetail.safeParse(detail);
      return data ? `the page confirmed ack ${data.ack} for ${data.ids.join(', ')}` : null;
    }
    case 'client:message':
    case 'client:message_create':
    case 'client:message_ack':
    case 'client:message_ciphertext': {
      const { data } = messageDetail.safeParse(detail);
      if (!data) return `the library emitted \`${nameOf(type)}\``;
      const ack = type === 'client:message_ack' ? `, ack ${data.ack}` : '';
      const side = data.fromMe === true ? 'sent' : 'received';
      return `the library emitted \`${nameOf(type)}\` for a ${side} text of ${data.bodyLength} characters${ack}`;
    }
    case 'page:navigated': {
      const { data } = navigation.safeParse(detail);
      return data?.main ? `the page went to ${data.url}` : null;
    }
    case 'host:warning': {
      const { data } = warning.safeParse(detail);
      const place = data && /\/whatsapp-web\.js\/(src\/[\w/-]+\.js:\d+)/.exec(data.stack)?.[1];
      return data ? `Node warned${place ? ` of ${place}` : ''}: ${data.message}` : null;
    }
    case 'host:stdout':
    case 'host:stderr':
      return `the process wrote ${JSON.stringify(String(detail).trim().slice(0, 200))}`;
    case 'page:console':
    case 'page:request-failed':
    case 'page:http-error':
    case 'page:build':
    case 'harness:dropped':
      return null;
    default:
      return plain(type, detail);
  }
}

function plain(type: string, detail: unknown): string | null {
  const { data } = withMessage.safeParse(detail);
  const said = data ? `: ${data.message.slice(0, 300)}` : '';
  const [where, ...name] = type.split(':');
  switch (where) {
    case 'client':
      return `the library emitted \`${name.join(':')}\`${Array.isArray(detail) ? ` (${detail.join(', ')})` : ''}`;
    case 'phase':
      return `phase ${name.join(':')} was over`;
    case 'replica':
      return `the server saw ${name.join(':')}`;
    default:
      return `${type} was seen${said}`;
  }
}

function nameOf(type: string): string {
  return type.slice(type.indexOf(':') + 1);
}
