import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { type ExitCode, exitCode } from '../../contracts/exit-code.ts';
import { home } from '../../contracts/home.ts';
import { naming, rethrowNaming, TroubleError } from '../../contracts/input-error.ts';
import { makeFolder } from '../../contracts/make-folder.ts';
import { type Nightly, readNightly } from '../../contracts/nightly.ts';
import { readRetention } from '../../contracts/retention.ts';
import { takeProcessLock } from '../../install/process-lock.ts';
import { type NightSettings, nightFolder, nightMark } from '../../nightly/night-settings.ts';
import { exitOfNight, headlineOfNight, stepRows } from '../../nightly/night-words.ts';
import { type EndedNight, runNight } from '../../nightly/run-night.ts';
import { chooseReporters } from '../../report/choose-reporters.ts';
import { columnLines } from '../../report/fit-text.ts';
import { processTerminal, type Terminal } from '../../report/terminal.ts';
import { refuseLinks } from '../../runner/live-site.ts';
import { loadFlow } from '../../runner/load-flow.ts';
import { checkPlan } from '../../runner/supplies.ts';
import { planOf } from '../../runs/read-plan.ts';
import { openStore } from '../../store/open-store.ts';
import { checkRequest } from '../../verdicts/gate.ts';
import { withFleet } from '../fleet/open-fleet.ts';
import { liveAttempts, withPoolInUse } from '../live/open-pool.ts';
import { addPoolOptions, type PoolOptions } from '../options/live-options.ts';
import { greatestSeed, socketAddress, webhookAddress, wholeNumber } from '../options/option-values.ts';
import { addQueueOptions, type QueueOptions } from '../options/queue-options.ts';
import { stopSignal } from '../process/signals.ts';
import { captureTonight } from '../watch/live-watch.ts';

interface NightlyOptions extends PoolOptions, QueueOptions {
  config?: string;
  budget?: number;
  webhook?: string;
  reporter?: string;
  slots?: number;
  seed?: number;
  connectTo?: { host: string; port: number };
  trust?: string;
}

const minuteMs = 60_000;

/** `nightly`: all that is done in one night. */
export function nightlyCommand(): Command {
  const command = addPoolOptions(new Command());
  return addQueueOptions(command, 'the workers of this queue make the attempts, redis://host:port (docs/fleet.md)')
    .option('--config <file>', 'what is done, in place of compat-matrix/nightly.yaml')
    .option(
      '--budget <minutes>',
      'of work, for a night that begins (default: that of nightly.yaml)',
      wholeNumber(1, 1440),
    )
    .addOption(
      new Option(
        '--webhook <url>',
        'notified once of every unexpected cell, once when it is over, once of a new build, and once of the night',
      )
        .env('WWEBJS_CANARY_WEBHOOK')
        // A variable of a CI system that is not set may be empty.
        .argParser((text) => (text === '' ? undefined : webhookAddress(text))),
    )
    .option('--reporter <list>', 'as of run, {night} is the folder of the night (default: report of nightly.yaml)')
    .option(
      '--slots <n>',
      'attempts at the same time (default: one per two cores; with --queue 1,000)',
      wholeNumber(1, 10_000),
    )
    .option('--seed <n>', 'for a night that begins (default: a new one)', wholeNumber(0, greatestSeed))
    .option('--connect-to <address>', 'HOST:PORT to connect to in place of the live site', socketAddress)
    .option('--trust <file>', 'a certificate as PEM that is trusted too, such as that of a proxy')
    .addHelpText('after', help)
    .action(async (options: NightlyOptions) => {
      process.exitCode = await nightly(options);
    });
}

