import { Refusal, type RefusalCode } from '../../contracts/refusal.ts';
import {
  type AnswerFrame,
  type QueryArgs,
  type QueryName,
  type QueryRefusal,
  type QueryValues,
  queries,
} from '../../contracts/replica-queries.ts';
import type { Device, ReplicaAccount } from '../world/accounts.ts';
import { lidOf, userJid } from '../world/people.ts';
import type { World } from '../world/world.ts';
import { channelHandlers, channelRefusals } from './channels.ts';
import { groupHandlers, groupRefusals } from './groups.ts';
import { messageHandlers, messageRefusals } from './messages.ts';
import { profileHandlers, profileRefusals } from './profiles.ts';

/** Who asks. */
export interface Asker {
  world: World;
  account: ReplicaAccount;
  device: Device;
}

/** Answers a query. @throws ServerRefusal */
export type Handler<N extends QueryName> = (args: QueryArgs<N>, asker: Asker) => QueryValues[N];
export type Handlers<N extends QueryName> = { [Name in N]: Handler<Name> };

/** The server refuses a query, as the real one does: a status as HTTP has them, with the text of its stanza. */
export class ServerRefusal extends Error implements QueryRefusal {
  override name = 'ServerRefusal';
  readonly status: number;
  readonly text: string;

  constructor(status: number, text: string) {
    super(`${status} ${text}`);
    this.status = status;
    this.text = text;
  }
}

const handlers: Handlers<QueryName> = {
  mediaConn: (_, { world }) => ({ auth: world.media.auth }),
  exists: ({ phone }, { world }) => {
    const person = world.people.get(phone) ?? world.people.withJid(`${phone}@lid`);
    if (!person) return null;
    return { wid: userJid(person.number), lid: lidOf(person.number), isBusiness: person.business !== undefined };
  },
  mutate: ({ mutation }, { world, account, device }) => {
    world.delivery.mutate(account, mutation, device);
    return null;
  },
  ...groupHandlers,
  ...profileHandlers,
  ...channelHandlers,
  ...messageHandlers,
};

const refusals: Partial<Record<RefusalCode, QueryRefusal>> = {
  ...channelRefusals,
  ...groupRefusals,
  ...messageRefusals,
  ...profileRefusals,
};

interface Query {
  requestId: number;
  name: QueryName;
  args: unknown;
}

/** The answer to a query of a page; arguments that are none of it are refused with 400 as the real server does. */
export function answer({ requestId, name, args }: Query, asker: Asker): AnswerFrame {
  const parsed = queries[name].safeParse(args);
  if (!parsed.success) {
    const { message } = parsed.error;
    asker.world.around.emit('bad-frame', { text: `query ${name}`, message });
    return { type: 'answer', requestId, ok: false, status: 400, text: 'bad-request' };
  }
  try {
    const handle = handlers[name] as Handler<QueryName>;
    return { type: 'answer', requestId, ok: true, value: handle(parsed.data as never, asker) };
  } catch (error) {
    const { status, text } = asServerRefusal(error);
    return { type: 'answer', requestId, ok: false, status, text };
  }
}

/** How the server refuses what the world refuses. @throws the error when it is no refusal. */
function asServerRefusal(error: unknown): QueryRefusal {
  if (error instanceof ServerRefusal) return error;
  const refusal = error instanceof Refusal ? refusals[error.code] : undefined;
  if (!refusal) throw error;
  return refusal;
}
