import { existsSync } from 'node:fs';
import { Command } from 'commander';
import { home } from '../../contracts/home.ts';
import { readPolicy } from '../../contracts/read-policy.ts';
import { readRolloutPlan } from '../../contracts/rollout-plan.ts';
import { Exporter } from '../../exporter/exporter.ts';
import { serveMetrics } from '../../exporter/serve-metrics.ts';
import type { ExportedTables } from '../../exporter/service-reads.ts';
import { openDatabaseToRead } from '../../store/database/open-database.ts';
import { openStore, openStoreToRead } from '../../store/open-store.ts';
import { wholeNumber } from '../options/option-values.ts';
import { policyOption, rolloutPlanOption } from '../options/policy-options.ts';
import { databaseOption, databaseToRead } from '../options/service-database.ts';
import { untilSignal } from '../process/signals.ts';

interface ExporterOptions {
  host: string;
  port: number;
  database?: string;
  rolloutPlan: string;
  policy: string;
}

/** `exporter`: serves `/metrics` from the store. */
export function exporterCommand(): Command {
  return new Command()
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <port>', 'port to listen on', wholeNumber(0, 65_535), 9464)
    .addOption(databaseOption())
    .addOption(rolloutPlanOption())
    .addOption(policyOption('serve only verdicts of the gate by this policy'))
    .addHelpText(
      'after',
      `
Counters come from the store, so they survive restarts, and every exporter of a store serves the same.

Examples:
  wwebjs-canary exporter
  WWEBJS_CANARY_DATABASE=mysql://canary:secret@db:3306/canary wwebjs-canary exporter --host 0.0.0.0`,
    )
    .action(run);
}

async function run({ database: address, rolloutPlan, policy: policyFile, ...at }: ExporterOptions): Promise<void> {
  const plan = readRolloutPlan(rolloutPlan);
  const policy = readPolicy(policyFile);
  const service = databaseToRead(address);
  const stop = untilSignal();
  // The first run makes the store of this home, and this process would go on to read what was there before.
  const store = await (existsSync(home('store.sqlite')) ? openStoreToRead() : openStore());
  const database = await openDatabaseToRead<ExportedTables>(service);
  const say = (line: string) => process.stderr.write(`${line}\n`);
  const cannotRead = (error: unknown) => say(`the store could not be read: ${String(error)}`);
  const exporter = new Exporter(store, database, cannotRead, plan, policy);
  // The first count of a large store takes longer than the timeout of a scrape.
  await exporter.read();
  const server = await serveMetrics(at, () => exporter.read());
  console.log(JSON.stringify({ url: server.url }));
  await stop;
  await server.close();
  await database.close();
  await store.close();
}
