import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { Command } from 'commander';
import { blobAt, isBlobAddress } from '../../blobs/blob-at.ts';
import type { ExitCode } from '../../contracts/exit-code.ts';
import { InputError, TroubleError } from '../../contracts/input-error.ts';
import { readRetention } from '../../contracts/retention.ts';
import type { RunInfo, RunObserver } from '../../contracts/run.ts';
import { chooseReporters } from '../../report/choose-reporters.ts';
import { mergeBlobs } from '../../report/merge-blobs.ts';
import { storeSource } from '../../report/report-source.ts';
import { reporters, reporterUsage } from '../../report/reporters.ts';
import { RunTally } from '../../report/run-tally.ts';
import { processTerminal } from '../../report/terminal.ts';
import { exitOfRun } from '../../runs/exit-of-run.ts';
import { prune } from '../../runs/prune.ts';
import { openStore, type Store } from '../../store/open-store.ts';
import { StoreRecorder } from '../../store/store-recorder.ts';
import { noteSurprises, notifyWebhook } from '../../watch/surprises.ts';
import { webhookAddress } from '../options/option-values.ts';

interface MergeCommandOptions {
  reporter: string;
  partial?: boolean;
  keep?: boolean;
  webhook?: string;
}

/** `report merge`: one report out of the shards of a plan. */
export function mergeCommand(): Command {
  return new Command('merge')
    .description('make one report from the blobs of shards')
    .argument('<blob...>', 'files, or s3:// addresses, that --reporter blob=FILE wrote; all shards of a plan')
    .option('--reporter <list>', `any of ${reporterUsage}`, 'list')
    .option('--partial', 'when shards are lost: report what is there, and say what is missing')
    .option('--keep', 'add the merged run to the store, as if it had been made here')
    .option(
      '--webhook <url>',
      'with --keep: notified as by watch, once of every unexpected cell and once when it is over',
      webhookAddress,
    )
    .addHelpText('after', help)
    .action(async (blobs: string[], options: MergeCommandOptions) => {
      process.exitCode = await merge(blobs, options);
    });
}

const help = `
Shards of runs with different seeds are merged with a warning; the command that repeats an attempt has the seed of that attempt.

Exit codes as of one run: 0 as expected, 1 when a cell was unexpected, 4 when a shard was interrupted. A partial report is never as expected:
1 when a cell was unexpected, else 2.

Example:
  wwebjs-canary run --shard 1/2 --reporter blob=one.blob
  wwebjs-canary run --shard 2/2 --reporter blob=two.blob
  wwebjs-canary report merge one.blob two.blob --reporter list,html=report
  wwebjs-canary report merge one.blob --partial
  wwebjs-canary report merge "s3://bucket/night/one.blob?endpoint=https://s3.example.org" two.blob
  wwebjs-canary report merge *.blob --keep --webhook https://hooks.example.com/canary`;

async function merge(
  blobs: readonly string[],
  { reporter, partial = false, keep = false, webhook }: MergeCommandOptions,
): Promise<ExitCode> {
  const chosen = chooseReporters(reporter);
  if (webhook !== undefined && !keep) {
    throw new InputError('--webhook needs --keep: the store knows of which cells the webhook was notified');
  }
  const retention = readRetention();
  const terminal = processTerminal();
  const say = (line: string) => terminal.progress(`${line}\n`);
  const folder = mkdtempSync(join(tmpdir(), 'wwebjs-canary-merge-'));
  const store = await openStore(keep ? undefined : join(folder, 'store.sqlite'));
  try {
    const recorder = new StoreRecorder(store, keep ? undefined : folder);
    const stored = storeSource(store, recorder, (_run, { id }) => join(folder, basename(id)));
    // A store of these shards alone knows of no other attempt on the live site.
    const source = keep ? stored : { ...stored, onLiveSite: async () => null };
    const tally = new RunTally();
    const made = chosen.map(
      ({ name, target }) => reporters[name]?.create(target, { terminal, source, part: null }) ?? {},
    );
    const observers = [refuseKeptRuns(store), recorder, tally, ...made];
    const files = await Promise.all(blobs.map((blob) => fileOf(blob, folder)));
    const { run, interrupted } = await mergeBlobs(files, observers, { folder, partial, say });
    if (recorder.trouble) throw recorder.trouble;
    if (webhook !== undefined)
      await notify(webhook, store, { run, cells: await Array.fromAsync(source.cells(run)) }, say);
    if (keep) await prune(store, retention, say);
    return exitOfRun(tally.cells, { interrupted, incomplete: run.missing !== undefined });
  } finally {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The file of a blob; one in a store is copied into the folder. @throws InputError, TroubleError naming the address. */
async function fileOf(blob: string, folder: string): Promise<string> {
  if (!isBlobAddress(blob)) return blob;
  const one = blobAt('report merge', blob, process.env);
  const bytes = await one.get().catch((error: Error) => {
    throw new TroubleError(`the blob ${blob} could not be read: ${error.message}`, { cause: error });
  });
  const file = join(mkdtempSync(join(folder, 'blob-')), basename(new URL(blob).pathname));
  writeFileSync(file, bytes);
  return file;
}

/** The same attempts twice would count twice. */
function refuseKeptRuns(store: Store): RunObserver {
  return {
    async runStarted({ id }: RunInfo) {
      for (const kept of new Set([id, ...id.split('+')])) {
        if (await store.runs.get(kept)) throw new InputError(`the store has run ${kept} already; leave --keep out`);
      }
    },
  };
}

/** What the webhook does not accept is sent again after the next merge. */
async function notify(
  webhook: string,
  store: Store,
  merged: Parameters<typeof noteSurprises>[0],
  say: (line: string) => void,
): Promise<void> {
  await noteSurprises(merged, store.surprises, Date.now());
  const trouble = await notifyWebhook(webhook, store.surprises);
  if (trouble !== null) say(`the webhook was not notified and will be after the next merge: ${trouble}`);
}
