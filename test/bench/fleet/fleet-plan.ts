import { z } from 'zod';
import { type ServiceTimes, type SimulatedRun, simulateFleet, slotsUntilFull } from './simulate-fleet.ts';

const ms = z.number().positive();

/** What `npm run bench -- --only fleet` measured last: test/bench/fleet/measured.json. */
export const measuredSchema = z.object({
  at: z.iso.date(),
  machine: z.object({ cpus: z.number().int(), load: z.number(), node: z.string(), redis: z.string() }),
  slotsPerWorker: z.number().int(),
  /** Attempts as they ended on this machine, `slotsPerWorker` at a time. */
  attempts: z.array(z.object({ library: z.string(), flow: z.string(), ms, hasEvidence: z.boolean() })),
  /** Milliseconds for each attempt; see `ServiceTimes`. */
  times: z.object({ add: ms, take: ms, complete: ms, pack: ms, record: ms, unpack: ms }),
  /** Of each kind of evidence store that was measured, in milliseconds. */
  stores: z.record(z.string(), z.object({ put: ms, get: ms })),
  /** Mean size of a record as JSON, and of the packed evidence of an attempt. */
  recordBytes: z.number(),
  evidenceBytes: z.number(),
});
export type Measured = z.infer<typeof measuredSchema>;

/** Workers of the simulated fleets. */
const fleets = [4, 8, 16, 32, 64, 128, 256];
const attempts = 100_000;
/** As of `run --queue` without `--slots`. */
const window = 1_000;

/** An example, in US dollars for an hour of one worker with two cores. No price of a provider: put your own in its place. */
const workerHourPrice = 0.1;

interface PlannedFleet extends SimulatedRun {
  workers: number;
  perMinute: number;
  workerHours: number;
}

export interface FleetPlan {
  measured: Measured;
  /** The evidence store of the simulation: the slower one of those that were measured. */
  store: string;
  times: ServiceTimes;
  fleets: PlannedFleet[];
}

export function planFleets(measured: Measured): FleetPlan {
  const slower = Object.entries(measured.stores).toSorted(([, a], [, b]) => b.put + b.get - a.put - a.get)[0];
  if (!slower) throw new Error('no evidence store was measured');
  const [store, moved] = slower;
  const times: ServiceTimes = { ...measured.times, ...moved, attempts: measured.attempts };
  return {
    measured,
    store,
    times,
    fleets: fleets.map((workers) => {
      const run = simulateFleet(times, { attempts, workers, slotsPerWorker: measured.slotsPerWorker, window, seed: 1 });
      const hours = run.ms / 3_600_000;
      return { ...run, workers, perMinute: attempts / (hours * 60), workerHours: workers * hours };
    }),
  };
}

const parts = ['queue', 'evidence', 'coordinator'] as const;
const percent = (share: number) => `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;
const whole = (value: number) => Math.round(value).toLocaleString('en-US');

/** The rows of the page's first table. */
function fleetRows({ fleets: planned }: FleetPlan): string[] {
  return planned.map(({ workers, ms: took, perMinute, loads, backlog, workerHours }) => {
    const hours = took / 3_600_000;
    const time = hours >= 1 ? `${hours.toFixed(1)} h` : `${(hours * 60).toFixed(0)} min`;
    const cost = `$${(workerHours * workerHourPrice).toFixed(2)}`;
    const cells = [workers, time, whole(perMinute), percent(loads.slots), ...parts.map((part) => percent(loads[part]))];
    return `| ${[...cells, whole(backlog), workerHours.toFixed(0), cost].join(' | ')} |`;
  });
}

/** The part that a larger fleet fills first, and the others after it. */
function limits({
  times,
  measured,
}: FleetPlan): { part: (typeof parts)[number]; workers: number; perMinute: number }[] {
  const full = slotsUntilFull(times);
  const mean = times.attempts.reduce((sum, attempt) => sum + attempt.ms, 0) / times.attempts.length;
  return parts
    .map((part) => ({ part, workers: full[part] / measured.slotsPerWorker, perMinute: (full[part] * 60_000) / mean }))
    .toSorted((a, b) => a.workers - b.workers);
}

const names = {
  queue: 'the queue (Redis)',
  evidence: 'the evidence store',
  coordinator: 'the coordinator, which writes the store',
} as const;

/** docs/fleet-plan.md. */
export function fleetPlanPage(plan: FleetPlan): string {
  const { measured, store, times } = plan;
  const { machine } = measured;
  const ended = measured.attempts.map((attempt) => attempt.ms).toSorted((a, b) => a - b);
  const withEvidence = measured.attempts.filter(({ hasEvidence }) => hasEvidence).length;
  const [first] = limits(plan);
  const figure = (value: number) => `${value.toFixed(value < 10 ? 2 : 0)} ms`;
  return `# How large a fleet has to be

