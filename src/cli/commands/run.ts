import { randomInt } from 'node:crypto';
import { Command } from 'commander';
import { defaultSlots } from '../../browser/default-slots.ts';
import { type ExitCode, exitCode } from '../../contracts/exit-code.ts';
import { home } from '../../contracts/home.ts';
import { InputError } from '../../contracts/input-error.ts';
import { readPolicy } from '../../contracts/read-policy.ts';
import { readRetention } from '../../contracts/retention.ts';
import type { PlannedCell } from '../../contracts/run.ts';
import { greatestRandomSeed } from '../../contracts/seeded-random.ts';
import { chooseReporters } from '../../report/choose-reporters.ts';
import { storedCells } from '../../report/report-source.ts';
import { processTerminal, type Terminal } from '../../report/terminal.ts';
import { loadFlow } from '../../runner/load-flow.ts';
import type { LiveAttempter } from '../../runner/run-plan.ts';
import { inShard, parseShard } from '../../runner/shard.ts';
import { fleetSlots } from '../../runs/execute-run.ts';
import { isOnCapture, loadCaptures, planOf, planOfFailed, resolvedPlan } from '../../runs/read-plan.ts';
import { type ResumedRun, runToResume } from '../../runs/resumed-run.ts';
import { openStore } from '../../store/open-store.ts';
import { whileReading } from '../../store/reading.ts';
import { summarizeReport } from '../../words/cell-summary.ts';
import { withFleet } from '../fleet/open-fleet.ts';
import { liveAttempts, withPoolThere } from '../live/open-pool.ts';
import { addPoolOptions, onCodeOption, type PoolOptions } from '../options/live-options.ts';
import { list } from '../options/option-values.ts';
import type { QueueOptions } from '../options/queue-options.ts';
import { addRunOptions, type RunCommandOptions } from '../options/run-options.ts';
import { withSwitches } from '../options/switch-options.ts';
import { runInTerminal } from '../process/run-in-terminal.ts';

/** `run`: plan and execute attempts. */
export function runCommand(): Command {
  return addPoolOptions(addRunOptions(new Command()))
    .option(
      '--account <list>',
      'with --target live, without --queue: the accounts to use (default: those that rested longest)',
      list,
    )
    .addOption(onCodeOption())
    .option(
      '--live-screenshots',
      'with --target live, without --queue: keep pictures of the page, which may show names and texts',
    )
    .option(
      '--last-failed',
      'only the cells that failed, were spoiled or surprised in the last run of this store; without --config',
    )
    .option('--resume <run>', 'with --queue: make what is left of a run that was cut off')
    .addHelpText('after', help)
    .action(async (options: RunCommandOptions & LiveOptions & { resume?: string }) => {
      const asked = withSwitches(options);
      const isLiveHere = options.target === 'live' && options.queue === undefined;
      if (!isLiveHere) refuseLiveOptions(options);
      process.exitCode = await (isLiveHere ? runLive(asked) : run(asked));
    });
}

const help = `
Attempts all of compat-matrix/matrix.yaml by default; options select from it. In a project that installs whatsapp-web.js it adds that
version and its next candidates; without a matrix of its own, the project gets the builds of the default one. A version that is not in the matrix is attempted in the
cells of the versions that are named with it. A cell without a rule in compat-matrix/expectations.yaml is expected to pass. Progress goes to stderr,
results to stdout. --target live attempts with numbers of your own, one after the other, as often as compat-matrix/live-policy.yaml allows; docs/live.md
has the risks. A failed attempt keeps a trace, which the HTML report shows; --trace on keeps one of every attempt.

Exit codes: 0 as expected, 1 unexpected outcome, 3 bad usage or input, 4 machine or harness trouble, or interrupted

Examples:
  wwebjs-canary run
  wwebjs-canary run --library 1.34.2,1.34.7 --build 2.3000.1044822804
  wwebjs-canary run --library ../my-fork --repeat 5 --reporter list,junit=junit.xml,markdown=summary.md
  wwebjs-canary run --last-failed
  wwebjs-canary run --target live --library 1.34.7 --flow message-round-trip
  wwebjs-canary run --library 1.34.7 --trace on
  wwebjs-canary run --grep 1.34.7
  wwebjs-canary run --library 1.34.7 --build 2.3000.1044822804 --switch comms-in-worker=false,comms-in-worker=true
  wwebjs-canary run --queue redis://queue:6379
  wwebjs-canary run --shard 1/4 --reporter blob=shard-1.blob`;

/** What only attempts on the live site need. */
interface LiveOptions extends PoolOptions {
  account?: string[];
  onCode?: string;
  liveScreenshots?: true;
}

