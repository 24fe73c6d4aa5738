import type { FastifyInstance } from 'fastify';
import {
  actorSchema,
  answerRequestsSchema,
  changeGroupSchema,
  createCommunitySchema,
  createGroupSchema,
  groupAddressingSchema,
  groupParticipantsSchema,
  groupPictureSchema,
  invitationOnlySchema,
  joinGroupSchema,
  linkGroupsSchema,
} from '../../contracts/phone-control.ts';
import { parse } from './parse-body.ts';
import type { Phones } from './phones.ts';

interface WithGroup {
  Params: { id: string; group: string };
}

/** What a person does with groups and communities on a phone; see `PhoneGroups` and `PhoneCommunities`. */
export function groupRoutes(server: FastifyInstance, phones: Phones): void {
  server.get<WithGroup>('/phones/:id/groups', ({ params }) => phones.groups(params.id).list());
  server.post<WithGroup>('/phones/:id/groups', ({ params, body }) =>
    phones.groups(params.id).create(parse(createGroupSchema, body)),
  );
  server.post<WithGroup>('/phones/:id/groups/join', ({ params, body }) => {
    const { code, by } = parse(joinGroupSchema, body);
    return phones.groups(params.id).join(code, { by });
  });
  server.post<WithGroup>('/phones/:id/groups/invitation-only', ({ params, body }) => {
    const { isOn, by } = parse(invitationOnlySchema, body);
    phones.groups(params.id).setInvitationOnly(isOn, { by });
    return {};
  });
  server.get<WithGroup>('/phones/:id/groups/:group', ({ params }) => phones.groups(params.id).get(params.group));
  server.post<WithGroup>('/phones/:id/groups/:group/change', ({ params, body }) => {
    const { by, change } = parse(changeGroupSchema, body);
    return phones.groups(params.id).change(params.group, change, { by });
  });
  server.post<WithGroup>('/phones/:id/groups/:group/addressing', ({ params, body }) =>
    phones.groups(params.id).setAddressing(params.group, parse(groupAddressingSchema, body).addressing),
  );
  server.post<WithGroup>('/phones/:id/groups/:group/picture', ({ params, body }) => {
    const { by, picture } = parse(groupPictureSchema, body);
    return phones.groups(params.id).setPicture(params.group, picture, { by });
  });
  server.post<WithGroup>('/phones/:id/groups/:group/participants', ({ params, body }) => {
    const { by, action, participants } = parse(groupParticipantsSchema, body);
    return phones.groups(params.id).participants(params.group, action, participants, { by });
  });
  server.post<WithGroup>('/phones/:id/groups/:group/requests', ({ params, body }) => {
    const { by, approve, participants } = parse(answerRequestsSchema, body);
    return phones.groups(params.id).answerRequests(params.group, approve, participants, { by });
  });
  server.post<WithGroup>('/phones/:id/groups/:group/invite', ({ params, body }) => ({
    inviteCode: phones.groups(params.id).resetInvite(params.group, parse(actorSchema, body ?? {})),
  }));
  server.post<WithGroup>('/phones/:id/groups/:group/leave', ({ params, body }) => {
    phones.groups(params.id).leave(params.group, parse(actorSchema, body ?? {}));
    return {};
  });
  server.get<WithGroup>('/phones/:id/communities', ({ params }) => phones.communities(params.id).list());
  server.post<WithGroup>('/phones/:id/communities', ({ params, body }) =>
    phones.communities(params.id).create(parse(createCommunitySchema, body)),
  );
  server.get<WithGroup>('/phones/:id/communities/:group/groups', ({ params }) =>
    phones.communities(params.id).groups(params.group),
  );
  server.post<WithGroup>('/phones/:id/communities/:group/link', ({ params, body }) => {
    const { groups, by } = parse(linkGroupsSchema, body);
    return phones.communities(params.id).link(params.group, groups, { by });
  });
  server.post<WithGroup>('/phones/:id/communities/:group/unlink', ({ params, body }) => {
    const { groups, by } = parse(linkGroupsSchema, body);
    return phones.communities(params.id).unlink(params.group, groups, { by });
  });
  server.post<WithGroup>('/phones/:id/communities/join/:group', ({ params, body }) =>
    phones.communities(params.id).join(params.group, parse(actorSchema, body ?? {})),
  );
  server.post<WithGroup>('/phones/:id/communities/:group/deactivate', ({ params, body }) => {
    phones.communities(params.id).deactivate(params.group, parse(actorSchema, body ?? {}));
    return {};
  });
}
