import type { FastifyInstance } from 'fastify';
import {
  blockSchema,
  callSchema,
  changeNumberSchema,
  chatStateBodySchema,
  phoneNumberSchema,
  presenceSchema,
  profileChangeSchema,
} from '../../contracts/phone-control.ts';
import { parse, type WithId } from './parse-body.ts';
import type { Phones } from './phones.ts';

interface WithNumber {
  Params: { number: string };
}

interface WithCall {
  Params: { id: string; call: string };
}

/** What people show of themselves, whom a phone blocks, and calls. */
export function peopleRoutes(server: FastifyInstance, phones: Phones): void {
  server.get('/people', () => phones.people());
  server.put<WithNumber>('/people/:number', ({ params, body }) =>
    phones.changePerson(parse(phoneNumberSchema, params.number), parse(profileChangeSchema, body ?? {})),
  );
  server.post<WithNumber>('/people/:number/change-number', ({ params, body }) =>
    phones.changeNumber(params.number, parse(changeNumberSchema, body).to),
  );
  server.post<WithId>('/phones/:id/profile', ({ params, body }) => {
    const phone = phones.phone(params.id);
    phone.changeProfile(parse(profileChangeSchema, body));
    return phone.state().profile;
  });
  server.post<WithId>('/phones/:id/block', ({ params, body }) => {
    const phone = phones.phone(params.id);
    const { number, isBlocked } = parse(blockSchema, body);
    phone.block(number, isBlocked);
    return { blocked: phone.state().blocked };
  });
  server.post<WithId>('/phones/:id/presence', ({ params, body }) => {
    const { isAvailable, from } = parse(presenceSchema, body);
    phones.phone(params.id).showPresence(isAvailable, from);
    return {};
  });
  server.post<WithId>('/phones/:id/chat-state', ({ params, body }) => {
    const { state, from } = parse(chatStateBodySchema, body);
    phones.phone(params.id).showChatState(state, from);
    return {};
  });
  server.post<WithId>('/phones/:id/calls', ({ params, body }) =>
    phones.phone(params.id).ring(parse(callSchema, body ?? {})),
  );
  for (const end of ['end', 'reject'] as const) {
    server.post<WithCall>(`/phones/:id/calls/:call/${end}`, ({ params: { id, call } }) => {
      const phone = phones.phone(id);
      if (end === 'end') phone.endCall(call);
      else phone.rejectCall(call);
      return phone.state().calls.find((each) => each.id === call);
    });
  }
}
