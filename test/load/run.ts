/**
 * `npm run test:load`: 10,000 accounts in a private MySQL; what an idle instance needs of memory, then one instance under k6 with 200
 * virtual users. Exit code of k6, or 1 where the idle instance is too large.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ServiceTables } from '../../src/service/tables.ts';
import { openDatabase } from '../../src/store/database/open-database.ts';
import { newMysqlDatabase, stopMysqlServer } from '../support/mysql-server.ts';
import { ensureK6 } from './ensure-k6.ts';
import { seedAccounts } from './seed.ts';

const accounts = 10_000;
const idleLimitMb = 150;
const here = (name: string) => join(import.meta.dirname, name);

const k6 = ensureK6();
const address = await newMysqlDatabase();
const database = await openDatabase<ServiceTables>(address);
const ids = await seedAccounts(database, 'load', accounts);
await database.close();

const idleMb = await idleInstanceMb(address);
console.log(`An idle instance with ${accounts} accounts in MySQL has ${idleMb} MB (limit ${idleLimitMb})`);

const instance = spawn(process.execPath, [here('instance.ts'), address], { stdio: ['ignore', 'pipe', 'inherit'] });
const [url] = (await once(createInterface({ input: instance.stdout }), 'line')) as [string];

const some = ids.filter((_, i) => i % 20 === 0).join(',');
const env = { ...process.env, BASE_URL: url, WORKSPACE: 'load', ACCOUNTS: some, K6_NO_USAGE_REPORT: 'true' };
const load = spawn(k6, ['run', '--quiet', here('api.ts')], { stdio: 'inherit', env });
const [code] = await once(load, 'exit');
console.log(`Under load the instance had up to ${residentMb(instance.pid, 'VmHWM')} MB`);
instance.kill('SIGTERM');
await once(instance, 'exit');
await stopMysqlServer();
process.exitCode = (code as number) || Number(idleMb !== null && idleMb >= idleLimitMb);

/** The program itself, as people start it, some seconds after it listens; null where there is no /proc. */
async function idleInstanceMb(database: string): Promise<number | null> {
  const options = ['--database', database, '--port', '0'];
  const idle = spawn(process.execPath, ['src/cli/main.ts', 'serve', ...options], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: idle.stdout })) if (line.includes('"listening"')) break;
  await sleep(10_000);
  const mb = residentMb(idle.pid);
  idle.kill('SIGTERM');
  await once(idle, 'exit');
  return mb;
}

/** Resident memory of a process in MB; null where there is no /proc. */
function residentMb(pid: number | undefined, field = 'VmRSS'): number | null {
  try {
    const kb = new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return Math.round(Number(kb) / 1024);
  } catch {
    return null;
  }
}
