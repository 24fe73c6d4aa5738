import { Refusal, type RefusalCode } from '../../contracts/refusal.ts';
import type { ProfileQueryValues } from '../../contracts/replica-profiles.ts';
import type { QueryRefusal } from '../../contracts/replica-queries.ts';
import { isChannelJid, isGroupJid, isUserJid, userJid, userOf } from '../world/people.ts';
import type { Asker, Handlers } from './answer.ts';

/** Status and text of the real server's refusals. [reported by whatsmeow and Baileys] */
export const profileRefusals: Partial<Record<RefusalCode, QueryRefusal>> = {
  'person-unknown': { status: 404, text: 'item-not-found' },
  'picture-none': { status: 404, text: 'item-not-found' },
  'profile-hidden': { status: 401, text: 'not-authorized' },
  'picture-not-own': { status: 403, text: 'forbidden' },
  'call-unknown': { status: 404, text: 'item-not-found' },
};

export const profileHandlers: Handlers<keyof ProfileQueryValues> = {
  picture: ({ of }, { world, account }) => world.profiles.pictureFor(account, of),
  'set-picture': ({ of, data }, asker) => {
    if (isGroupJid(of) || isChannelJid(of)) {
      return asker.world.profiles.setSharedPicture(asker.account.number, of, data);
    }
    mustBeOwn(of, asker);
    return asker.world.profiles.setPicture(asker.account, data, asker.device);
  },
  about: ({ of }, { world, account }) => world.profiles.aboutFor(account, of),
  'set-about': ({ text: about }, { world, account }) => {
    world.profiles.change(account, { about });
    return null;
  },
  'business-profile': ({ of }, { world }) => world.people.withJid(of)?.business ?? null,
  devices: ({ of }, { world }) => of.map((jid) => world.profiles.devicesOf(jid)),
  block: ({ of, isBlocked }, { world, account, device }) => {
    const person = world.people.withJid(of);
    world.profiles.block(account, person ? userJid(person.number) : of, isBlocked, device);
    return null;
  },
  presence: ({ isAvailable }, { world, account }) => {
    world.profiles.setPresence(account, isAvailable);
    return null;
  },
  'chat-state': ({ to, state }, { world, account }) => {
    world.profiles.setChatState(account, to, state);
    return null;
  },
  'reject-call': ({ id }, { world, account, device }) => {
    world.calls.reject(account, id, device);
    return null;
  },
};

/** @throws Refusal `picture-not-own`. */
function mustBeOwn(jid: string, { account }: Asker): void {
  if (jid === account.lid || (isUserJid(jid) && userOf(jid) === account.number)) return;
  throw new Refusal('picture-not-own', `${account.number} cannot change the picture of ${jid}.`);
}
