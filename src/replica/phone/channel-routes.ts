import type { FastifyInstance } from 'fastify';
import {
  actorSchema,
  channelAdminSchema,
  channelPostSchema,
  channelReactionSchema,
  createChannelSchema,
  editChannelSchema,
  subscribeSchema,
} from '../../contracts/phone-control.ts';
import { parse } from './parse-body.ts';
import type { Phones } from './phones.ts';

interface WithChannel {
  Params: { id: string; channel: string };
}

/** What a person does with channels on a phone; see `PhoneChannels`. */
export function channelRoutes(server: FastifyInstance, phones: Phones): void {
  const of = (id: string) => phones.phone(id).channels;
  server.get<WithChannel>('/phones/:id/channels', ({ params }) => of(params.id).list());
  server.post<WithChannel>('/phones/:id/channels', ({ params, body }) =>
    of(params.id).create(parse(createChannelSchema, body)),
  );
  server.get<WithChannel>('/phones/:id/channels/:channel', ({ params }) => of(params.id).get(params.channel));
  server.post<WithChannel>('/phones/:id/channels/:channel/edit', ({ params, body }) => {
    const { by, edit } = parse(editChannelSchema, body);
    return of(params.id).edit(params.channel, edit, { by });
  });
  server.post<WithChannel>('/phones/:id/channels/:channel/post', ({ params, body }) => {
    const { by, ...what } = parse(channelPostSchema, body);
    const content = 'content' in what ? what.content : { kind: 'text' as const, body: what.body };
    return { id: of(params.id).post(params.channel, content, { by }) };
  });
  server.post<WithChannel>('/phones/:id/channels/:channel/react', ({ params, body }) => {
    const { by, post, text } = parse(channelReactionSchema, body);
    of(params.id).react(params.channel, post, text, { by });
    return {};
  });
  server.post<WithChannel>('/phones/:id/channels/:channel/subscribe', ({ params, body }) => {
    const { by, isSubscribed } = parse(subscribeSchema, body ?? {});
    of(params.id).subscribe(params.channel, isSubscribed, { by });
    return {};
  });
  server.post<WithChannel>('/phones/:id/channels/:channel/invite-admin', ({ params, body }) => {
    const { by, number } = parse(channelAdminSchema, body);
    of(params.id).inviteAdmin(params.channel, number, { by });
    return {};
  });
  server.post<WithChannel>('/phones/:id/channels/:channel/accept-admin-invite', ({ params, body }) => {
    of(params.id).acceptAdminInvite(params.channel, parse(actorSchema, body ?? {}));
    return {};
  });
  server.post<WithChannel>('/phones/:id/channels/:channel/delete', ({ params, body }) => {
    of(params.id).delete(params.channel, parse(actorSchema, body ?? {}));
    return {};
  });
}
