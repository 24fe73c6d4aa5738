import { existsSync } from 'node:fs';
import { Command } from 'commander';
import type { FleetCounts } from '../../contracts/fleet-counts.ts';
import { home } from '../../contracts/home.ts';
import { readPolicy } from '../../contracts/read-policy.ts';
import { readRolloutPlan } from '../../contracts/rollout-plan.ts';
import { Exporter } from '../../exporter/exporter.ts';
import { serveMetrics } from '../../exporter/serve-metrics.ts';
import type { ExportedTables } from '../../exporter/service-reads.ts';
import { openDatabaseToRead } from '../../store/database/open-database.ts';
import { openStore, openStoreToRead } from '../../store/open-store.ts';
import { loadQueue } from '../fleet/open-fleet.ts';
import { wholeNumber } from '../options/option-values.ts';
import { policyOption, rolloutPlanOption } from '../options/policy-options.ts';
import { queueOption } from '../options/queue-options.ts';
import { databaseOption, databaseToRead } from '../options/service-database.ts';
import { untilSignal } from '../process/signals.ts';

interface ExporterOptions {
  host: string;
  port: number;
  database?: string;
  rolloutPlan: string;
  policy: string;
  queue?: string;
}

/** `exporter`: serves `/metrics` from the store. */
export function exporterCommand(): Command {
  return new Command()
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <port>', 'port to listen on', wholeNumber(0, 65_535), 9464)
    .addOption(databaseOption())
    .addOption(rolloutPlanOption())
    .addOption(policyOption('serve only verdicts of the gate by this policy'))
    .addOption(queueOption('the queue of a fleet, whose depth and workers are served too'))
    .addHelpText(
      'after',
      `
Counters come from the store, so they survive restarts, and every exporter of a store serves the same.

Examples:
  wwebjs-canary exporter
  wwebjs-canary exporter --queue redis://queue:6379
  WWEBJS_CANARY_DATABASE=mysql://canary:secret@db:3306/canary wwebjs-canary exporter --host 0.0.0.0`,
    )
    .action(run);
}

async function run({ queue, ...options }: ExporterOptions): Promise<void> {
  if (queue === undefined) return serve(options, null);
  const { FleetLink, readFleet } = await loadQueue();
  const link = await FleetLink.open(queue, complain);
  try {
    await serve(options, () => readFleet(link));
  } finally {
    await link.close();
  }
}

function complain(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** @param readFleet null without a queue. */
async function serve(
  { database: address, rolloutPlan, policy: policyFile, ...at }: Omit<ExporterOptions, 'queue'>,
  readFleet: (() => Promise<FleetCounts>) | null,
): Promise<void> {
  const plan = readRolloutPlan(rolloutPlan);
  const policy = readPolicy(policyFile);
  const service = databaseToRead(address);
  const stop = untilSignal();
  // The first run makes the store of this home, and this process would go on to read what was there before.
  const store = await (existsSync(home('store.sqlite')) ? openStoreToRead() : openStore());
  const database = await openDatabaseToRead<ExportedTables>(service);
  const cannotRead = (error: unknown) => complain(`figures could not be read: ${String(error)}`);
  const exporter = new Exporter(store, database, cannotRead, plan, policy, readFleet);
  // The first count of a large store takes longer than the timeout of a scrape.
  await exporter.read();
  const server = await serveMetrics(at, () => exporter.read());
  console.log(JSON.stringify({ url: server.url }));
  await stop;
  await server.close();
  await database.close();
  await store.close();
}