const help = `
Captures tonight's page, checks the source of every version against every build, attempts the matrix, judges every release on npm that is
newer than the baseline, reports, and notifies a webhook. Without a network the capture and the look at npm are left out. A step that fails
does not stop the others. What does not fit into the budget is reported and goes first the next night. A night that was ended or killed goes
on with the same command, for 12 hours: with the step and the cell where it was.

The folder of a night, .wwebjs-canary/nightly/NIGHT, has night.md, night.json, the reports and a verdict for each release.

Exit codes, of the worst step: 0 as expected, 1 unexpected outcome or block, 2 inconclusive, or something did not fit, 3 bad usage or input,
4 machine or harness trouble, or interrupted

Examples:
  wwebjs-canary nightly
  wwebjs-canary nightly --budget 90 --webhook https://hooks.example.com/canary
  wwebjs-canary nightly --queue redis://queue:6379
  wwebjs-canary nightly --config short.yaml --reporter list,github,markdown=summary.md`;

async function nightly({ budget, ...options }: NightlyOptions): Promise<ExitCode> {
  const read = readNightly(options.config);
  const asked = { ...read, ...(budget !== undefined && { budget: budget * minuteMs }) };
  makeFolder(home('nightly'));
  await checkNightly(asked, options);
  const terminal = processTerminal();
  const release = takeProcessLock(home('nightly', 'lock'));
  if (!release) throw new TroubleError('another `nightly` works in this folder; wait for its end');
  const stop = stopSignal(terminal.progress);
  const say = (line: string) => terminal.progress(`${line}\n`);
  const store = await openStore();
  try {
    const { seed, reporter, slots, webhook = asked.webhook } = options;
    const ended = await runNight({
      ...{ nightly: asked, store, terminal, slots, seed, reporter, webhook },
      signal: stop.signal,
      capture: () => captureTonight(store, { ...options, config: asked.run?.matrix, say }),
      withLive: withLive(asked, options, terminal),
      withFleet: (work) => withFleet(options, say, work),
    });
    for (const bug of stop.bugs) throw bug;
    show(ended, terminal);
    return ended.ended ? exitOfNight(ended.night) : exitCode.trouble;
  } finally {
    await store.close();
    stop[Symbol.dispose]();
    release();
  }
}

/** Finds what is wrong in files and options before the night begins. @throws InputError */
async function checkNightly(
  { run, gate, live, report }: Nightly,
  { reporter = report }: NightlyOptions,
): Promise<void> {
  readRetention();
  const config = run?.matrix;
  await checkPlan(planOf({ config, repeat: run?.repeat }));
  if (gate) {
    const { baseline = 'latest', policy, flow, build } = gate;
    naming('gate', () => checkRequest({ baseline, candidate: 'latest', policy, flow, build, config, run: true }));
  }
  if (live) await checkLive(live).catch(rethrowNaming('live'));
  const folder = mkdtempSync(join(tmpdir(), 'wwebjs-canary-nightly-'));
  try {
    chooseReporters(reporter.replaceAll(nightMark, folder));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** @throws InputError also for flows that link: no person watches a night. */
async function checkLive(live: NonNullable<Nightly['live']>): Promise<void> {
  const plan = planOf({ ...live, target: 'live' });
  refuseLinks(plan.map(({ cell }) => cell.flow));
  await checkPlan(plan);
}

/** Opens the pool of live accounts for the time of `work`. */
function withLive({ live }: Nightly, options: PoolOptions, { progress }: Terminal): NightSettings['withLive'] {
  return (flows, work) =>
    withPoolInUse(options, async (pool) => {
      const attempts = liveAttempts(pool, { accounts: live?.account, write: progress });
      await attempts.check(await Promise.all(flows.map((flow) => loadFlow(flow, 'live'))));
      return work(attempts);
    });
}

function show({ night, left, ended }: EndedNight, { result, width }: Terminal): void {
  const rows = stepRows(night).map(({ name, result: word, sentence }) => [name, word, sentence]);
  const rest = ended ? [] : ['It was ended early: `wwebjs-canary nightly` goes on with it.'];
  const lines = [headlineOfNight(night, left), ...columnLines(rows, width), ...rest, nightFolder(night)];
  result(`\n${lines.join('\n')}\n`);
}
