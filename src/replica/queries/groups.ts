import type { RefusalCode } from '../../contracts/refusal.ts';
import type { GroupQueryValues } from '../../contracts/replica-groups.ts';
import type { QueryRefusal } from '../../contracts/replica-queries.ts';
import { byNumber } from '../world/addressing.ts';
import { addressedResults, infoOf } from '../world/groups.ts';
import { userOf } from '../world/people.ts';
import type { World } from '../world/world.ts';
import type { Handlers } from './answer.ts';

/**
 * Status and text of the real server's refusals. The texts: errors.go:186-193 of tulir/whatsmeow@33cfac51. What each status means: 401,
 * 403 and 404 in WAWebGroupInviteLinkDrawer.react, 401 and 405 of who was removed, 409 and 419 in WAWebGroupJoinModalUtils of 2.3000.1038162681, 406 and 410 in
 * group.go:494-498 of whatsmeow; 401 also WhiskeySockets/Baileys#202.
 */
export const groupRefusals: Partial<Record<RefusalCode, QueryRefusal>> = {
  'group-unknown': { status: 404, text: 'item-not-found' },
  'group-not-member': { status: 403, text: 'forbidden' },
  'group-not-admin': { status: 401, text: 'not-authorized' },
  'group-invite-unknown': { status: 406, text: 'not-acceptable' },
  'group-invite-revoked': { status: 410, text: 'gone' },
  'group-removed': { status: 401, text: 'not-authorized' },
  'group-removed-from-community': { status: 405, text: 'not-allowed' },
  'group-full': { status: 419, text: 'resource-limit' },
  'group-is-community': { status: 405, text: 'not-allowed' },
  'group-not-linked': { status: 405, text: 'not-allowed' },
  'group-member-already': { status: 409, text: 'conflict' },
};

/** Numbers of people whom a page names by number or by lid. */
const numbersOf = ({ people }: World, jids: readonly string[]) => jids.map(byNumber(people)).map(userOf);

export const groupHandlers: Handlers<keyof GroupQueryValues> = {
  'group-info': ({ group }, { world, account }) => world.groups.infoFor(account.number, group),
  'group-create': ({ subject, participants, settings, parent }, { world, account }) => {
    const { group, results } = world.groups.create(account.number, {
      subject,
      participants: numbersOf(world, participants),
      settings,
      parent,
    });
    return { group: infoOf(group), results: addressedResults(group, results) };
  },
  'group-change': ({ group, change }, { world, account }) => {
    world.groups.change(account.number, group, change);
    return null;
  },
  'group-participants': ({ group, action, participants }, { world, account }) =>
    addressedResults(
      world.groups.get(group),
      world.groups.participants(account.number, group, action, numbersOf(world, participants)),
    ),
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
    world.groups.joinInvited(account.number, group, { by: userOf(byNumber(world.people)(by)), code, expiration });
    return { group };
  },
  'group-requests': ({ group }, { world, account }) => world.groups.requests(account.number, group),
  'group-answer-requests': ({ group, approve, participants }, { world, account }) =>
    addressedResults(
      world.groups.get(group),
      world.groups.answerRequests(account.number, group, approve, numbersOf(world, participants)),
    ),
};
