import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { ServiceTables } from '../../src/service/tables.ts';
import { openDatabase } from '../../src/store/database/open-database.ts';
import { seedAccounts } from '../load/seed.ts';
import { newMysqlDatabase, stopMysqlServer } from '../support/mysql-server.ts';
import { bars, heldTo } from './bars.ts';
import type { Figure } from './figure.ts';
import { median } from './statistics.ts';

const instance = fileURLToPath(new URL('../load/instance.ts', import.meta.url));
const accounts = 10_000;
const users = 200;
const windowMs = 10_000;
/** A user pauses between two requests, up to so many milliseconds. */
const pauseMs = 2_000;

interface Served {
  url: string;
  child: ChildProcess;
}

/**
 * The time of API requests of 200 people on an instance with 10,000 accounts in MySQL: lists and single accounts, with the limits of
 * requests and without, in windows that take turns.
 */
export async function apiTimes(windows: number): Promise<Figure[]> {
  const address = await newMysqlDatabase();
  const database = await openDatabase<ServiceTables>(address);
  const ids = await seedAccounts(database, 'bench', accounts);
  await database.close();
  const limited = await serve(address, 'limited');
  const unlimited = await serve(address, 'unlimited');
  const times = { limited: [] as number[], unlimited: [] as number[] };
  await Promise.all([limited, unlimited].map((served) => load(served, ids)));
  for (let window = 0; window < windows; window++) {
    const isLimited = window % 2 === 0;
    const measured = await load(isLimited ? limited : unlimited, ids);
    times[isLimited ? 'limited' : 'unlimited'].push(p95(measured));
  }
  for (const { child } of [limited, unlimited]) {
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
  await stopMysqlServer();
  const [on, off] = [median(times.limited), median(times.unlimited)];
  // Half a millisecond more counts as no difference: no caller notices it, whatever the ratio.
  const measured = on - off <= 0.5 ? Math.min(1, on / off) : on / off;
  const name = `API request, ${users} users, p95 of a window, median of ${windows / 2}`;
  return [
    heldTo(bars.apiTime, name, on, `${on.toFixed(1)} ms`),
    heldTo(
      bars.limitedRatio,
      'the same over one without limits',
      measured,
      `${(on / off).toFixed(2)} (${on.toFixed(1)} ms over ${off.toFixed(1)} ms)`,
    ),
  ];
}

async function serve(address: string, limits: 'limited' | 'unlimited'): Promise<Served> {
  const child = spawn(process.execPath, [instance, address, limits], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [url] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return { url, child };
}

/** What 200 people at a console do for a while. Returns the times of their requests in milliseconds. */
async function load({ url }: Served, ids: readonly string[]): Promise<number[]> {
  const agent = new Agent({ keepAlive: true });
  const times: number[] = [];
  const until = performance.now() + windowMs;
  const person = async () => {
    await sleep(Math.random() * pauseMs);
    for (let turn = 0; performance.now() < until; turn++) {
      const one = ids[Math.floor(Math.random() * ids.length)] as string;
      const path = turn % 2 === 0 ? '?limit=50' : `/${one}`;
      times.push(await timed(`${url}/v1/workspaces/bench/accounts${path}`, agent));
      await sleep(Math.random() * pauseMs);
    }
  };
  await Promise.all(Array.from({ length: users }, person));
  agent.destroy();
  return times;
}

async function timed(url: string, agent: Agent): Promise<number> {
  const began = performance.now();
  const [response] = await once(get(url, { agent }), 'response');
  await text(response);
  if (response.statusCode !== 200) throw new Error(`${url} answered ${response.statusCode}`);
  return performance.now() - began;
}

function p95(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[Math.ceil(0.95 * times.length) - 1] as number;
}
