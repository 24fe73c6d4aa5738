import { join } from 'node:path';
import { ensureBrowser } from '../../src/browser/ensure-browser.ts';
import { type Replica, startReplica } from '../../src/replica/start-replica.ts';
import type { ServiceOptions } from '../../src/service/instance/service.ts';
import { LibraryHosts } from '../../src/service/sessions/library-host.ts';
import { readEvents } from '../../src/surface/extract/type-definitions.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { startTestServer, type TestServer } from './test-server.ts';
import { until } from './test-service.ts';

export interface LinkedAccount {
  replica: Replica;
  /** The instance that runs the session. */
  server: TestServer;
  /** Another instance on the same database, which runs no session. */
  other: TestServer;
  /** Address of the account in the API. */
  account: string;
  /** Id of the phone. */
  phone: string;
  stop(): Promise<void>;
}

/** An account that is linked with a real library in a real browser, on one of two instances of the service. */
export async function linkedAccount({
  library,
  build,
  rolloutRules,
}: { library: string; build: string } & Pick<ServiceOptions, 'rolloutRules'>): Promise<LinkedAccount> {
  const folder = temporaryFolder();
  const replica = await startReplica({ build });
  const browser = await ensureBrowser('current', () => {});
  const hosts = new LibraryHosts({ browser, browserArgs: replica.chromiumArgs });
  const options = {
    database: `sqlite:${join(folder, 'store.sqlite')}`,
    library,
    openHost: hosts.open,
    ...(rolloutRules && { rolloutRules }),
    eventsOf: async (version: string) => readEvents(await hosts.folderOf(version)),
    deadlines: { startMs: 60_000, linkMs: 60_000, readyMs: 60_000, watchEveryMs: 5_000, answerMs: 10_000 },
  };
  const server = await startTestServer({ ...options, folder }, { listens: true });
  const { id: workspace } = (await server.ask('POST', '/v1/workspaces', { name: 'Berlin' })).body;
  const accounts = `/v1/workspaces/${workspace}/accounts`;
  const account = `${accounts}/${(await server.ask('POST', accounts, {})).body.id}`;
  const phone = replica.phones.create('15550100123').id;
  const { code } = await until('a code', async () => {
    const { status, body } = await server.ask('GET', `${account}/link`);
    return status === 200 ? body : null;
  });
  await replica.phones.scan(phone, code);
  await until('connected', async () => (await server.ask('GET', account)).body.status === 'connected');
  const other = await startTestServer({ ...options, folder: temporaryFolder() }, { listens: true });
  const stop = async () => {
    await other.stop();
    await server.stop();
    await replica.close();
  };
  return { replica, server, other, account, phone, stop };
}
