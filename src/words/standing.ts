import { stagedFlow } from '../contracts/stages.ts';
import { type FlowStanding, flowDoes } from '../contracts/standing.ts';
import { andList } from './text.ts';

/** A flow as what a version does: `links`, and what it does not: `link`. */
interface FlowWords {
  does: string;
  base: string;
}

/** The flows of the project; a variant says its name behind, and a flow of the user is passed or not. */
const flowWords: Readonly<Record<string, FlowWords>> = {
  'qr-to-ready': { does: 'links', base: 'link' },
  'pairing-code-to-ready': { does: 'links by code', base: 'link by code' },
  'restore-to-ready': { does: 'restores', base: 'restore' },
  'restore-after-kill': { does: 'restores after a kill', base: 'restore after a kill' },
  'relink-same-number': { does: 'links the same number again', base: 'link the same number again' },
  'qr-expiry': { does: 'renews the QR code', base: 'renew the QR code' },
  'linked-device': { does: 'passes all stages', base: 'pass all stages' },
  'message-round-trip': { does: 'sends and receives', base: 'send and receive' },
  'reconnect-after-drop': { does: 'reconnects', base: 'reconnect' },
  'logout-from-phone': { does: 'notices a logout', base: 'notice a logout' },
  soak: { does: 'stays connected', base: 'stay connected' },
  'long-uptime': { does: 'survives a silence', base: 'survive a silence' },
  'reply-react-edit-delete': { does: 'changes messages', base: 'change messages' },
  'media-both-ways': { does: 'sends and receives files', base: 'send and receive files' },
  'poll-and-vote': { does: 'polls and votes', base: 'poll and vote' },
  'group-life': { does: 'lives in groups', base: 'live in groups' },
  'forward-and-invite': { does: 'forwards and invites', base: 'forward and invite' },
  'contacts-and-chats': { does: 'keeps contacts and chats', base: 'keep contacts and chats' },
  'channel-and-status': { does: 'posts and follows', base: 'post and follow' },
  'two-accounts': { does: 'talks with another client', base: 'talk with another client' },
  'many-chats': { does: 'holds many chats', base: 'hold many chats' },
  'every-method': { does: 'has every method', base: 'have every method' },
  'every-event': { does: 'has every event', base: 'have every event' },
};

/** What a version does not do, where the code of a failure names it better than the flow: a client that fails its probe did link. */
export const lackByCode: Readonly<Record<string, string>> = {
  'probe-state': 'stay connected after ready',
  'probe-wid': 'know its own number after ready',
  'probe-message': 'receive proper messages after ready',
  'duplicate-ready': 'fire ready once',
  'duplicate-message': 'deliver each message once',
  'message-lost': 'deliver every text',
  'send-failed': 'send',
  'memory-growth': 'keep its memory within limits',
  'listener-leak': 'keep the number of its listeners',
  'not-saved': 'save the session',
  'session-lost': 'keep its session over a restart',
  'close-failed': 'close',
};

/** `link 8 of 8, restore 4 of 4`: how many attempts passed, of those that say something about the library. */
export function flowCounts(flows: readonly FlowStanding[]): string {
  const judged = inLifeOrder(flows).filter((flow) => flowDoes(flow) !== 'unknown');
  return judged.map(({ flow, passed, failed }) => `${wordsOf(flow).base} ${passed} of ${passed + failed}`).join(', ');
}

/**
 * What versions with the same flows do, without the versions themselves: `links and restores; it does not send`.
 *
 * @param many how many versions are spoken of.
 */
export function whatItDoes(flows: readonly FlowStanding[], many = 1): string {
  const one = many === 1;
  const ordered = inLifeOrder(flows);
  const having = (does: ReturnType<typeof flowDoes>) => ordered.filter((flow) => flowDoes(flow) === does);
  const does = having('works').map(({ flow }) => (one ? wordsOf(flow).does : wordsOf(flow).base));
  const varies = having('varies').map(({ flow }) => (one ? wordsOf(flow).does : wordsOf(flow).base));
  const fails = having('fails');
  const cannotLink = fails.some(({ flow }) => flow === 'qr-to-ready');
  const lacks = [...new Set(fails.filter(({ flow }) => !(cannotLink && flow === stagedFlow)).map(lackOf))];
  const parts = [
    ...(does.length > 0 ? [andList(does)] : []),
    ...(varies.length > 0 ? [`${andList(varies)} only sometimes`] : []),
    ...(lacks.length > 0 ? [`${one ? 'does' : 'do'} not ${orList(lacks)}`] : []),
  ];
  const [first = one ? 'does nothing that is known' : 'do nothing that is known', ...rest] = parts;
  return [first, ...rest.map((part) => `${one ? 'it' : 'they'} ${part}`)].join('; ');
}

/** Linking first, as in `flowWords`; flows of the user come last, in the given order. */
function inLifeOrder(flows: readonly FlowStanding[]): FlowStanding[] {
  const names = Object.keys(flowWords);
  const place = ({ flow }: FlowStanding) => {
    const found = names.indexOf(flow.split('@')[0] ?? flow);
    return found === -1 ? names.length : found;
  };
  return flows.toSorted((a, b) => place(a) - place(b));
}

function lackOf({ flow, code }: FlowStanding): string {
  return lackByCode[code ?? ''] ?? wordsOf(flow).base;
}

function wordsOf(flow: string): FlowWords {
  const [name = flow, variant] = flow.split('@');
  const words = flowWords[name];
  if (!words) return { does: `passes ${flow}`, base: `pass ${flow}` };
  if (variant === undefined) return words;
  const suffix = ` (${variant.replaceAll('-', ' ')})`;
  return { does: `${words.does}${suffix}`, base: `${words.base}${suffix}` };
}

function orList(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}
