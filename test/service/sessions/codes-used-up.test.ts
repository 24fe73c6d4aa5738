import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Replica, startReplica } from '../../../src/replica/start-replica.ts';
import { lightHosts } from '../../support/light-host.ts';
import { linkWith, startTestService, untilStatus } from '../../support/test-service.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

/** Codes live 0.6 s and then five times 0.2 s. */
const timeScale = 0.01;
const codesMs = 1_600;

let replica: Replica;
beforeAll(async () => {
  replica = await startReplica({ build: '2.3000.1044822804', timeScale });
});
afterAll(() => replica.close());

/** How long a link without a scan lasts, in milliseconds, where the service would wait a minute. */
async function lastingOf(idlesAfterCodes: boolean, linkMs: number): Promise<number> {
  const database = `sqlite:${join(temporaryFolder(), 'store.sqlite')}`;
  const openHost = lightHosts({ port: replica.port, idlesAfterCodes });
  const { service } = await startTestService({ database, openHost, deadlines: { linkMs, lookAtCodeMs: 100 } });
  const { id: workspace } = await service.workspaces.create('W');
  let shownAt = 0;
  const ids = await linkWith(service, workspace, async () => {
    shownAt = performance.now();
  });
  const { cause } = await untilStatus(service, ids, 'failed');
  expect(cause).toBe('link-timeout');
  const lasted = performance.now() - shownAt;
  await service.stop();
  return lasted;
}

test.concurrent('a link ends when its page shows no code any more, long before the time for scanning is over', async () => {
  expect(await lastingOf(true, 60_000)).toBeLessThan(30_000);
});

test.concurrent('a link whose page goes on showing codes has its whole time', async () => {
  const linkMs = 2 * codesMs;
  expect(await lastingOf(false, linkMs)).toBeGreaterThanOrEqual(linkMs - 500);
});
