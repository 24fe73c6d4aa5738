import { randomUUID } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Command, Option } from 'commander';
import { exitCode } from '../../contracts/exit-code.ts';
import { home, packageRoot } from '../../contracts/home.ts';
import { InputError } from '../../contracts/input-error.ts';
import { makeFolder } from '../../contracts/make-folder.ts';
import { readPolicy } from '../../contracts/read-policy.ts';
import { readRetention } from '../../contracts/retention.ts';
import { readRolloutPlan } from '../../contracts/rollout-plan.ts';
import { type RunReport, reportSchema, type ScheduledResult } from '../../contracts/run.ts';
import { Exporter } from '../../exporter/exporter.ts';
import { serveMetrics } from '../../exporter/serve-metrics.ts';
import type { ExportedTables } from '../../exporter/service-reads.ts';
import { useLibrary } from '../../library/library-use.ts';
import { chooseReporters } from '../../report/choose-reporters.ts';
import { resolvedPlan } from '../../runs/read-plan.ts';
import { openDatabaseToRead } from '../../store/database/open-database.ts';
import { openStore, type Store } from '../../store/open-store.ts';
import { type ChildEnd, runInChild } from '../../watch/run-in-child.ts';
import { noteSurprises, notifyWebhook } from '../../watch/surprises.ts';
import { systemClock, type WatchedRun, watch } from '../../watch/watch.ts';
import { duration, webhookAddress, wholeNumber } from '../options/option-values.ts';
import { policyOption, rolloutPlanOption } from '../options/policy-options.ts';
import { addRunOptions, type RunCommandOptions, runArguments } from '../options/run-options.ts';
import { databaseOption, databaseToRead } from '../options/service-database.ts';
import { withSwitches } from '../options/switch-options.ts';
import { untilSignal } from '../process/signals.ts';

interface WatchCommandOptions extends RunCommandOptions {
  every: number;
  budget?: number;
  webhook?: string;
  host: string;
  port: number;
  database?: string;
  rolloutPlan: string;
  policy: string;
}

const shortestSeconds = 10;

const usualReporters = 'list';

/** `watch`: runs the canaries on a schedule. */
export function watchCommand(): Command {
  const command = new Command()
    .addOption(
      new Option('--every <time>', 'time between two starts')
        .argParser(duration(shortestSeconds))
        .default(900_000, '15m'),
    )
    .option(
      '--budget <time>',
      'a run that takes longer is ended (default: the time between two starts)',
      duration(shortestSeconds),
    )
    .option('--webhook <url>', 'notified once of every unexpected cell, and once more when it is over', webhookAddress)
    .option('--host <address>', 'address of /metrics', '127.0.0.1')
    .option('--port <port>', 'port of /metrics', wholeNumber(0, 65_535), 9464)
    .addOption(databaseOption())
    .addOption(rolloutPlanOption())
    .addOption(policyOption('serve only verdicts of the gate by this policy'));
  return addRunOptions(command, usualReporters)
    .addHelpText('after', help)
    .action(async (options: WatchCommandOptions) => {
      await start(options, runArguments(command));
    });
}

const help = `
Takes the options of run. One schedule per store: a second process waits and takes over when the first is gone. Each run is a
process of its own. Ctrl-C or SIGTERM ends it gracefully.

Examples:
  wwebjs-canary watch --every 15m --library 1.34.7 --build 2.3000.1032534684
  wwebjs-canary watch --every 6h --budget 2h --webhook https://hooks.example.com/canary`;

async function start(options: WatchCommandOptions, args: readonly string[]): Promise<void> {
  const say = (line: string) => process.stderr.write(`${new Date().toISOString()} ${line}\n`);
  const plan = readRolloutPlan(options.rolloutPlan);
  const policy = readPolicy(options.policy);
  const service = databaseToRead(options.database);
  await checkRun(options, say);
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
  const { every: everyMs, budget: budgetMs = everyMs, webhook } = options;
  try {
    await watch({
      everyMs,
      schedules: store.schedules,
      owner: randomUUID(),
      clock: systemClock,
      jitter: () => Math.random(),
      run: (signal) => makeRun(store, args, budgetMs, signal),
      notify: async () => {
        if (webhook === undefined) return;
        const trouble = await notifyWebhook(webhook, store.surprises);
        if (trouble !== null) say(`the webhook was not notified and will be: ${trouble}`);
      },
      say,
      signal: stop.signal,
    });
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
  // Between two runs no process has them loaded.
  for (const library of new Set(plan.map(({ cell }) => cell.library))) await useLibrary(library);
}

/** One run as a process: its records go to the store by itself, what it said of cells comes as a report. */
async function makeRun(
  store: Store,
  args: readonly string[],
  budgetMs: number,
  signal: AbortSignal,
): Promise<WatchedRun> {
  const file = home('watch', 'last-run.json');
  makeFolder(dirname(file));
  rmSync(file, { force: true });
  const main = join(packageRoot, 'bin', 'wwebjs-canary.js');
  const end = await runInChild([process.execPath, main, 'run', ...withReport(args, file)], { budgetMs, signal });
  if (end.exitCode === exitCode.badInput) throw new InputError('the run refuses its options, as it says above');
  const report = readReport(file);
  if (report) await noteSurprises(report, store.surprises, Date.now());
  return { result: resultOf(end), runId: report?.run.id ?? null };
}

function withReport(args: readonly string[], file: string): string[] {
  const given = args.find((arg) => arg.startsWith('--reporter='))?.slice('--reporter='.length) ?? usualReporters;
  return [...args.filter((arg) => !arg.startsWith('--reporter=')), `--reporter=${given},json=${file}`];
}

/** Null when the run did not get so far. */
function readReport(file: string): RunReport | null {
  try {
    return reportSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return null;
  }
}

function resultOf({ exitCode: code, cut }: ChildEnd): ScheduledResult {
  if (cut) return 'cut';
  if (code === exitCode.asExpected) return 'as-expected';
  return code === exitCode.unexpected ? 'unexpected' : 'trouble';
}
