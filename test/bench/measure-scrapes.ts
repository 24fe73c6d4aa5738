import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Bar, bars, heldTo } from './bars.ts';
import type { Figure } from './figure.ts';
import { median } from './statistics.ts';

const instance = fileURLToPath(new URL('./many-sessions.ts', import.meta.url));

/** Prometheus asks every 15 s as it is set up here; asked so often, a scrape that blocks anything shows in seconds. */
const scrapeEveryMs = 250;
const askEveryMs = 20;
const windowMs = 2_500;
const windows = 16;
const scrapes = 200;

/** Delays of the event loop of the instance, in milliseconds. */
interface Delays {
  p50: number;
  p99: number;
  max: number;
}

/**
 * How long `/metrics` of an instance with `sessions` connected sessions takes over HTTP, and whether a scrape makes any other caller
 * else wait: the time of an API call, and the delay of the event loop on which the sessions live, with scrapes over without, in
 * windows that take turns.
 */
export async function scrapeTimes(sessions: number, bar: Bar): Promise<Figure[]> {
  const child = fork(instance, [String(sessions)], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  try {
    const [line] = (await once(createInterface({ input: child.stdout as NodeJS.ReadableStream }), 'line')) as [string];
    const { url, account } = JSON.parse(line) as { url: string; account: string };
    const agent = new Agent({ keepAlive: true });
    const scrape = () => timed(`${url}/metrics`, agent);
    const call = () => timed(url + account, agent);
    for (let i = 0; i < 50; i++) await Promise.all([scrape(), call()]);
    const times: number[] = [];
    for (let i = 0; i < scrapes; i++) {
      times.push(await scrape());
      await sleep(askEveryMs);
    }
    const figures = [timesFigure(sessions, times, bar), ...(await waits(child, sessions, { scrape, call }))];
    agent.destroy();
    return figures;
  } finally {
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
}

function timesFigure(sessions: number, times: number[], bar: Bar): Figure {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (part: number) => sorted[Math.ceil(part * sorted.length) - 1] as number;
  const name = `/metrics over HTTP at ${sessions} sessions, p95 of ${scrapes}`;
  const value = `p50 ${at(0.5).toFixed(1)} ms, p95 ${at(0.95).toFixed(1)} ms (slowest ${at(1).toFixed(1)} ms)`;
  return heldTo(bar, name, at(0.95), value);
}

async function waits(
  child: ChildProcess,
  sessions: number,
  { scrape, call }: { scrape(): Promise<number>; call(): Promise<number> },
): Promise<Figure[]> {
  const calls = { with: [] as number[], without: [] as number[] };
  const loops = { with: [] as Delays[], without: [] as Delays[] };
  await delaysOf(child);
  for (let window = 0; window < windows; window++) {
    const kind = window % 2 === 0 ? 'without' : 'with';
    const over = performance.now() + windowMs;
    const scraping = kind === 'with' ? repeat(scrape, scrapeEveryMs, over) : Promise.resolve([]);
    calls[kind].push(...(await repeat(call, askEveryMs, over)));
    await scraping;
    loops[kind].push(await delaysOf(child));
  }
  const delay = (kind: 'with' | 'without', of: keyof Delays) => median(loops[kind].map((delays) => delays[of]));
  return [
    ratio(`API call at ${sessions} sessions`, median(calls.with), median(calls.without)),
    ratio(`event loop delay p99 at ${sessions} sessions`, delay('with', 'p99'), delay('without', 'p99')),
  ];
}

/** A millisecond more counts as no difference: no session notices it, whatever the ratio. */
function ratio(what: string, scraped: number, alone: number): Figure {
  const measured = scraped - alone <= 1 ? Math.min(1, scraped / alone) : scraped / alone;
  const value = `${(scraped / alone).toFixed(2)} (${scraped.toFixed(2)} ms over ${alone.toFixed(2)} ms)`;
  return heldTo(bars.scrapedRatio, `${what}, scraped 4 times a second over not`, measured, value);
}

/** Calls again and again until `over`; returns what the calls returned. */
async function repeat(work: () => Promise<number>, everyMs: number, over: number): Promise<number[]> {
  const results: number[] = [];
  while (performance.now() < over) {
    const [result] = await Promise.all([work(), sleep(everyMs)]);
    results.push(result);
  }
  return results;
}

async function delaysOf(child: ChildProcess): Promise<Delays> {
  child.send('delays');
  const [delays] = (await once(child, 'message')) as [Delays];
  return delays;
}

/** Milliseconds until the whole answer is here. */
async function timed(url: string, agent: Agent): Promise<number> {
  const began = performance.now();
  const [response] = await once(get(url, { agent }), 'response');
  await text(response);
  if (response.statusCode !== 200) throw new Error(`${url} answered ${response.statusCode}`);
  return performance.now() - began;
}
