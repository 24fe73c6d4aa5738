import { randomBytes } from 'node:crypto';
import { Refusal, type RefusalCode } from '../../contracts/refusal.ts';
import type { QueryRefusal } from '../../contracts/replica-queries.ts';
import type { ReplicaAccount } from '../world/accounts.ts';
import { byNumber } from '../world/addressing.ts';
import type { Handlers } from './answer.ts';

export const messageRefusals: Partial<Record<RefusalCode, QueryRefusal>> = {
  'message-unknown': { status: 404, text: 'item-not-found' },
};

const notFound = (what: string) => new Refusal('message-unknown', `The account has no message with ${what}.`);

/** What the account's messages say about orders and products. */
const contentsOf = ({ messages }: ReplicaAccount) => messages.map(({ content, t }) => ({ content, t }));

export const messageHandlers: Handlers<
  'messageInfo' | 'callLink' | 'order' | 'product' | 'linkedPage' | 'olderMessages' | 'undecrypted'
> = {
  linkedPage: ({ url }, { world }) => world.links.get(url) ?? null,
  olderMessages: ({ chat, before }, { world, account, device }) => {
    world.delivery.sendOlder(account, device, byNumber(world.people)(chat), before);
    return null;
  },
  undecrypted: ({ ids }, { world, account, device }) => {
    world.delivery.sendAgain(account, device, ids);
    return null;
  },
  messageInfo: ({ id }, { world, account }) => {
    const info = world.delivery.infoOf(account, id);
    if (!info) throw notFound(`the id "${id}"`);
    return info;
  },
  callLink: () => randomBytes(16).toString('base64url').slice(0, 22),
  order: ({ orderId, token }, { account }) => {
    for (const { content, t } of contentsOf(account)) {
      if (content.kind !== 'order' || content.orderId !== orderId || content.token !== token) continue;
      const { products = [], currency, amount1000 } = content;
      return {
        products: products.map(({ productId, title, amount1000: price, quantity }) => ({
          id: productId,
          name: title,
          price,
          currency,
          quantity,
          thumbnailUrl: '',
        })),
        subtotal: amount1000,
        total: amount1000,
        currency,
        createdAt: t,
      };
    }
    throw notFound(`the order "${orderId}"`);
  },
  product: ({ productId }, { account }) => {
    for (const { content } of contentsOf(account)) {
      if (content.kind !== 'product' || content.productId !== productId) continue;
      return { id: productId, retailer_id: '', name: content.title, description: content.description ?? '' };
    }
    throw notFound(`the product "${productId}"`);
  },
};
