/**
 * One instance of the service with its HTTP face and as many connected sessions as argv[2] says, without browsers: what is measured
 * is the instance. Prints one JSON line when all are connected. Answers every IPC message with the delays of its event loop since
 * the one before, in milliseconds.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { createServer } from '../../src/service/http/server.ts';
import { Service } from '../../src/service/instance/service.ts';
import { instantHosts } from '../support/instant-host.ts';

const count = Number(process.argv[2]);
const accountsOfWorkspace = 20;

const folder = mkdtempSync(join(tmpdir(), 'many-sessions-'));
const service = await Service.start({
  database: `sqlite:${join(folder, 'store.sqlite')}`,
  folder,
  library: '1.34.7',
  sealKeys: [Buffer.alloc(32, 7)],
  slots: 16,
  openHost: instantHosts(),
  log: () => {},
});
const app = createServer({ service, version: '0.0.0', open: true, onTrouble: (_, { cause }) => console.error(cause) });
const url = await app.listen({ host: '127.0.0.1', port: 0 });

const accounts: string[] = [];
while (accounts.length < count) {
  const { id: workspace } = await service.workspaces.create('Bench');
  const options = { phone: null, pairing: false, libraryPin: null };
  // Some at once, so that sessions that wait take over the slots; never so many that renewals of leases wait behind them.
  const links = Array.from({ length: Math.min(accountsOfWorkspace, count - accounts.length) }, () =>
    service.sessions.link(workspace, options),
  );
  while (service.sessions.launches.waiting > accountsOfWorkspace) await sleep(5);
  for (const { account } of await Promise.all(links)) accounts.push(`/v1/workspaces/${workspace}/accounts/${account}`);
}
while (service.sessions.hosted.filter(({ ready }) => ready).length < count) await sleep(100);

const delays = monitorEventLoopDelay({ resolution: 1 });
delays.enable();
process.on('message', () => {
  // The histogram includes the millisecond for which its own timer waits.
  const ms = (percentile: number) => Math.max(0, delays.percentile(percentile) / 1e6 - 1);
  process.send?.({ p50: ms(50), p99: ms(99), max: ms(100) });
  delays.reset();
});
console.log(JSON.stringify({ url, account: accounts[0] }));
process.once('SIGTERM', async () => {
  await Promise.all([service.stop(), app.close()]);
  rmSync(folder, { recursive: true, force: true });
  process.exit();
});
