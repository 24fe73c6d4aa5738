import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { get } from 'node:https';
import { createInterface } from 'node:readline';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Replica } from '../../src/replica/start-replica.ts';
import { FakePage } from '../replica/fake-page.ts';
import { bars, heldTo } from './bars.ts';
import type { Figure } from './figure.ts';

const cli = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
/** Of one core, as /proc counts processor time. */
const ticksPerSecond = 100;
const busySeconds = 10;

interface Started {
  phoneUrl: string;
  chromiumArgs: string[];
}

/** Pages without a browser that all load, link and then get a text every second; only the replica's own process is measured. */
export async function replicaLoad(build: string, pages: number): Promise<Figure[]> {
  const child = spawn(process.execPath, [cli, 'replica', '--build', build], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  const { phoneUrl, chromiumArgs } = JSON.parse(line) as Started;
  const port = Number(/127\.0\.0\.1:(\d+)/.exec(chromiumArgs.join(' '))?.[1]);
  const control = async (path: string, body: object) => {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(phoneUrl + path, { method: 'POST', headers, body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
    return response.json() as Promise<{ id: string }>;
  };
  const phones = { scan: (id: string, qr: string) => control(`/phones/${id}/scan`, { qr }) };
  const replica = { port, phones } as unknown as Replica;

  const link = async (_: unknown, index: number): Promise<{ id: string; page: FakePage }> => {
    const { id } = await control('/phones', { number: String(13125550100 + index) });
    const html = await load(port, '/');
    for (const [, path] of html.matchAll(/<script[^>]* src="([^"]+)"/g)) await load(port, path as string);
    const page = new FakePage(replica);
    await page.link(id);
    return { id, page };
  };
  const linked = await Promise.all(Array.from({ length: pages }, link));
  const before = processorSeconds(child.pid as number);
  let peak = residentBytes(child.pid as number);
  const began = performance.now();
  for (let second = 0; second < busySeconds; second++) {
    await Promise.all(linked.map(({ id }) => control(`/phones/${id}/send`, { body: `second ${second}` })));
    await Promise.all(linked.map(({ page }) => page.next('message')));
    await sleep(Math.max(0, began + (second + 1) * 1000 - performance.now()));
    peak = Math.max(peak, residentBytes(child.pid as number));
  }
  const cores = ((processorSeconds(child.pid as number) - before) * 1000) / (performance.now() - began);
  for (const { page } of linked) page.close();
  child.kill('SIGTERM');
  await once(child, 'exit');
  const megabytes = peak / 1024 / 1024;
  const name = `replica with ${pages} pages, each a text a second`;
  const percent = cores * 100;
  return [
    heldTo(bars.replicaMemory, `${name}: memory`, megabytes, `${megabytes.toFixed(0)} MB`),
    heldTo(bars.replicaLoad, `${name}: load`, percent, `${percent.toFixed(0)} % of a core`),
  ];
}

async function load(port: number, path: string): Promise<string> {
  const request = get({ host: '127.0.0.1', port, path, rejectUnauthorized: false });
  const [response] = await once(request, 'response');
  return (await buffer(response)).toString();
}

function residentBytes(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;
}

function processorSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}