Plan the number of workers for a night. This page simulates 100,000 attempts on fleets of 4 to 256 workers with service times that were
measured on one machine. [docs/fleet.md](fleet.md) says how to start a fleet.

\`\`\`sh
npm run bench -- --only fleet            # measure on your machine, and print this table
npm run bench -- --only fleet --update   # and write it into this page
\`\`\`

![Throughput and load of fleets of 4 to 256 workers](fleet-plan.svg)

| workers | 100,000 attempts take | attempts a minute | slots busy | queue busy | evidence store busy | coordinator busy | records that wait at the end | worker hours | cost |
|---|---|---|---|---|---|---|---|---|---|
${fleetRows(plan).join('\n')}

A worker has ${machine.cpus} cores and makes ${measured.slotsPerWorker} ${measured.slotsPerWorker === 1 ? 'attempt' : 'attempts'} at a time. The cost is an example, at $${workerHourPrice.toFixed(2)} for an hour of a worker; it is not a price of a provider.

## The limit

Up to the first limit, twice the workers make twice the attempts a minute. Beyond it, more workers only wait.

| part | full at workers | at attempts a minute |
|---|---|---|
${limits(plan)
  .map(({ part, workers, perMinute }) => `| ${names[part]} | ${whole(workers)} | ${whole(perMinute)} |`)
  .join('\n')}

${first ? `First is ${names[first.part]}. ` : ''}One coordinator writes one store; the plan of a larger fleet is divided into several runs.

## What was measured

${measured.at}, ${machine.cpus} cores with a load average of ${machine.load.toFixed(1)} before it began, Node ${machine.node}, ${machine.redis}. Everything ran on one machine: the figures
of the queue and the stores include the work of their clients on the same cores. A server of its own is faster.${machine.load > machine.cpus / 2 ? ' The machine\nhad other work, so that all times are longer than on a quiet one.' : ''}

| what | time for one attempt |
|---|---|
| an attempt, shortest, median and longest of ${ended.length} | ${[ended[0], ended[Math.floor(ended.length / 2)], ended.at(-1)].map((value) => `${((value ?? 0) / 1000).toFixed(1)} s`).join(', ')} |
| add a job to the queue | ${figure(times.add)} |
| take a job | ${figure(times.take)} |
| hand over a record of ${(measured.recordBytes / 1000).toFixed(0)} kB | ${figure(times.complete)} |
| write a record into the store | ${figure(times.record)} |
| pack evidence, ${(measured.evidenceBytes / 1000).toFixed(0)} kB packed | ${figure(times.pack)} |
| unpack evidence | ${figure(times.unpack)} |
${Object.entries(measured.stores)
  .map(([name, { put, get }]) => `| evidence into ${name}, out of it | ${figure(put)}, ${figure(get)} |`)
  .join('\n')}

${withEvidence} of ${measured.attempts.length} attempts left evidence. The simulation uses ${store}, the slower store.

## How it works

\`test/bench/fleet/simulate-fleet.ts\` is a discrete event model. A slot takes a job, makes an attempt, packs and sends its evidence, hands over
the record and takes the next job. The queue, the evidence store and the coordinator each do one thing at a time, first come, first served.
Each simulated attempt repeats one measured attempt, drawn by a seed. Tests compare the model with closed forms: the mean waits of
M/D/1 and M/M/c, the bounds of M/D/c, and the shortest and longest possible run.

It leaves out: the start of workers, lost workers, the renewal of locks (two commands a minute for each attempt), network latency, and the limits
of a provider's S3, which serves requests in parallel.
`;
}

