import { accountBrowserSchema, proxyTestSchema } from '../../../contracts/account-browser.ts';
import { accountParams, accountSchema } from '../../../contracts/service-api.ts';
import { Problem } from '../../problems.ts';
import { testProxy } from '../../sessions/account-proxy.ts';
import { findAccount } from './find-account.ts';
import { type Route, route } from './route.ts';
import { accountView } from './views.ts';

export const accountBrowserRoutes: Route[] = [
  route({
    method: 'PUT',
    path: '/v1/workspaces/:workspace/accounts/:account/browser',
    summary: 'Choose the proxy and further arguments of the browser of an account; its session restarts with them',
    scope: 'admin',
    params: accountParams,
    body: accountBrowserSchema,
    answer: { status: 202, schema: accountSchema },
    problems: ['account-unknown', 'proxy-address-refused', 'older-instance'],
    async handle({ service }, { params, body }) {
      const { ids } = await findAccount(service, params);
      service.checkProxy(body.proxy);
      await service.browsers.set(ids, body);
      return accountView(await findAccount(service, params));
    },
  }),
  route({
    method: 'POST',
    path: '/v1/workspaces/:workspace/accounts/:account/proxy/test',
    summary: 'Whether the proxy of an account connects to WhatsApp Web, from this instance',
    scope: 'admin',
    params: accountParams,
    answer: { status: 200, schema: proxyTestSchema },
    problems: ['account-unknown', 'proxy-unknown'],
    async handle({ service }, { params }) {
      const { ids } = await findAccount(service, params);
      const { proxy } = await service.browsers.of(ids.account);
      if (proxy === null) throw new Problem('proxy-unknown');
      return testProxy(proxy, service.allowPrivateProxies);
    },
  }),
];
