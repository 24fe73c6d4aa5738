import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { packageRoot } from '../../src/contracts/home.ts';
import type { HostEvent } from '../../src/contracts/host-events.ts';
import { type Replica, startReplica } from '../../src/replica/start-replica.ts';
import { Lease } from '../../src/service/leases/lease.ts';
import { SessionIds, workspaceId } from '../../src/service/session-ids.ts';
import { LibraryHosts } from '../../src/service/sessions/library-host.ts';
import { ownHome } from '../support/own-home.ts';
import { until } from '../support/test-service.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { endFile } from '../temporary-folders/at-file-end.ts';
import { bars, heldTo } from './bars.ts';
import type { Figure } from './figure.ts';
import type { Subject } from './measure.ts';
import { median, medianInterval } from './statistics.ts';

const bareScript = fileURLToPath(new URL('./bare-first-code.cjs', import.meta.url));

/**
 * From the request for a link to its first QR code, by `serve` with a host that waits, over the time of the same library in a process that
 * runs. The two take turns, and who begins alternates.
 */
export async function firstCode({ planned, library, browser }: Subject, pairs: number): Promise<Figure[]> {
  const replica = await startReplica({ build: planned.cell.build });
  const bare = fork(
    bareScript,
    [
      JSON.stringify({
        packageDir: library.packageDir,
        browser: {
          ...{ executablePath: browser.executablePath, args: [...browser.args, ...replica.chromiumArgs] },
          ...{ pipe: true, dumpio: true },
        },
      }),
    ],
    { execArgv: [], env: { ...process.env, ...browser.env }, stdio: ['ignore', 'ignore', 'ignore', 'ipc'] },
  );
  await once(bare, 'message');
  const served = await serve(replica, library.version);
  try {
    const ofBare: number[] = [];
    const ofService: number[] = [];
    const ratios: number[] = [];
    // The first round fills the caches.
    for (let pair = -1; pair < pairs; pair++) {
      const bareFirst = pair % 2 === 0;
      const first = bareFirst ? await bareCode(bare) : await served.code();
      const second = bareFirst ? await served.code() : await bareCode(bare);
      const [without, through] = bareFirst ? [first, second] : [second, first];
      process.stderr.write(`pair ${pair + 1}: bare ${without.toFixed(0)} ms, service ${through.toFixed(0)} ms\n`);
      if (pair < 0) continue;
      ofBare.push(without);
      ofService.push(through);
      ratios.push(through / without);
    }
    const ms = (values: number[]) => `${median(values).toFixed(0)} ms`;
    const interval = medianInterval(ratios).map((ratio) => ratio.toFixed(2));
    return [
      { name: `first code in a process that runs, median of ${pairs}`, value: ms(ofBare), bar: '', ok: true },
      heldTo(
        bars.firstCode,
        'from the request to the first code over that, median of pairs',
        median(ratios),
        `${median(ratios).toFixed(2)} times, ${ms(ofService)} (95 %: ${interval.join(' to ')})`,
      ),
    ];
  } finally {
    bare.kill();
    await served.stop();
    await replica.close();
    await endFile();
  }
}

async function bareCode(bare: ChildProcess): Promise<number> {
  bare.send({ dataPath: temporaryFolder() });
  const [{ ms }] = (await once(bare, 'message')) as [{ ms: number }];
  return ms;
}

