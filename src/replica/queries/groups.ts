import type { RefusalCode } from '../../contracts/refusal.ts';
import type { GroupQueryValues } from '../../contracts/replica-groups.ts';
import type { QueryRefusal } from '../../contracts/replica-queries.ts';
import { infoOf } from '../world/groups.ts';
import { userOf } from '../world/people.ts';
import type { Handlers } from './answer.ts';

/** Status and text of the real server's refusals. [reported by whatsmeow and Baileys] */
export const groupRefusals: Partial<Record<RefusalCode, QueryRefusal>> = {
  'group-unknown': { status: 404, text: 'item-not-found' },
  'group-not-member': { status: 403, text: 'forbidden' },
  'group-not-admin': { status: 403, text: 'forbidden' },
  'group-invite-unknown': { status: 406, text: 'not-acceptable' },
  'group-invite-revoked': { status: 410, text: 'gone' },
  'group-full': { status: 419, text: 'resource-limit' },
  'group-member-already': { status: 409, text: 'conflict' },
};

export const groupHandlers: Handlers<keyof GroupQueryValues> = {
  'group-info': ({ group }, { world, account }) => world.groups.infoFor(account.number, group),
  'group-create': ({ subject, participants, settings }, { world, account }) => {
    const { group, results } = world.groups.create(account.number, {
      subject,
      participants: participants.map(userOf),
      settings,
    });
    return { group: infoOf(group), results };
  },
  'group-change': ({ group, change }, { world, account }) => {
    world.groups.change(account.number, group, change);
    return null;
  },
  'group-participants': ({ group, action, participants }, { world, account }) =>
    world.groups.participants(account.number, group, action, participants.map(userOf)),
  'group-leave': ({ group }, { world, account }) => {
    world.groups.leave(account.number, group);
    return null;
  },
  'group-invite-code': ({ group }, { world, account }) => world.groups.inviteCode(account.number, group),
  'group-invite-reset': ({ group }, { world, account }) => world.groups.resetInvite(account.number, group),
  'group-invite-info': ({ code }, { world }) => infoOf(world.groups.invitedBy(code)),
  'group-join': ({ code }, { world, account }) => {
    const { group, isMember } = world.groups.join(account.number, code);
    return { group: group.id, isMember };
  },
  'group-join-invited': ({ group, code, expiration, by }, { world, account }) => {
    world.groups.joinInvited(account.number, group, { by: userOf(by), code, expiration });
    return { group };
  },
  'group-requests': ({ group }, { world, account }) => world.groups.requests(account.number, group),
  'group-answer-requests': ({ group, approve, participants }, { world, account }) =>
    world.groups.answerRequests(account.number, group, approve, participants.map(userOf)),
};
