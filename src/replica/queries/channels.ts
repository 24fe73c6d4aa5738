import type { RefusalCode } from '../../contracts/refusal.ts';
import type { ChannelQueryValues } from '../../contracts/replica-channels.ts';
import type { QueryRefusal } from '../../contracts/replica-queries.ts';
import { channelInfo } from '../world/channels.ts';
import { userOf } from '../world/people.ts';
import type { Handlers } from './answer.ts';

/** Status and text of the server's refusals. [inferred from those for groups] */
export const channelRefusals: Partial<Record<RefusalCode, QueryRefusal>> = {
  'channel-unknown': { status: 404, text: 'item-not-found' },
  'channel-not-admin': { status: 403, text: 'forbidden' },
  'channel-is-own': { status: 409, text: 'conflict' },
  'channel-full': { status: 419, text: 'resource-limit' },
  'channel-invite-unknown': { status: 404, text: 'item-not-found' },
};

export const channelHandlers: Handlers<keyof ChannelQueryValues> = {
  'channel-create': (channel, { world, account: { number } }) =>
    channelInfo(world.channels.create(number, channel), number),
  'channel-info': ({ channel }, { world, account: { number } }) => channelInfo(world.channels.get(channel), number),
  'channel-by-invite': ({ code }, { world, account: { number } }) =>
    channelInfo(world.channels.withInvite(code), number),
  'channel-search': (search, { world, account: { number } }) =>
    world.channels.search(number, search).map((channel) => channelInfo(channel, number)),
  'channel-subscribe': ({ channel, isSubscribed }, { world, account: { number } }) => {
    world.channels.subscribe(number, channel, isSubscribed);
    return null;
  },
  'channel-edit': ({ channel, edit }, { world, account: { number } }) => {
    world.channels.edit(number, channel, edit);
    return null;
  },
  'channel-delete': ({ channel }, { world, account: { number } }) => {
    world.channels.delete(number, channel);
    return null;
  },
  'channel-mute': ({ channel, isMuted }, { world, account: { number } }) => {
    world.channels.mute(number, channel, isMuted);
    return null;
  },
  'channel-post': ({ channel, id, content }, { world, account: { number }, device }) => {
    const { serverId, t } = world.channels.post(number, channel, { postId: id, content }, device);
    return { serverId, t };
  },
  'channel-subscribers': ({ channel, limit }, { world, account: { number } }) =>
    world.channels.subscribers(number, channel, limit),
  'channel-invite-admin': ({ channel, user }, { world, account: { number } }) =>
    world.channels.inviteAdmin(number, channel, userOf(user)),
  'channel-revoke-admin-invite': ({ channel, user }, { world, account: { number } }) => {
    world.channels.revokeAdminInvite(number, channel, userOf(user));
    return null;
  },
  'channel-accept-admin-invite': ({ channel }, { world, account: { number } }) => {
    world.channels.acceptAdminInvite(number, channel);
    return null;
  },
  'channel-demote': ({ channel, user }, { world, account: { number } }) => {
    world.channels.demote(number, channel, userOf(user));
    return null;
  },
  'channel-transfer': ({ channel, user }, { world, account: { number } }) => {
    world.channels.transfer(number, channel, userOf(user));
    return null;
  },
};
