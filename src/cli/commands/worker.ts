import { hostname } from 'node:os';
import { Command, Option } from 'commander';
import { openEvidence } from '../../blobs/evidence-store.ts';
import { bundledBrowserNames } from '../../browser/bundled-browsers.ts';
import { defaultSlots } from '../../browser/default-slots.ts';
import { checkBrowser } from '../../browser/ensure-browser.ts';
import { home, packageVersion } from '../../contracts/home.ts';
import { InputError } from '../../contracts/input-error.ts';
import { type Target, targets } from '../../contracts/outcome.ts';
import { readRetention } from '../../contracts/retention.ts';
import { NotAllowedYet } from '../../live/not-allowed-yet.ts';
import { WaitsForLease } from '../../queue/job.ts';
import { baseFacts, type PackedCaptures, useCapturesOf } from '../../replica/builds/run-facts.ts';
import { deadlineFactor } from '../../runner/deadlines.ts';
import type { LiveAttempter } from '../../runner/run-plan.ts';
import { pruneRunFolders } from '../../runs/prune.ts';
import { loadQueue } from '../fleet/open-fleet.ts';
import { liveAttempts, withPoolInUse } from '../live/open-pool.ts';
import { addPoolOptions, type PoolOptions } from '../options/live-options.ts';
import { duration, list, parsedBy, wholeNumber } from '../options/option-values.ts';
import { addQueueOptions, lostAfterMs, type QueueOptions } from '../options/queue-options.ts';
import { stopSignal } from '../process/signals.ts';

interface WorkerCommandOptions extends QueueOptions, PoolOptions {
  browser: string[];
  library?: string[];
  target: Target[];
  slots?: number;
  name: string;
  idle?: number;
  account?: string[];
}

/** `worker`: makes the attempts of every command with `--queue`. */
export function workerCommand(): Command {
  const command = new Command();
  addQueueOptions(command, 'the queue: redis://[user:password@]host:port, of Redis 6.2 or newer, or Valkey');
  return addPoolOptions(command)
    .option(
      '--browser <list>',
      'the browsers that it serves: each has to start when it is named',
      list,
      bundledBrowserNames(),
    )
    .option('--library <list>', 'only attempts of these libraries, installed before the first one (default: all)', list)
    .addOption(
      new Option('--target <list>', 'the targets that it serves: replica, live')
        .argParser(parsedBy(parseTargets))
        .default(['replica'], 'replica'),
    )
    .option('--slots <n>', 'attempts at the same time (default: one per two cores)', wholeNumber(1, 256))
    .addOption(
      new Option('--name <name>', 'its name in records of lost attempts').default(
        `${hostname().slice(0, 40)}-${process.pid}`,
        'host name and process id',
      ),
    )
    .option('--account <list>', 'with --target live: the accounts to use (default: all)', list)
    .option('--idle <time>', 'end after this long without an attempt (default: never)', duration(1))
    .addHelpText('after', help)
    .action((options: WorkerCommandOptions) =>
      serve(options, command.getOptionValueSource('browser') === 'default' ? [] : options.browser),
    );
}

const help = `
Takes attempts out of the queue that it can make, until Ctrl-C or SIGTERM: it then ends what runs and takes nothing more; a second signal
ends it at once. Attempts of a worker that is lost are made again by another one. It serves runs of its own version of wwebjs-canary only. docs/fleet.md

Exit codes: 0 ended by a signal or by --idle, 3 bad usage or input, 4 machine or harness trouble

Examples:
  wwebjs-canary worker --queue redis://queue:6379
  wwebjs-canary worker --queue redis://queue:6379 --browser current --slots 4 --evidence /mnt/evidence
  WWEBJS_CANARY_QUEUE=redis://:secret@queue:6379 wwebjs-canary worker --idle 5m`;

/** @param named browsers without which the worker does not start. */
async function serve(options: WorkerCommandOptions, named: readonly string[]): Promise<void> {
  if (options.queue === undefined) throw new InputError('--queue: name the queue, such as redis://localhost:6379');
  for (const name of options.browser) checkBrowser(name);
  deadlineFactor();
  const { account: accounts } = options;
  if (!options.target.includes('live')) {
    if (accounts) throw new InputError('--account: it goes with --target live');
    return work(options, options.queue, named);
  }
  await withPoolInUse(options, (pool) => {
    const attempts = liveAttempts(pool, {
      accounts,
      waitsElsewhere: true,
      showsNoCodes: true,
      write: (text) => process.stderr.write(text),
    });
    return work(options, options.queue as string, named, waiting(attempts));
  });
}

/** A lease may end long before its time, so an account that is in use is asked for again after this time. */
const accountMs = 30_000;

/** An attempt that has to wait for an account goes back to the queue. */
function waiting(attempts: LiveAttempter): LiveAttempter {
  return {
    attempt: (input) =>
      attempts.attempt(input).catch((error) => {
        if (!(error instanceof NotAllowedYet) || error.until === null) throw error;
        throw new WaitsForLease(error.message, Math.min(error.until, Date.now() + accountMs));
      }),
  };
}

async function work(
  options: WorkerCommandOptions,
  queue: string,
  named: readonly string[],
  live?: LiveAttempter,
): Promise<void> {
  const { evidence, browser: browsers, target } = options;
  const say = (line: string) => process.stderr.write(`${new Date().toISOString()} ${line}\n`);
  const { FleetLink, serveQueue, workerAttempts } = await loadQueue();
  const retention = readRetention();
  const store = openEvidence(evidence, process.env);
  const link = await FleetLink.open(queue, say);
  const stop = stopSignal(
    (text) => process.stderr.write(text),
    'taking nothing more, and ending when what runs has ended; once more to end at once',
  );
  try {
    const { name, slots = defaultSlots(), idle: idleMs } = options;
    const runFolder = (runId: string) => home('runs', runId);
    const { haveBrowser, haveLibrary, attempt } = workerAttempts({ runFolder, live, say });
    for (const browser of named) await haveBrowser(browser);
    const libraries = options.library && (await Promise.all(options.library.map(haveLibrary)));
    const serves = { targets: target, browsers, ...(libraries && { libraries }) };
    const [version, facts] = [packageVersion(), baseFacts()];
    const useCaptures = (captures: PackedCaptures | null) => useCapturesOf({ base: facts, captures });
    console.log(JSON.stringify({ worker: name, queue: link.address, version, slots, serves }));
    const own = { evidence: store, name, version, facts, slots, serves, lostAfterMs: lostAfterMs(options), idleMs };
    const tidy = (underWay: ReadonlySet<string>) => pruneRunFolders(retention.evidence, underWay).forEach(say);
    await serveQueue(link, { ...own, runFolder, tidy, haveBrowser, useCaptures, attempt, signal: stop.signal, say });
  } finally {
    stop[Symbol.dispose]();
    await link.close();
  }
}

function parseTargets(text: string): Target[] {
  return list(text).map((name) => {
    const target = targets.find((each) => each === name);
    if (target === undefined) throw new InputError(`Allowed are ${targets.join(' and ')}.`);
    return target;
  });
}
