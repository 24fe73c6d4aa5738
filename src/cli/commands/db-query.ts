import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Argument, Command } from 'commander';
import { CompiledQuery } from 'kysely';
import { packageRoot } from '../../contracts/home.ts';
import { columns } from '../../report/fit-text.ts';
import { processTerminal } from '../../report/terminal.ts';
import type { Engine } from '../../store/database/database.ts';
import { openDatabaseToRead } from '../../store/database/open-database.ts';
import { databaseOption, existingDatabase } from '../options/service-database.ts';

const folder = (engine: Engine) => join(packageRoot, 'sql', 'queries', engine);

/** Both engines have the same queries. */
function questions(): string[] {
  const files = readdirSync(folder('sqlite')).filter((file) => file.endsWith('.sql'));
  return files.map((file) => basename(file, '.sql')).sort();
}

/** `db query`: runs a query of `sql/queries` on the tables of the service, on either engine and without its client. It changes nothing. */
export function dbQueryCommand(): Command {
  return new Command('query')
    .description('run a query of sql/queries on the database of the service: MySQL, MariaDB or SQLite')
    .addArgument(new Argument('<question>', 'what to ask').choices(questions()))
    .addOption(databaseOption())
    .addHelpText(
      'after',
      `
Times are UTC. active-accounts shows numbers.

Examples:
  wwebjs-canary db query sessions-needing-attention
  wwebjs-canary db query link-success --database mysql://canary:secret@db:3306/canary`,
    )
    .action(ask);
}

async function ask(question: string, { database: given }: { database?: string }): Promise<void> {
  const database = await openDatabaseToRead(existingDatabase(given));
  try {
    const text = readFileSync(join(folder(database.engine), `${question}.sql`), 'utf8').replace(/;\s*$/, '');
    const { rows } = await database.kysely.executeQuery<Record<string, unknown>>(CompiledQuery.raw(text));
    const { result, width } = processTerminal();
    result(rows.length === 0 ? 'none\n' : render(rows, width));
  } finally {
    await database.close();
  }
}

function render(rows: readonly Record<string, unknown>[], width: number): string {
  const names = Object.keys(rows[0] ?? {});
  return columns([names, ...rows.map((row) => names.map((name) => shown(name, row[name])))], width);
}

/** Columns such as `at` and `seen_at` hold milliseconds since 1970, which a person cannot read. */
function shown(name: string, value: unknown): string {
  if (value === null || value === undefined) return '-';
  return /(^|_)(at|since)$/.test(name) ? new Date(Number(value)).toISOString() : String(value);
}
