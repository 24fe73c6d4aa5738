/**
 * `npm run bench`: the figures that `bars.ts` has bars for. Prints a table; exit code 1 when a figure misses its bar.
 * `--only PART[,PART]` measures some of them, `--short` all with fewer repeats: minutes instead of half an hour. `--update` keeps what
 * the parts `agreement` saw in `test/agreement`, and writes docs/fleet-plan.md from what `fleet` measured. `--page FOLDER` names saved
 * scripts of a real page for the part `capture`.
 */
import { spawnSync } from 'node:child_process';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { defaultSlots } from '../../src/browser/default-slots.ts';
import { exitCode } from '../../src/contracts/exit-code.ts';
import type { PlannedCell } from '../../src/contracts/run.ts';
import type { InstalledLibrary } from '../../src/library/ensure-library.ts';
import { runSupplied } from '../../src/runner/run-plan.ts';
import { gatherSupplies } from '../../src/runner/supplies.ts';
import { type Bar, bars, heldTo } from './bars.ts';
import type { Figure } from './figure.ts';
import { mustPass, type Subject, timeBare, timeHarness } from './measure.ts';
import { agreementOfMethods, agreementOfPhases, checkTimes } from './measure-agreement.ts';
import { apiTimes } from './measure-api.ts';
import { callTimes } from './measure-calls.ts';
import { captureTimes } from './measure-capture.ts';
import { fleetPlan } from './measure-fleet.ts';
import { allFlows, restoreOverhead, roundTrip } from './measure-flows.ts';
import { historyLoad } from './measure-history.ts';
import { firstCode, hostMemory } from './measure-hosts.ts';
import { imageBothWays } from './measure-media.ts';
import { replicaLoad } from './measure-replica.ts';
import { scrapeTimes } from './measure-scrapes.ts';
import { startTimes } from './measure-start.ts';
import { traceCost } from './measure-trace.ts';
import { median, medianInterval } from './statistics.ts';

const { values } = parseArgs({
  options: {
    short: { type: 'boolean', default: false },
    only: { type: 'string' },
    update: { type: 'boolean', default: false },
    library: { type: 'string', default: '1.34.2' },
    build: { type: 'string', default: '2.3000.1029241508' },
    page: { type: 'string' },
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
    switches: {},
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
    heldTo(
      bars.overhead,
      'harness minus bare, median of pairs',
      median(differences),
      `${median(differences).toFixed(0)} ms (95 %: ${medianInterval(differences)
        .map((ms) => ms.toFixed(0))
        .join(' to ')})`,
    ),
    heldTo(
      bars.overheadRatio,
      'harness over bare, median of pairs',
      (median(ratios) - 1) * 100,
      `${percent(median(ratios))} (95 %: ${medianInterval(ratios).map(percent).join(' to ')})`,
    ),
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
  const percent = (harness / bare) * 100;
  const name = `attempts per minute, ${slots} slot${slots === 1 ? '' : 's'} on ${availableParallelism()} cores`;
  const value = `${harness.toFixed(1)}, bare loop ${bare.toFixed(1)} (${percent.toFixed(0)} %)`;
  return heldTo(bars.throughput, name, percent, value);
}

/** With the compile cache of the command line: a first, short process fills it, as the first run of a user does. */
function memory(streamed: number): Figure {
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
  const { attempts, peakMegabytes } = measure(streamed);
  const name = `memory of the parent over ${attempts} attempts (toy library), peak`;
  return heldTo(bars.parentMemory, name, peakMegabytes, `${peakMegabytes.toFixed(0)} MB`);
}

const size = values.short
  ? { pairs: 4, attempts: 60, rounds: 10, sessions: 5, scraped: [200], windows: 4 }
  : { pairs: 20, attempts: 500, rounds: 50, sessions: 20, scraped: [200, 10_000], windows: 12 };
const scrapeBars: Record<number, Bar> = { 200: bars.scrapeOf200, 10000: bars.scrapeOf10000 };

let subject: Promise<Subject> | undefined;
function prepared(): Promise<Subject> {
  subject ??= prepare();
  return subject;
}

const parts: Record<string, () => Promise<Figure[]>> = {
  overhead: async () => overhead(await prepared(), size.pairs),
  throughput: async () => [await throughput(await prepared(), size.pairs)],
  memory: async () => [memory(size.attempts)],
  trace: async () => traceCost(await prepared(), 2 * size.pairs),
  restore: async () => [await restoreOverhead(await prepared(), Math.ceil(size.pairs / 2))],
  'round-trip': async () => [await roundTrip(await prepared(), size.rounds)],
  media: async () => [await imageBothWays(await prepared(), size.rounds)],
  history: async () => historyLoad(await prepared(), Math.ceil(size.pairs / 4)),
  calls: async () => callTimes(await prepared(), 10 * size.rounds),
  'first-code': async () => firstCode(await prepared(), size.pairs),
  'host-memory': async () => hostMemory(await prepared(), size.sessions),
  api: () => apiTimes(size.windows),
  replica: () => replicaLoad(values.build, 50),
  start: () => startTimes(values.build, size.pairs),
  'agreement-of-phases': () => agreementOfPhases(values.update),
  'agreement-of-methods': () => agreementOfMethods(values.update),
  checks: checkTimes,
  capture: async () => captureTimes(values.page),
  fleet: () => fleetPlan(values.build, Math.ceil(size.pairs / 5), values.update),
  'all-flows': async () => [await allFlows(await prepared())],
  ...Object.fromEntries(
    size.scraped.map((sessions) => [`scrape-${sessions}`, () => scrapeTimes(sessions, scrapeBars[sessions] as Bar)]),
  ),
};

/** Parts that are asked for together. */
const groups: Record<string, string[]> = {
  attempt: ['overhead', 'trace', 'throughput', 'memory'],
  flows: ['restore', 'round-trip', 'media', 'history', 'replica', 'all-flows'],
  agreement: ['agreement-of-phases', 'agreement-of-methods'],
  hosts: ['first-code', 'host-memory'],
  scrape: Object.keys(parts).filter((name) => name.startsWith('scrape-')),
};

const chosen = values.only?.split(',').flatMap((name) => groups[name] ?? [name]) ?? Object.keys(parts);
const unknown = chosen.find((name) => !Object.hasOwn(parts, name));
if (unknown !== undefined) {
  console.error(`--only ${unknown}: the parts are ${[...Object.keys(parts), ...Object.keys(groups)].join(', ')}`);
  process.exit(exitCode.badInput);
}
const figures: Figure[] = [];
for (const name of chosen) figures.push(...((await parts[name]?.()) ?? []));
console.log(`\nwhatsapp-web.js ${values.library} on build ${values.build}, Node ${process.version}\n`);
const width = Math.max(...figures.map(({ name }) => name.length));
for (const { name, value, bar, ok } of figures) {
  console.log(`${name.padEnd(width)}  ${value}${bar && `  [${bar}: ${ok ? 'ok' : 'MISSED'}]`}`);
}
process.exitCode = figures.every(({ ok }) => ok) ? 0 : 1;
