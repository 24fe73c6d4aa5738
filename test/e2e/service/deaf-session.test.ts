import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensureBrowser } from '../../../src/browser/ensure-browser.ts';
import { type Replica, startReplica } from '../../../src/replica/start-replica.ts';
import type { Service } from '../../../src/service/instance/service.ts';
import type { SessionIds, WorkspaceId } from '../../../src/service/session-ids.ts';
import { LibraryHosts } from '../../../src/service/sessions/library-host.ts';
import { linkWith, startTestService, until, untilStatus } from '../../support/test-service.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

let replica: Replica;
let service: Service;
let workspace: WorkspaceId;

beforeAll(async () => {
  // A build on which the version below works, as long as the page does not reload itself.
  replica = await startReplica({ build: '2.3000.1014111620' });
  const browser = await ensureBrowser('current', () => {});
  const folder = temporaryFolder();
  ({ service } = await startTestService({
    folder,
    database: `sqlite:${join(folder, 'store.sqlite')}`,
    library: '1.25.0',
    openHost: new LibraryHosts({ browser, browserArgs: replica.chromiumArgs }).open,
    deadlines: {
      startMs: 60_000,
      linkMs: 60_000,
      readyMs: 60_000,
      watchEveryMs: 2_000,
      answerMs: 10_000,
      probeEveryMs: 5_000,
      hearMs: 5_000,
    },
  }));
  workspace = (await service.workspaces.create('W')).id;
}, 300_000);
afterAll(async () => {
  await service.stop();
  await replica.close();
});

async function canary(number: string): Promise<{ ids: SessionIds; phone: string }> {
  const phone = replica.phones.create(number).id;
  const ids = await linkWith(service, workspace, (qr) => replica.phones.scan(phone, qr));
  await untilStatus(service, ids, 'connected', 60_000);
  await service.canaries.mark(ids, true);
  return { ids, phone };
}

test('a real session that is connected and deaf is found by a probe, and hears after its restart', async () => {
  await canary('15550700001');
  // The version injects again after a reload, where its own binding stops it half-way: connected, and deaf from then on.
  replica.setCondition('reload-after-link', true);
  const { ids, phone } = await canary('15550700002');
  replica.setCondition('reload-after-link', false);
  expect(await untilStatus(service, ids, 'disconnected', 60_000)).toMatchObject({ cause: 'session-deaf' });
  await untilStatus(service, ids, 'connected', 60_000);
  const heard: unknown[] = [];
  service.onEvent((_, event) => event.type === 'message' && heard.push(event.message));
  replica.phones.send(phone, { body: 'can you hear me now?' });
  await until('the message is heard', () => heard.length > 0);
  expect(heard).toMatchObject([{ body: 'can you hear me now?' }]);
  expect(replica.phones.get(phone).devices).toHaveLength(1);
});