/** @throws InputError for an option that only attempts on the live site by this process have a use for */
function refuseLiveOptions({ account, onCode, liveScreenshots, queue }: LiveOptions & QueueOptions): void {
  const options = { '--account': account, '--on-code': onCode, '--live-screenshots': liveScreenshots };
  const [name] = Object.entries(options).find(([, value]) => value !== undefined) ?? [];
  if (name === undefined) return;
  if (queue !== undefined)
    throw new InputError(`${name}: it does not go with --queue or WWEBJS_CANARY_QUEUE: the workers have the accounts`);
  throw new InputError(`${name}: it goes with --target live`);
}

type AskedRun = ReturnType<typeof withSwitches<RunCommandOptions>>;

/** @throws InputError for what does not go with the live site. */
async function runLive(options: AskedRun & LiveOptions): Promise<ExitCode> {
  if ((options.slots ?? 1) !== 1) throw new InputError('--slots: on the live site one attempt is made at a time');
  if (options.lastFailed) throw new InputError('--last-failed: name the library to attempt on the live site again');
  const { progress } = processTerminal();
  return withPoolThere(options, async (pool) => {
    const { account: accounts, onCode, liveScreenshots: screenshots } = options;
    const live = liveAttempts(pool, { accounts, onCode, screenshots, write: progress });
    const flows = new Set(planOf(options).map(({ cell }) => cell.flow));
    await live.check(await Promise.all([...flows].map((flow) => loadFlow(flow, 'live'))));
    return run({ ...options, slots: 1 }, live);
  });
}

async function run(options: AskedRun & { resume?: string }, live?: LiveAttempter): Promise<ExitCode> {
  const shard = options.shard === undefined ? null : parseShard(options.shard);
  const chosen = chooseReporters(options.reporter ?? `list,html=${home('report')}`);
  readRetention();
  const terminal = processTerminal();
  const say = (line: string) => terminal.progress(`${line}\n`);
  const repeats = options.queue === undefined ? 0 : readPolicy().infra.requeues;
  const resumed = options.resume === undefined ? undefined : await askedToResume(options, options.resume);
  return withFleet(options, say, async (maker) => {
    const whole =
      resumed?.plan ?? (await (options.lastFailed ? lastFailed(options, terminal) : resolvedPlan(options, say)));
    if (whole === null) return exitCode.asExpected;
    const { exit } = await runInTerminal(shard ? whole.filter((_, position) => inShard(position, shard)) : whole, {
      slots: options.slots ?? (maker ? fleetSlots : defaultSlots()),
      seed: resumed?.run.seed ?? options.seed ?? randomInt(1, greatestRandomSeed),
      part: shard && { shard, whole },
      chosen,
      trace: options.trace,
      terminal,
      live,
      fleet: maker && { maker, repeats, resumed: resumed?.run },
    });
    return exit;
  });
}

/** @throws InputError when no such run can go on. */
async function askedToResume(options: AskedRun, text: string): Promise<ResumedRun> {
  if (options.queue === undefined) throw new InputError(`--resume ${text}: it goes with --queue`);
  const chosen = [...Object.keys(axesOf(options)), ...(options.seed === undefined ? [] : ['seed'])];
  if (chosen[0]) throw new InputError(`--resume makes the plan of that run: leave out --${chosen[0]}`);
  const store = await openStore();
  try {
    return await runToResume(store, text);
  } finally {
    await store.close();
  }
}

/** The options that choose cells, as far as they are given. */
function axesOf({ library, build, browser, flow, condition, switches, config, grep, shard, lastFailed }: AskedRun) {
  const axes = { library, build, browser, flow, condition, switches, config, grep, shard, lastFailed };
  return Object.fromEntries(Object.entries(axes).filter(([, value]) => value !== undefined));
}

/** The cells to repeat; null, after a message, when nothing failed. @throws InputError when there was no run. */
async function lastFailed(options: AskedRun, terminal: Terminal): Promise<PlannedCell[] | null> {
  if (options.config !== undefined) {
    throw new InputError('--last-failed repeats cells of the last run, and --config names others: give one of them');
  }
  const store = await openStore();
  try {
    const last = await store.runs.last();
    if (!last) throw new InputError('--last-failed: there is no run in the store yet; `wwebjs-canary run` makes one');
    const captured = new Set<string>();
    const read = () =>
      Array.fromAsync(storedCells(store, last.run.id), (report) => {
        if (isOnCapture(report)) captured.add(report.build);
        return summarizeReport(report);
      });
    const cells = await whileReading(store.file, read);
    const failed = cells.filter(({ outcome, surprise }) => surprise || outcome === 'failed' || outcome === 'infra');
    if (failed.length > 0) {
      const plan = planOfFailed({ last, cells: failed.map(({ cell }) => cell) }, options);
      loadCaptures(new Set(plan.map(({ cell }) => cell.build).filter((build) => captured.has(build))));
      return plan;
    }
    terminal.progress(`nothing failed in the last run, ${last.run.id}: there is nothing to repeat\n`);
    return null;
  } finally {
    await store.close();
  }
}
