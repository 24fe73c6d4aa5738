/** `npm run bench`: what the harness costs over a bare script. Prints a table; exit code 1 when a figure misses its bar. */
import { spawnSync } from 'node:child_process';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { defaultSlots } from '../../src/browser/default-slots.ts';
import type { PlannedCell } from '../../src/contracts/run.ts';
import type { InstalledLibrary } from '../../src/library/ensure-library.ts';
import { runSupplied } from '../../src/runner/run-plan.ts';
import { gatherSupplies } from '../../src/runner/supplies.ts';
import type { Figure } from './figure.ts';
import { mustPass, type Subject, timeBare, timeHarness } from './measure.ts';
import { restoreOverhead, roundTrip, tenFlows } from './measure-flows.ts';
import { replicaLoad } from './measure-replica.ts';
import { scrapeTimes } from './measure-scrapes.ts';
import { median, medianInterval } from './statistics.ts';

const { values } = parseArgs({
  options: {
    pairs: { type: 'string', default: '20' },
    /** `attempt`: what the harness costs; `flows`: the flows and the replica; `scrape`: /metrics of the service; all when left out. */
    only: { type: 'string' },
    library: { type: 'string', default: '1.34.2' },
    build: { type: 'string', default: '2.3000.1029241508' },
  },
});

async function prepare(): Promise<Subject> {
  const { library, build } = values;
  const cell = {
    library,
    build,
    browser: 'current',
    flow: 'qr-to-ready',
    condition: 'none',
    target: 'replica',
  } as const;
  const planned: PlannedCell = { cell, expectation: null, repeat: 1 };
  const supplies = await gatherSupplies([planned], console.log);
  const supply = supplies.of(cell);
  return { planned, supplies, browser: supply.browser, library: supply.library as InstalledLibrary };
}

/** Bare script and harness take turns, and who begins alternates, so that a machine that slows down hits both. */
async function overhead(subject: Subject, pairs: number): Promise<Figure[]> {
  const differences: number[] = [];
  const bares: number[] = [];
  const ratios: number[] = [];
  await timeBare(subject);
  await timeHarness(subject);
  for (let pair = 0; pair < pairs; pair++) {
    const bareFirst = pair % 2 === 0;
    const first = bareFirst ? await timeBare(subject) : await timeHarness(subject);
    const second = bareFirst ? await timeHarness(subject) : await timeBare(subject);
    const [bare, harness] = bareFirst ? [first, second] : [second, first];
    bares.push(bare);
    differences.push(harness - bare);
    ratios.push(harness / bare);
    process.stderr.write(`pair ${pair + 1}: bare ${bare.toFixed(0)} ms, harness ${harness.toFixed(0)} ms\n`);
  }
  const percent = (ratio: number) => `${((ratio - 1) * 100).toFixed(1)} %`;
  return [
    { name: `bare script, median of ${pairs}`, value: `${median(bares).toFixed(0)} ms`, bar: '', ok: true },
    {
      name: 'harness minus bare, median of pairs',
      value: `${median(differences).toFixed(0)} ms (95 %: ${medianInterval(differences)
        .map((ms) => ms.toFixed(0))
        .join(' to ')})`,
      bar: 'at most 150 ms',
      ok: median(differences) <= 150,
    },
    {
      name: 'harness over bare, median of pairs',
      value: `${percent(median(ratios))} (95 %: ${medianInterval(ratios).map(percent).join(' to ')})`,
      bar: 'at most 5 %',
      ok: median(ratios) <= 1.05,
    },
  ];
}

async function throughput(subject: Subject, attempts: number): Promise<Figure> {
  const slots = defaultSlots();
  const perMinute = async (work: () => Promise<unknown>) => {
    const start = performance.now();
    await work();
    return (attempts * 60_000) / (performance.now() - start);
  };
  const bare = await perMinute(async () => {
    let left = attempts;
    const loop = async () => {
      while (left-- > 0) await timeBare(subject);
    };
    await Promise.all(Array.from({ length: slots }, loop));
  });
  const plan = [{ ...subject.planned, repeat: attempts }];
  const harness = await perMinute(() => runSupplied(plan, subject.supplies, { slots, seed: 1, observers: [mustPass] }));
  return {
    name: `attempts per minute, ${slots} slot${slots === 1 ? '' : 's'} on ${availableParallelism()} cores`,
    value: `${harness.toFixed(1)}, bare loop ${bare.toFixed(1)} (${((harness / bare) * 100).toFixed(0)} %)`,
    bar: 'at least 85 %',
    ok: harness / bare >= 0.85,
  };
}

/** With the compile cache of the command line: a first, short process fills it, as the first run of a user does. */
function memory(): Figure {
  const parent = fileURLToPath(new URL('./memory-parent.ts', import.meta.url));
  const env = { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'node-compile-cache') };
  const measure = (attempts: number) => {
    const { stdout } = spawnSync(process.execPath, [parent, String(attempts)], {
      encoding: 'utf8',
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    return JSON.parse(stdout) as { attempts: number; peakMegabytes: number };
  };
  measure(1);
  const { attempts, peakMegabytes } = measure(500);
  return {
    name: `memory of the parent over ${attempts} attempts (toy library), peak`,
    value: `${peakMegabytes.toFixed(0)} MB`,
    bar: 'below 150 MB',
    ok: peakMegabytes < 150,
  };
}

const parts: Record<string, () => Promise<Figure[]>> = {
  attempt: async () => {
    const subject = await prepare();
    return [...(await overhead(subject, pairs)), await throughput(subject, pairs), memory()];
  },
  flows: async () => {
    const subject = await prepare();
    return [
      await restoreOverhead(subject, Math.ceil(pairs / 2)),
      await roundTrip(subject, 50),
      await replicaLoad(values.build, 50),
      await tenFlows(subject),
    ];
  },
  scrape: async () => [...(await scrapeTimes(200, 5)), ...(await scrapeTimes(10_000, 20))],
};

const pairs = Number(values.pairs);
const figures: Figure[] = [];
for (const [name, measure] of Object.entries(parts)) {
  if (values.only === undefined || values.only === name) figures.push(...(await measure()));
}
if (figures.length === 0) throw new Error(`--only has to be one of ${Object.keys(parts).join(', ')}`);
console.log(`\nwhatsapp-web.js ${values.library} on build ${values.build}, Node ${process.version}\n`);
const width = Math.max(...figures.map(({ name }) => name.length));
for (const { name, value, bar, ok } of figures) {
  console.log(`${name.padEnd(width)}  ${value}${bar && `  [${bar}: ${ok ? 'ok' : 'MISSED'}]`}`);
}
process.exitCode = figures.every(({ ok }) => ok) ? 0 : 1;
