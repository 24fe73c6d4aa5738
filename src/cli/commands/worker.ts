import { hostname } from 'node:os';
import { Command, Option } from 'commander';
import { openEvidence } from '../../blobs/evidence-store.ts';
import { bundledBrowserNames } from '../../browser/bundled-browsers.ts';
import { defaultSlots } from '../../browser/default-slots.ts';
import { checkBrowser } from '../../browser/ensure-browser.ts';
import { home, packageVersion } from '../../contracts/home.ts';
import { InputError } from '../../contracts/input-error.ts';
import { type Target, targets } from '../../contracts/outcome.ts';
import { deadlineFactor } from '../../runner/deadlines.ts';
import { loadQueue } from '../fleet/open-fleet.ts';
import { duration, list, parsedBy, wholeNumber } from '../options/option-values.ts';
import { addQueueOptions, lostAfterMs, type QueueOptions } from '../options/queue-options.ts';
import { stopSignal } from '../process/signals.ts';

interface WorkerCommandOptions extends QueueOptions {
  browser: string[];
  library?: string[];
  target: Target[];
  slots?: number;
  name: string;
  idle?: number;
}

/** `worker`: makes the attempts of `run --queue` and `gate --run --queue`. */
export function workerCommand(): Command {
  const command = new Command();
  addQueueOptions(command, 'the queue: redis://[user:password@]host:port, of Redis 6.2 or newer, or Valkey');
  return command
    .option('--browser <list>', 'the browsers that it has', list, bundledBrowserNames())
    .option('--library <list>', 'only attempts of these exact versions or labels (default: all)', list)
    .addOption(
      new Option('--target <list>', 'where its attempts have their page from')
        .argParser(parsedBy(parseTargets))
        .default(['replica'], 'replica'),
    )
    .option('--slots <n>', 'attempts at the same time (default: one per two cores)', wholeNumber(1, 256))
    .option('--name <name>', 'as records of lost attempts name it', `${hostname().slice(0, 40)}-${process.pid}`)
    .option('--idle <time>', 'end after so long without an attempt (default: never)', duration(1))
    .addHelpText('after', help)
    .action(serve);
}

const help = `
Takes attempts out of the queue that it can make, until Ctrl-C or SIGTERM: it then ends what runs and takes nothing more; a second signal
ends it at once. Attempts of a worker that is lost are made again by another one. It serves runs of its own version of wwebjs-canary only. docs/fleet.md

Exit codes: 0 ended by a signal or by --idle, 3 bad usage or input, 4 machine or harness trouble

Examples:
  wwebjs-canary worker --queue redis://queue:6379
  wwebjs-canary worker --queue redis://queue:6379 --browser current --slots 4 --evidence /mnt/evidence
  WWEBJS_CANARY_QUEUE=redis://:secret@queue:6379 wwebjs-canary worker --idle 5m`;

async function serve(options: WorkerCommandOptions): Promise<void> {
  const { queue, evidence, browser: browsers, library: libraries, target } = options;
  if (queue === undefined) throw new InputError('--queue: name the queue, such as redis://localhost:6379');
  for (const name of browsers) checkBrowser(name);
  deadlineFactor();
  const say = (line: string) => process.stderr.write(`${new Date().toISOString()} ${line}\n`);
  const { FleetLink, serveQueue, workerAttempts } = await loadQueue();
  const store = openEvidence(evidence, process.env);
  const link = await FleetLink.open(queue, say);
  const stop = stopSignal(
    (text) => process.stderr.write(text),
    'taking nothing more, and ending when what runs has ended; once more to end at once',
  );
  try {
    const { name, slots = defaultSlots(), idle: idleMs } = options;
    const serves = { targets: target, browsers, ...(libraries && { libraries }) };
    const runFolder = (runId: string) => home('runs', runId);
    const attempt = workerAttempts({ runFolder, say });
    const version = packageVersion();
    console.log(JSON.stringify({ worker: name, queue: link.address, version, slots, serves }));
    const facts = { evidence: store, name, version, slots, serves, lostAfterMs: lostAfterMs(options), idleMs };
    await serveQueue(link, { ...facts, runFolder, attempt, signal: stop.signal, say });
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
