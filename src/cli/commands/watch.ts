import { randomUUID } from 'node:crypto';
import { Command, Option } from 'commander';
import { exitCode } from '../../contracts/exit-code.ts';
import { InputError } from '../../contracts/input-error.ts';
import { readPolicy } from '../../contracts/read-policy.ts';
import { readRetention } from '../../contracts/retention.ts';
import { readRolloutPlan } from '../../contracts/rollout-plan.ts';
import type { ScheduledResult } from '../../contracts/run.ts';
import { Exporter } from '../../exporter/exporter.ts';
import { serveMetrics } from '../../exporter/serve-metrics.ts';
import type { ExportedTables } from '../../exporter/service-reads.ts';
import { useLibrary } from '../../library/library-use.ts';
import { dayMs, hourMs, readLivePolicy } from '../../live/live-policy.ts';
import { chooseReporters } from '../../report/choose-reporters.ts';
import { refuseLinks } from '../../runner/live-site.ts';
import { resolvedPlan } from '../../runs/read-plan.ts';
import { openDatabaseToRead } from '../../store/database/open-database.ts';
import { openStore, type Store } from '../../store/open-store.ts';
import { periodically } from '../../watch/next-start.ts';
import { type ChildEnd, runInChild } from '../../watch/run-in-child.ts';
import { noteSurprises, notifyWebhook } from '../../watch/surprises.ts';
import { systemClock, type WatchedRun, type WatchOptions, watch } from '../../watch/watch.ts';
import { profilesOption } from '../options/live-options.ts';
import { duration, durationText, socketAddress, webhookAddress, wholeNumber } from '../options/option-values.ts';
import { policyOption, rolloutPlanOption } from '../options/policy-options.ts';
import { addRunOptions, type RunCommandOptions, runArguments } from '../options/run-options.ts';
import { databaseOption, databaseToRead } from '../options/service-database.ts';
import { withSwitches } from '../options/switch-options.ts';
import { stopSignal, untilSignal } from '../process/signals.ts';
import { lookForBuild, scheduleOfLooks } from '../watch/live-watch.ts';
import { ownCommand, runWithReport, usualReporters } from '../watch/run-with-report.ts';

interface WatchCommandOptions extends RunCommandOptions {
  every: number;
  budget?: number;
  webhook?: string;
  host: string;
  port: number;
  database?: string;
  rolloutPlan: string;
  policy: string;
  live?: true;
  once?: true;
  from?: string;
  force?: true;
  connectTo?: { host: string; port: number };
  trust?: string;
  profiles?: string;
}

const shortestSeconds = 10;

/** `watch`: runs the canaries on a schedule, or looks for new builds of the live site. */
export function watchCommand(): Command {
  const command = new Command()
    .addOption(
      new Option(
        '--every <time>',
        'time between two starts; with --live between two looks, by default that of the policy',
      )
        .argParser(duration(shortestSeconds))
        .default(900_000, '15m'),
    )
    .option(
      '--budget <time>',
      'a run that takes longer is ended (default: the time between two starts; with --live 2h)',
      duration(shortestSeconds),
    )
    .option(
      '--webhook <url>',
      'notified once of every unexpected cell, and once more when it is over; with --live once of every build',
      webhookAddress,
    )
    .option('--live', 'look for new builds of the live site, and say of each what it changes (docs/live.md)')
    .option('--once', 'with --live: one look, for cron; its result is the exit code')
    .option('--from <path>', 'with --live: one look at a saved page in place of the live site')
    .option('--force', 'with --once: ask for the page although the last time is less than an hour ago')
    .option('--connect-to <address>', 'with --live: HOST:PORT to connect to in place of the live site', socketAddress)
    .option('--trust <file>', 'with --live: a certificate as PEM that is trusted too, such as that of a proxy')
    .option('--host <address>', 'address of /metrics', '127.0.0.1')
    .option('--port <port>', 'port of /metrics', wholeNumber(0, 65_535), 9464)
    .addOption(databaseOption())
    .addOption(profilesOption())
    .addOption(rolloutPlanOption())
    .addOption(policyOption('serve only verdicts of the gate by this policy'));
  return addRunOptions(command, usualReporters)
    .addHelpText('after', help)
    .action(async (options: WatchCommandOptions) => {
      if (options.live) await startLive(options, command);
      else await startCanaries(options, command);
    });
}

