import { Command, InvalidArgumentError, Option } from 'commander';
import type { z } from 'zod';
import { InputError } from '../../contracts/input-error.ts';
import { sessionCauseSchema } from '../../contracts/service-api.ts';
import { Workspaces } from '../../service/accounts/workspaces.ts';
import { Leases } from '../../service/leases/leases.ts';
import { Problem } from '../../service/problems.ts';
import { type WorkspaceId, workspaceId } from '../../service/session-ids.ts';
import type { ServiceDatabase, ServiceTables } from '../../service/tables.ts';
import { openDatabase, openDatabaseToRead } from '../../store/database/open-database.ts';
import { plural } from '../../words/text.ts';
import { databaseOption, existingDatabase } from '../options/service-database.ts';

interface RestoreOptions {
  all?: true;
  workspace?: string;
  code?: z.output<typeof sessionCauseSchema>;
  library?: string;
  waitsFor?: 'person' | 'backoff';
  database?: string;
}

/** `restore`: closes circuit breakers and ends backoffs in the database; the instances of the service start the sessions. */
export function restoreCommand(): Command {
  return new Command()
    .option('--all', 'all sessions that wait, or those that the other options leave of them')
    .option('--workspace <id>', 'only sessions of this workspace')
    .addOption(new Option('--code <code>', 'only sessions whose last failure had this code').argParser(causeOf))
    .option('--library <version>', 'only sessions that this version hosted last')
    .addOption(
      new Option(
        '--waits-for <what>',
        'only sessions that a person has to restore, or only those that start by themselves after their backoff',
      ).choices(['person', 'backoff']),
    )
    .addOption(databaseOption())
    .addHelpText(
      'after',
      `
Examples:
  wwebjs-canary restore --all
  wwebjs-canary restore --all --code start-timeout --waits-for person
  wwebjs-canary restore --all --library 1.34.7 --database mysql://canary:secret@db:3306/canary`,
    )
    .action(restore);
}

async function restore({ all, workspace: named, database: given, ...which }: RestoreOptions): Promise<void> {
  if (!all) throw new InputError('restore takes --all; the other options leave some of these sessions');
  const address = existingDatabase(given);
  // A database without sessions of this service is not made into one.
  await (await openDatabaseToRead(address)).close();
  const database = await openDatabase<ServiceTables>(address);
  try {
    const workspace = named === undefined ? undefined : await findWorkspace(database, named);
    const restored = await new Leases(database, 'restore').startAll({ ...which, workspace });
    console.log(`${plural(restored, 'session')} may start now.`);
  } finally {
    await database.close();
  }
}

/** @throws InputError where there is none: a wrong id would look like a workspace without sessions that wait. */
async function findWorkspace(database: ServiceDatabase, named: string): Promise<WorkspaceId> {
  const { id } = await new Workspaces(database).get(workspaceId(named)).catch((error) => {
    throw error instanceof Problem ? new InputError(`--workspace ${named}: there is no such workspace`) : error;
  });
  return id;
}

function causeOf(text: string): z.output<typeof sessionCauseSchema> {
  const { success, data } = sessionCauseSchema.safeParse(text);
  if (!success) throw new InvalidArgumentError('It has to be a cause of docs/service.md, such as start-timeout.');
  return data;
}
