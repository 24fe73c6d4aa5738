import { expect, test } from 'vitest';
import type { OpenSessionHost } from '../../../src/service/sessions/session-host.ts';
import { instantHosts } from '../../support/instant-host.ts';
import { onBuild } from '../../support/on-build.ts';
import { engines } from '../../support/service-databases.ts';
import { silentHosts } from '../../support/silent-host.ts';
import { startTestService, untilStatus } from '../../support/test-service.ts';

/** The library rejects at once. */
const failing: OpenSessionHost = (spec) => {
  spec.onSeen({
    at: Date.now(),
    type: 'host:error',
    detail: { during: 'initialize', message: 'no such module', stack: '' },
  });
  return silentHosts(spec);
};

test.each(engines)(
  'each start, and what happens in it, is written down under the build that its page said, with %s',
  async (_, database) => {
    const address = await database();
    const instant = instantHosts();
    const first = await startTestService({ database: address, openHost: onBuild(['2.3000.1', '2.3000.2'], instant) });
    const { id: workspace } = await first.service.workspaces.create('W');
    const ids = await first.service.sessions.link(workspace, { phone: null, pairing: false, libraryPin: null });
    expect(await untilStatus(first.service, ids, 'connected')).toMatchObject({ build: '2.3000.2' });
    await first.service.stop();
    const second = await startTestService({ database: address, openHost: instant, folder: first.folder });
    expect(await untilStatus(second.service, ids, 'connected')).toMatchObject({ build: null });
    const history = await second.service.accounts.history(ids.account, 10);
    expect(history.map(({ to, build }) => [to, build])).toEqual([
      ['qr_scanning', null],
      ['authenticated', '2.3000.2'],
      ['connected', '2.3000.2'],
      ['disconnected', '2.3000.2'],
      ['authenticated', null],
      ['connected', null],
    ]);
    const starts = await second.service.sessions.startsOf(ids, 10, 1_000_000);
    expect(starts.map(({ cause, build }) => [cause, build])).toEqual([
      ['instance-stopped', null],
      ['link-asked', '2.3000.2'],
    ]);
    await second.service.stop();
  },
);

test.each([
  ['a link that fails before any code has the build', ['2.3000.1'], '2.3000.1'],
  ['a page that was loaded anew and has not said its build has none', ['2.3000.1', null], null],
  ['what cannot be a build is none', ['2.3000.1; <b>'], null],
  ['a text that is too long is none', ['2'.repeat(65)], null],
])('%s', async (_, said, build) => {
  const [, newAddress] = engines[0] as (typeof engines)[number];
  const { service } = await startTestService({ database: await newAddress(), openHost: onBuild(said, failing) });
  const { id: workspace } = await service.workspaces.create('W');
  const ids = await service.sessions.link(workspace, { phone: null, pairing: false, libraryPin: null });
  expect(await untilStatus(service, ids, 'failed')).toMatchObject({ cause: 'initialize-failed', build });
  const [, failed] = await service.accounts.history(ids.account, 10);
  expect(failed).toMatchObject({ to: 'failed', build });
  await service.stop();
});