const help = `
Takes the options of run. One schedule per store: a second process waits and takes over when the first is gone. Each run is a
process of its own. Ctrl-C or SIGTERM ends it gracefully.

--live asks web.whatsapp.com for its page, once an hour at most, without an account. A build that was not seen before is captured and compared
with the last one; every version of the matrix is checked against it and attempted on a replica of it, then on the live site as often as
compat-matrix/live-policy.yaml allows, where there are accounts. The webhook gets one finding per build; without one, \`report builds\` has them, and
a later webhook gets those of the last seven days. What is interrupted goes on with the next look. A page that cannot be read is no finding:
it is asked for again, later each time. Workers of --queue make the attempts on the replica, this machine those on the live site. Builds of --from are kept apart.

Exit codes of --once: 0 nothing is new, or no version is known to lose anything by the build, 1 one is, 2 not all of it could be read or
attempted, 3 bad usage or input, 4 no page, or interrupted

Examples:
  wwebjs-canary watch --every 15m --library 1.34.7 --build 2.3000.1032534684
  wwebjs-canary watch --every 6h --budget 2h --webhook https://hooks.example.com/canary
  wwebjs-canary watch --live --webhook https://hooks.example.com/canary
  wwebjs-canary watch --live --once --library 1.34.2,1.34.7`;

const liveOptions = ['once', 'from', 'force', 'connectTo', 'trust', 'profiles'] as const;
const liveBudgetMs = 2 * 3_600_000;

function say(line: string): void {
  process.stderr.write(`${new Date().toISOString()} ${line}\n`);
}

async function startCanaries(options: WatchCommandOptions, command: Command): Promise<void> {
  const given = liveOptions.find((name) => command.getOptionValueSource(name) === 'cli');
  if (given) throw new InputError(`${longOf(command, given)}: it goes with --live`);
  const served = readServed(options);
  await checkRun(options, say);
  const { every: everyMs, budget: budgetMs = everyMs, webhook } = options;
  const args = runArguments(command);
  await keepWatch(options, served, (store) => ({
    ...{ everyMs, say, clock: systemClock, schedules: store.schedules },
    next: periodically(everyMs, systemClock.now, () => Math.random()),
    run: (signal) => makeRun(store, args, budgetMs, signal),
    notify: async () => {
      if (webhook === undefined) return;
      const trouble = await notifyWebhook(webhook, store.surprises);
      if (trouble !== null) say(`the webhook was not notified and will be: ${trouble}`);
    },
  }));
}

/** @throws InputError for options that say which build or part of a plan, which a new build has none of */
async function startLive(options: WatchCommandOptions, command: Command): Promise<void> {
  const isGiven = (name: string) => command.getOptionValueSource(name) === 'cli';
  for (const name of ['build', 'target', 'shard'])
    if (isGiven(name))
      throw new InputError(`${longOf(command, name)}: with --live it is the build that the site serves`);
  const everyMs = isGiven('every') ? options.every : readLivePolicy().builds.every;
  if (everyMs < hourMs) throw new InputError('--every: with --live the site is asked once an hour at most');
  const isOneLook = options.once === true || options.from !== undefined;
  if (options.force && !isOneLook) throw new InputError('--force: it goes with --once');
  const { library, webhook, budget: budgetMs = liveBudgetMs } = options;
  const served = readServed(options);
  if (library) await checkRun({ ...options, build: undefined }, say);
  const ownOptions = runArguments(command);
  if (isOneLook) {
    const stop = stopSignal(say);
    const store = await openStore();
    try {
      const runOptions = ownOptions.filter((arg) => !/^--(library|config)=/.test(arg));
      const look = { ...options, everyMs, budgetMs, runOptions, say, signal: stop.signal };
      process.exitCode = await lookForBuild(store, look);
    } finally {
      await store.close();
      stop[Symbol.dispose]();
    }
    return;
  }
  await keepWatch(options, served, (store) => ({
    ...scheduleOfLooks(store, { everyMs, webhook, say, clock: systemClock }),
    run: (signal) => makeLook(command, ownOptions, signal),
  }));
}