/** The real command; `code` links an account and takes it back when its code was shown. */
async function serve({ port, ...replica }: Replica, library: string) {
  const folder = temporaryFolder();
  const file = join(folder, 'replica.json');
  writeFileSync(
    file,
    JSON.stringify({
      url: `https://127.0.0.1:${port}`,
      chromiumArgs: replica.chromiumArgs,
      phoneUrl: replica.phoneUrl,
    }),
  );
  const main = join(packageRoot, 'src', 'cli', 'main.ts');
  const served = spawn(process.execPath, [main, 'serve', '--replica', file, '--port', '0', '--library', library], {
    env: { ...process.env, WWEBJS_CANARY_HOME: ownHome() },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: served.stdout });
  const url = await new Promise<string>((resolve) =>
    lines.on('line', (line) => {
      const { event, url } = JSON.parse(line);
      if (event === 'listening') resolve(url);
    }),
  );
  const ask = async (method: string, path: string, body?: object) => {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(url + path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
    const text = await answer.text();
    return text === '' ? {} : JSON.parse(text);
  };
  const isIdle = async () => {
    const metrics = await (await fetch(`${url}/metrics`)).text();
    return metrics.includes(`wwebjs_warm_hosts{library="${library}"} 2`) && !metrics.includes('wwebjs_sessions{');
  };
  const { id: workspace } = await ask('POST', '/v1/workspaces', { name: 'Bench' });
  const accounts = `/v1/workspaces/${workspace}/accounts`;
  return {
    async code(): Promise<number> {
      await until('hosts wait and nothing else runs', isIdle, 60_000);
      const begun = performance.now();
      const { id } = await ask('POST', accounts, {});
      const stream = await fetch(`${url}${accounts}/${id}/link/events`);
      let text = '';
      const decoder = new TextDecoder();
      for await (const chunk of stream.body as ReadableStream<Uint8Array>) {
        text += decoder.decode(chunk, { stream: true });
        if (/^event: code$/m.test(text)) break;
      }
      const ms = performance.now() - begun;
      await ask('DELETE', `${accounts}/${id}`);
      return ms;
    },
    async stop(): Promise<void> {
      served.kill('SIGTERM');
      await once(served, 'exit');
    },
  };
}

/** Memory of one kind, in bytes. */
interface Memory {
  /** Shared pages counted in proportion. */
  pss: number;
  /** Pages that no other process shares. */
  own: number;
}

/** What the host processes take for each of `sessions` connected sessions, with one session to a process and with ten. */
export async function hostMemory({ planned, library, browser }: Subject, sessions: number): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const [sessionsPerHost, bar] of [
    [1, bars.hostMemory],
    [10, bars.sharedHostMemory],
  ] as const) {
    const replica = await startReplica({ build: planned.cell.build });
    const hosts = new LibraryHosts({ browser, browserArgs: replica.chromiumArgs, sessionsPerHost });
    const opened: { kill(): Promise<void> }[] = [];
    try {
      for (let n = 0; n < sessions; n++)
        opened.push(await connected(hosts, replica, library.version, 15_550_100_000 + n));
      await sleep(settleMs);
      const { pss, own } = await memoryOfHosts();
      const megabytes = (bytes: number) => bytes / sessions / 1024 / 1024;
      figures.push(
        heldTo(
          bar,
          `private memory of hosts per session, ${sessions} connected sessions, ${sessionsPerHost} to a host`,
          megabytes(own),
          `${megabytes(own).toFixed(1)} MB (PSS ${megabytes(pss).toFixed(1)} MB)`,
        ),
        {
          name: `PSS of browsers per session, ${sessionsPerHost} to a host`,
          value: `${megabytes(pssOfBrowsers()).toFixed(0)} MB`,
          bar: '',
          ok: true,
        },
      );
    } finally {
      await Promise.all(opened.map((host) => host.kill()));
      await replica.close();
      await endFile();
    }
  }
  return figures;
}

/** From the last session's connection until memory is measured: by then each host has given back what its start needed. */
const settleMs = 25_000;

async function connected(hosts: LibraryHosts, replica: Replica, library: string, number: number) {
  const phone = replica.phones.create(String(number)).id;
  const ready = Promise.withResolvers<void>();
  const onSeen = (event: HostEvent) => {
    if (event.type === 'client:qr') void Promise.resolve(replica.phones.scan(phone, event.secret)).catch(ready.reject);
    if (event.type === 'client:ready') ready.resolve();
    if (event.type === 'host:exited') ready.reject(new Error(`the host ended: ${JSON.stringify(event.detail)}`));
  };
  const host = await hosts.open({
    ...{ lease: new Lease(SessionIds.create(workspaceId('bench')), 'bench', 1), library, onSeen },
    ...{ folder: temporaryFolder(), pairWith: null, signal: new AbortController().signal },
    restMs: () => 3_600_000,
  });
  await ready.promise;
  return host;
}

/** Of all host processes that this process has started. */
async function memoryOfHosts(): Promise<Memory> {
  const sum = { pss: 0, own: 0 };
  for (const name of readdirSync('/proc').filter((each) => /^\d+$/.test(each))) {
    if (!isOwnHost(name)) continue;
    const rollup = readFileSync(`/proc/${name}/smaps_rollup`, 'utf8');
    const bytes = (field: string) => Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(rollup)?.[1] ?? 0) * 1024;
    sum.pss += bytes('Pss');
    sum.own += bytes('Private_Clean') + bytes('Private_Dirty');
  }
  return sum;
}

/** Of all processes below the host processes that this process has started, in bytes. */
function pssOfBrowsers(): number {
  const pids = readdirSync('/proc').filter((each) => /^\d+$/.test(each));
  const parents = new Map(pids.map((pid) => [pid, field(pid, 'status', 'PPid')]));
  const isBelowHost = (pid: string): boolean => {
    const parent = String(parents.get(pid) ?? 0);
    return parent !== '0' && (isOwnHost(parent) || isBelowHost(parent));
  };
  return pids.filter(isBelowHost).reduce((sum, pid) => sum + field(pid, 'smaps_rollup', 'Pss') * 1024, 0);
}

/** A number in a file of a process; 0 when the process has ended. */
function field(pid: string, file: 'status' | 'smaps_rollup', name: string): number {
  try {
    return Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(readFileSync(`/proc/${pid}/${file}`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

function isOwnHost(pid: string): boolean {
  try {
    const parent = readFileSync(`/proc/${pid}/status`, 'utf8').match(/^PPid:\s+(\d+)/m)?.[1];
    return Number(parent) === process.pid && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('host-child-');
  } catch {
    return false;
  }
}
