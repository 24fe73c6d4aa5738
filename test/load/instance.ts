/**
 * One instance of the service with its HTTP face and sessions that do nothing, for the load test: what is measured is the API. The
 * address of the database is argv[2]; argv[3] is `unlimited` for an API without limits. Prints its own address.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultRequestLimits } from '../../src/service/http/admission.ts';
import { createServer } from '../../src/service/http/server.ts';
import { Service } from '../../src/service/instance/service.ts';
import { silentHosts } from '../support/silent-host.ts';

const folder = mkdtempSync(join(tmpdir(), 'load-'));
const service = await Service.start({
  database: process.argv[2] ?? '',
  folder,
  library: '1.34.7',
  sealKeys: [Buffer.alloc(32, 7)],
  slots: 64,
  openHost: silentHosts,
  log: () => {},
});
const app = createServer({
  service,
  version: '0.0.0',
  open: true,
  ...(process.argv[3] === 'unlimited' && {
    limits: { ...defaultRequestLimits, perAddress: 0, perKey: 0, maxDelayMs: 0 },
  }),
  onTrouble: (_, problem) => console.error(problem.cause),
});
console.log(await app.listen({ host: '127.0.0.1', port: 0 }));
process.once('SIGTERM', async () => {
  await Promise.all([service.stop(), app.close()]);
  rmSync(folder, { recursive: true, force: true });
});
