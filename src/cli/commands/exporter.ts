import { existsSync } from 'node:fs';
import { Command } from 'commander';
import type { FleetCounts } from '../../contracts/fleet-counts.ts';
import { home } from '../../contracts/home.ts';
import { readPolicy } from '../../contracts/read-policy.ts';
import { readRolloutPlan } from '../../contracts/rollout-plan.ts';
import { Exporter } from '../../exporter/exporter.ts';
import { serveMetrics } from '../../exporter/serve-metrics.ts';
import type { ExportedTables } from '../../exporter/service-reads.ts';
import type { Database } from '../../store/database/database.ts';
import { openDatabaseToRead, openEmptyDatabase } from '../../store/database/open-database.ts';
import { openStoreToRead, type Store } from '../../store/open-store.ts';
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
  const stop = untilSignal();
  const cannotRead = (error: unknown) => complain(`figures could not be read: ${String(error)}`);
  const figures = await HomeFigures.open(
    address,
    (store, service) => new Exporter(store, service, cannotRead, plan, policy, readFleet),
    cannotRead,
  );
  // The first count of a large store takes longer than the timeout of a scrape.
  await figures.read();
  const server = await serveMetrics(at, () => figures.read());
  console.log(JSON.stringify({ url: server.url }));
  await stop;
  await server.close();
  await figures.close();
}

interface OpenedFigures {
  exporter: Exporter;
  /** False while the first run has not made the store. */
  hasStore: boolean;
  close(): Promise<void>;
}

/** The figures of this home: those of an empty store until the first run makes one. */
class HomeFigures {
  readonly #open: () => Promise<OpenedFigures>;
  readonly #cannotRead: (error: unknown) => void;
  #opened: OpenedFigures;
  #last: Promise<unknown> = Promise.resolve();

  /** @param address of the database of the service; the store of this home without it. */
  static async open(
    address: string | undefined,
    exporterOf: (store: Store, service: Database<ExportedTables>) => Exporter,
    cannotRead: (error: unknown) => void,
  ): Promise<HomeFigures> {
    const service = databaseToRead(address);
    const open = async (): Promise<OpenedFigures> => {
      const hasStore = existsSync(home('store.sqlite'));
      const store = await openStoreToRead();
      const database = await (hasStore || address !== undefined
        ? openDatabaseToRead<ExportedTables>(service)
        : openEmptyDatabase<ExportedTables>());
      const close = async () => void (await Promise.all([store.close(), database.close()]));
      return { exporter: exporterOf(store, database), hasStore, close };
    };
    return new HomeFigures(open, await open(), cannotRead);
  }

  private constructor(open: () => Promise<OpenedFigures>, opened: OpenedFigures, cannotRead: (error: unknown) => void) {
    this.#open = open;
    this.#opened = opened;
    this.#cannotRead = cannotRead;
  }

  /** Media type and text of `/metrics`. */
  read(): Promise<{ contentType: string; text: string }> {
    const reading = this.#last.then(async () => {
      if (!this.#opened.hasStore && existsSync(home('store.sqlite'))) await this.#openStore();
      return this.#opened.exporter.read();
    });
    this.#last = reading.catch(() => {});
    return reading;
  }

  async close(): Promise<void> {
    await this.#last;
    await this.#opened.close();
  }

  /** A run that is making the store may not have made its tables yet: the next reading tries again. */
  async #openStore(): Promise<void> {
    const opened = await this.#open().catch(this.#cannotRead);
    if (!opened) return;
    await this.#opened.close();
    this.#opened = opened;
  }
}
