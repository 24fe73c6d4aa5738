import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createServer } from '../../../src/service/http/server.ts';
import { Service, type ServiceOptions } from '../../../src/service/instance/service.ts';
import { instantHosts } from '../../support/instant-host.ts';
import { silentHosts } from '../../support/silent-host.ts';
import { startTestService, testSealKey, until, untilStatus } from '../../support/test-service.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

/** A database with one session without an owner, and how often it was started from then on. */
async function waitingSession() {
  const folder = temporaryFolder();
  const database = `sqlite:${join(folder, 'store.sqlite')}`;
  const { service: first } = await startTestService({ database, folder, openHost: instantHosts() });
  const { id: workspace } = await first.workspaces.create('W');
  const ids = await first.sessions.link(workspace, { phone: null, pairing: false, libraryPin: null });
  await untilStatus(first, ids, 'connected');
  await first.stop();
  const starts = { count: 0 };
  const openHost: ServiceOptions['openHost'] = (spec) => {
    starts.count++;
    return silentHosts(spec);
  };
  const options: ServiceOptions = {
    database,
    folder,
    openHost,
    sealKeys: [testSealKey],
    library: '1.34.7',
    slots: 1,
    log: () => {},
  };
  return { options, starts };
}

test('an instance takes on no session before its port is open, and says until then that it starts', async () => {
  const { options, starts } = await waitingSession();
  const service = await Service.start(options, async (starting) => {
    const app = createServer({ service: starting, version: '0.0.0', open: true, onTrouble: () => {} });
    const answer = await app.inject('/readyz');
    expect([answer.statusCode, answer.json().code]).toEqual([503, 'starting']);
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect(starts.count).toBe(0);
    return null;
  });
  expect(service.ready).toBe(true);
  await until('the session is started', () => starts.count === 1);
  await service.stop();
});

test('an instance that cannot have its port starts nothing', async () => {
  const { options, starts } = await waitingSession();
  const start = Service.start(options, () => Promise.reject(new Error('the port is taken')));
  await expect(start).rejects.toThrow('the port is taken');
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  expect(starts.count).toBe(0);
});