const width = 760;
const height = 300;
const panel = { width: 300, height: 200, top: 40 };

/** docs/fleet-plan.svg: attempts a minute on the left, busy parts on the right, both over the number of workers. */
export function fleetPlanPicture({ fleets: planned, times, measured }: FleetPlan): string {
  const mean = times.attempts.reduce((sum, attempt) => sum + attempt.ms, 0) / times.attempts.length;
  const ideal = (workers: number) => (workers * measured.slotsPerWorker * 60_000) / mean;
  const top = 10 ** Math.ceil(Math.log10(ideal(256)));
  const bottom = 10 ** Math.floor(Math.log10(ideal(4)));
  const x = (workers: number) => (Math.log2(workers / 4) / 6) * panel.width;
  const y = (value: number) => panel.height * (1 - Math.log10(value / bottom) / Math.log10(top / bottom));
  const share = (value: number) => panel.height * (1 - value);
  const line = (name: string, points: [number, number][]) =>
    `<polyline class="${name}" points="${points.map((point) => point.map((value) => value.toFixed(1)).join(',')).join(' ')}"/>`;
  const decades = Array.from({ length: Math.round(Math.log10(top / bottom)) + 1 }, (_, i) => bottom * 10 ** i);
  const left = [
    ...decades.map((value) => tick(y(value), whole(value))),
    line(
      'ideal',
      planned.map(({ workers }) => [x(workers), y(ideal(workers))]),
    ),
    line(
      'slots',
      planned.map(({ workers, perMinute }) => [x(workers), y(perMinute)]),
    ),
  ];
  const right = [
    ...[0, 0.25, 0.5, 0.75, 1].map((value) => tick(share(value), `${100 * value} %`)),
    ...parts.map((part) =>
      line(
        part,
        planned.map(({ workers, loads }) => [x(workers), share(loads[part])]),
      ),
    ),
  ];
  const legend = (place: number, entries: readonly [string, string][]) =>
    entries
      .map(([name, text], i) => {
        const at = place + i * 100;
        return `<line class="${name}" x1="${at}" y1="284" x2="${at + 16}" y2="284"/><text x="${at + 20}" y="288">${text}</text>`;
      })
      .join('\n');
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="title">
<title id="title">Attempts a minute, and how busy the shared parts are, on fleets of 4 to 256 workers</title>
<style>
text { font: 12px sans-serif; fill: #444; }
.axis { stroke: #8884; }
polyline, line { fill: none; stroke-width: 2; }
.ideal { stroke: #888; stroke-dasharray: 4 4; }
.slots { stroke: #2563eb; }
.queue { stroke: #d97706; }
.evidence { stroke: #059669; stroke-dasharray: 6 3; }
.coordinator { stroke: #dc2626; }
@media (prefers-color-scheme: dark) { text { fill: #ccc; } .slots { stroke: #60a5fa; } .coordinator { stroke: #f87171; } }
</style>
${frame(60, 'attempts a minute', left, x)}
${frame(440, 'share of time busy', right, x)}
${legend(60, [
  ['slots', 'simulated'],
  ['ideal', 'without limits'],
])}
${legend(
  440,
  parts.map((part) => [part, part === 'evidence' ? 'evidence' : part] as [string, string]),
)}
</svg>
`;
}

function tick(y: number, text: string): string {
  const at = y.toFixed(1);
  return `<line class="axis" x1="0" y1="${at}" x2="${panel.width}" y2="${at}"/><text x="-6" y="${(y + 4).toFixed(1)}" text-anchor="end">${text}</text>`;
}

function frame(left: number, title: string, content: readonly string[], x: (workers: number) => number): string {
  const names = fleets.map((workers) => {
    return `<text x="${x(workers).toFixed(1)}" y="${panel.height + 18}" text-anchor="middle">${workers}</text>`;
  });
  return `<g transform="translate(${left} ${panel.top})">
<text x="0" y="-16">${title}, by workers</text>
${[...content, ...names].join('\n')}
</g>`;
}
