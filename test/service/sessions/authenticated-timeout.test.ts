import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Replica, startReplica } from '../../../src/replica/start-replica.ts';
import { lightHosts } from '../../support/light-host.ts';
import { linkWith, startTestService, untilStatus } from '../../support/test-service.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

/** Codes live 1.2 s and then 0.4 s each. */
const timeScale = 0.02;
const deadlines = { linkMs: 3_000 };

let replica: Replica;
beforeAll(async () => {
  replica = await startReplica({ build: '2.3000.1044822804', timeScale });
});
afterAll(() => replica.close());

/** The cause with which a link fails whose first code `scan` gets. */
async function causeOf(loginHangs: boolean, scan: (qr: string) => Promise<unknown>) {
  const database = `sqlite:${join(temporaryFolder(), 'store.sqlite')}`;
  const openHost = lightHosts({ port: replica.port, loginHangs });
  const { service } = await startTestService({ database, openHost, deadlines });
  const { id: workspace } = await service.workspaces.create('W');
  const ids = await linkWith(service, workspace, scan);
  const { cause } = await untilStatus(service, ids, 'failed');
  await service.stop();
  return cause;
}

test.concurrent('a link without a scan is not a failure of the library', async () => {
  expect(await causeOf(false, async () => {})).toBe('link-timeout');
});

test.concurrent('a scanned link whose login never came does not end as a link without a scan', async () => {
  const { id } = replica.phones.create('15550210001');
  expect(await causeOf(true, async (qr) => replica.phones.scan(id, qr).catch(() => {}))).toBe('authenticated-timeout');
});
