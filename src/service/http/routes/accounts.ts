import {
  accountParams,
  accountSchema,
  canarySchema,
  historyQuery,
  historySchema,
  linkSchema,
  pinSchema,
  restoreAllSchema,
  restoredSchema,
  sendTextSchema,
  sentSchema,
  sessionStartsSchema,
  transitionsQuery,
  workspaceParams,
} from '../../../contracts/service-api.ts';
import { activeStatuses } from '../../../contracts/service-states.ts';
import type { Account } from '../../accounts/account-rows.ts';
import { Problem } from '../../problems.ts';
import { workspaceId } from '../../session-ids.ts';
import { allows } from '../keys/api-keys.ts';
import { findAccount } from './find-account.ts';
import { ownerElsewhere, sendOn } from './forward.ts';
import { type Route, route } from './route.ts';
import { accountView, pageOf, sessionStartView, transitionView } from './views.ts';

/** A session that no instance starts any more has no version to choose and nothing to probe. @throws Problem `account-not-active` */
function active(account: Account): Account {
  if (!activeStatuses.some((status) => status === account.status)) throw new Problem('account-not-active');
  return account;
}

export const accountRoutes: Route[] = [
  route({
    method: 'POST',
    path: '/v1/workspaces/:workspace/accounts',
    summary: 'Link a number: a new account that waits for its code to be scanned',
    scope: 'link',
    params: workspaceParams,
    body: linkSchema,
    answer: { status: 202, schema: accountSchema },
    problems: [
      'library-unavailable',
      'number-contested',
      'quota-reached',
      'proxy-address-refused',
      'older-instance',
      'instance-full',
      'stopping',
    ],
    async handle({ service }, { params, body, caller, origin }) {
      const { phone = null, pairing = false, library = null, browser = null } = body;
      if (browser !== null && !allows(caller.scope, 'admin'))
        throw new Problem('forbidden', 'The field browser needs a key with the scope admin.');
      service.checkProxy(browser?.proxy ?? null);
      const { id } = await service.workspaces.get(workspaceId(params.workspace));
      if (library !== null) await service.sessions.prepareLibrary(library);
      const ids = await service.sessions.link(id, { phone, pairing, libraryPin: library, browser, origin });
      return accountView(await service.accounts.get(ids.workspace, ids.account));
    },
  }),
  route({
    method: 'GET',
    path: '/v1/workspaces/:workspace/accounts/:account',
    summary: 'One account with its state',
    scope: 'read',
    params: accountParams,
    answer: { status: 200, schema: accountSchema },
    problems: ['account-unknown'],
    handle: async ({ service }, { params }) => accountView(await findAccount(service, params)),
  }),
  route({
    method: 'GET',
    path: '/v1/workspaces/:workspace/accounts/:account/history',
    summary: 'Every change of status, oldest or newest first',
    scope: 'read',
    params: accountParams,
    query: transitionsQuery,
    answer: { status: 200, schema: historySchema },
    problems: ['account-unknown'],
    async handle({ service }, { params, query }) {
      const { ids } = await findAccount(service, params);
      const limit = Number(query.limit);
      const after = query.after === undefined ? null : Number(query.after);
      const rows = await service.accounts.history(ids.account, limit + 1, after, query.order);
      return pageOf(rows, limit, transitionView, ({ seq }) => seq);
    },
  }),
  route({
    method: 'GET',
    path: '/v1/workspaces/:workspace/accounts/:account/starts',
    summary: 'Every start of the session with its version and outcome, newest first',
    scope: 'read',
    params: accountParams,
    query: historyQuery,
    answer: { status: 200, schema: sessionStartsSchema },
    problems: ['account-unknown'],
    async handle({ service }, { params, query }) {
      const { ids } = await findAccount(service, params);
      const limit = Number(query.limit);
      const before = Number(query.after ?? Number.MAX_SAFE_INTEGER);
      return pageOf(await service.sessions.startsOf(ids, limit + 1, before), limit, sessionStartView, ({ id }) => id);
    },
  }),
  route({
    method: 'PUT',
    path: '/v1/workspaces/:workspace/accounts/:account/library',
    summary: 'Choose the library version of an account; null leaves it to configuration and rollout',
    scope: 'admin',
    params: accountParams,
    body: pinSchema,
    answer: { status: 202, schema: accountSchema },
    problems: ['account-unknown', 'account-not-active', 'library-unavailable'],
    async handle({ service }, { params, body }) {
      const { ids } = active(await findAccount(service, params));
      if (body.library !== null) await service.sessions.prepareLibrary(body.library);
      await service.accounts.pinLibrary(ids, body.library);
      return accountView(await findAccount(service, params));
    },
  }),
  route({
    method: 'PUT',
    path: '/v1/workspaces/:workspace/accounts/:account/canary',
    summary: 'Whether the account is a canary, which other canaries of the workspace send probes to',
    scope: 'admin',
    params: accountParams,
    body: canarySchema,
    answer: { status: 200, schema: accountSchema },
    problems: ['account-unknown', 'account-not-active'],
    async handle({ service }, { params, body }) {
      const { ids } = active(await findAccount(service, params));
      await service.canaries.mark(ids, body.canary);
      return accountView(await findAccount(service, params));
    },
  }),
  route({
    method: 'POST',
    path: '/v1/workspaces/:workspace/accounts/:account/restore',
    summary: 'Start a session that waits for a person or for its backoff',
    scope: 'link',
    params: accountParams,
    answer: { status: 202, schema: accountSchema },
    problems: ['account-unknown', 'account-not-active'],
    async handle({ service }, { params, origin }) {
      await service.sessions.restore((await findAccount(service, params)).ids, origin);
      return accountView(await findAccount(service, params));
    },
  }),
  route({
    method: 'POST',
    path: '/v1/workspaces/:workspace/restore',
    summary: 'Start the sessions of a workspace that wait for a person or for their backoff',
    scope: 'link',
    params: workspaceParams,
    body: restoreAllSchema,
    answer: { status: 202, schema: restoredSchema },
    problems: [],
    async handle({ service }, { params, body, origin }) {
      const { id: workspace } = await service.workspaces.get(workspaceId(params.workspace));
      return { restored: await service.sessions.restoreAll({ workspace, ...body }, origin) };
    },
  }),
  route({
    method: 'POST',
    path: '/v1/restore',
    summary: 'Start the sessions of all workspaces that wait for a person or for their backoff',
    scope: 'admin',
    body: restoreAllSchema,
    answer: { status: 202, schema: restoredSchema },
    problems: [],
    handle: async ({ service }, { body, origin }) => ({
      restored: await service.sessions.restoreAll({ ...body }, origin),
    }),
  }),
  route({
    method: 'POST',
    path: '/v1/workspaces/:workspace/accounts/:account/logout',
    summary: 'Unlink the device from the phone; the account becomes inactive',
    scope: 'link',
    params: accountParams,
    answer: { status: 202, schema: accountSchema },
    problems: ['account-unknown'],
    async handle({ service }, { params }) {
      await service.sessions.logout((await findAccount(service, params)).ids);
      return accountView(await findAccount(service, params));
    },
  }),
  route({
    method: 'DELETE',
    path: '/v1/workspaces/:workspace/accounts/:account',
    summary: 'Unlink the device and delete the number; the history stays, without the number',
    scope: 'link',
    params: accountParams,
    answer: { status: 204 },
    problems: ['account-unknown'],
    async handle({ service }, { params }) {
      await service.sessions.delete((await findAccount(service, params)).ids);
      return undefined;
    },
  }),
  route({
    method: 'POST',
    path: '/v1/workspaces/:workspace/accounts/:account/messages',
    summary: 'Send a text message',
    scope: 'link',
    params: accountParams,
    body: sendTextSchema,
    answer: { status: 201, schema: sentSchema },
    problems: ['account-unknown', 'session-not-connected', 'session-elsewhere', 'send-failed', 'send-unknown'],
    async handle({ service }, { params, body, origin, request }) {
      const { ids } = await findAccount(service, params);
      const owner = await ownerElsewhere(service, ids, request);
      if (owner?.address) {
        const to = { address: owner.address, origin, ms: service.deadlines.sendMs, unknown: 'send-unknown' } as const;
        return sentSchema.parse(await sendOn(service, request, to));
      }
      const id = await service.sessions.sendText(ids, `${body.to}@c.us`, body.text);
      return { id: typeof id === 'string' ? id : null };
    },
  }),
];