const longOf = (command: Command, name: string) => command.options.find((each) => each.attributeName() === name)?.long;

/** What `/metrics` shows beside the runs. @throws InputError when an option or its file is wrong. */
function readServed({ rolloutPlan, policy, database }: WatchCommandOptions) {
  return {
    plan: readRolloutPlan(rolloutPlan),
    policy: readPolicy(policy),
    service: databaseToRead(database),
  };
}

/** Runs a schedule until a signal, and serves `/metrics`. */
async function keepWatch(
  options: WatchCommandOptions,
  { plan, policy, service }: ReturnType<typeof readServed>,
  schedule: (store: Store) => Omit<WatchOptions, 'owner' | 'signal'>,
): Promise<void> {
  const stop = new AbortController();
  const stopped = untilSignal().then(() => stop.abort());
  const store = await openStore();
  const database = await openDatabaseToRead<ExportedTables>(service);
  const cannotRead = (error: unknown) => say(`the store could not be read: ${String(error)}`);
  const exporter = new Exporter(store, database, cannotRead, plan, policy);
  // The first count of a large store takes longer than the timeout of a scrape.
  await exporter.read();
  const server = await serveMetrics(options, () => exporter.read());
  console.log(JSON.stringify({ url: server.url }));
  try {
    await watch({ ...schedule(store), owner: randomUUID(), signal: stop.signal });
    await stopped;
  } finally {
    await server.close();
    await database.close();
    await store.close();
  }
}

/** Reports wrong options at once, not at the first run. */
async function checkRun(given: RunCommandOptions, say: (line: string) => void): Promise<void> {
  readRetention();
  const options = withSwitches(given);
  if (options.reporter !== undefined) chooseReporters(options.reporter);
  const plan = await resolvedPlan(options, say);
  refuseLinks(plan.flatMap(({ cell: { target, flow } }) => (target === 'live' ? [flow] : [])));
  // Between two runs no process has them loaded.
  for (const library of new Set(plan.map(({ cell }) => cell.library))) await useLibrary(library);
}

async function makeRun(
  store: Store,
  args: readonly string[],
  budgetMs: number,
  signal: AbortSignal,
): Promise<WatchedRun> {
  const { end, report } = await runWithReport(args, 'last-run.json', { budgetMs, signal });
  if (end.exitCode === exitCode.badInput) throw new InputError('the run refuses its options, as it says above');
  if (report) await noteSurprises(report, store.surprises, Date.now());
  return { result: resultOf(end), runId: report?.run.id ?? null };
}

function resultOf({ exitCode: code, cut }: ChildEnd): ScheduledResult {
  if (cut) return 'cut';
  if (code === exitCode.asExpected) return 'as-expected';
  return code === exitCode.unexpected ? 'unexpected' : 'trouble';
}

/** Longer than the grace that a look gives the run that it started. */
const lookGraceMs = 40_000;

/** One look as a process: reading a page takes memory that a schedule should not keep. */
async function makeLook(command: Command, runOptions: readonly string[], signal: AbortSignal): Promise<WatchedRun> {
  const isGiven = (name: string) => command.getOptionValueSource(name) === 'cli';
  const { connectTo, every, budget, ...texts } = command.opts<WatchCommandOptions>();
  const given = [
    ...(connectTo ? [`--connect-to=${connectTo.host}:${connectTo.port}`] : []),
    ...(isGiven('every') ? [`--every=${durationText(every)}`] : []),
    ...(budget === undefined ? [] : [`--budget=${durationText(budget)}`]),
    ...(['trust', 'profiles', 'database', 'webhook'] as const)
      .filter(isGiven)
      .map((name) => `--${name}=${texts[name]}`),
  ];
  const args = ['watch', '--live', '--once', ...given, ...runOptions];
  const end = await runInChild(ownCommand(...args), { budgetMs: dayMs, signal, graceMs: lookGraceMs });
  if (end.exitCode === exitCode.badInput) throw new InputError('the look refuses its options, as it says above');
  return { result: resultOf(end), runId: null };
}
