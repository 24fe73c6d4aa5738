import { Command, InvalidArgumentError, Option } from 'commander';
import { createKeySchema } from '../../contracts/service-api.ts';
import type { ApiScope } from '../../contracts/service-states.ts';
import { ApiKeys } from '../../service/http/keys/api-keys.ts';
import type { ServiceTables } from '../../service/tables.ts';
import { openDatabase } from '../../store/database/open-database.ts';
import { databaseOption, embeddedDatabase } from '../options/service-database.ts';

interface AddKeyOptions {
  database?: string;
  replica?: true;
  scope: ApiScope;
  first?: true;
}

/** `serve add-key`: creates the first key, so it needs write access to the database. */
export function addKeyCommand(): Command {
  return new Command('add-key')
    .description('make an API key and print it once')
    .argument('<name>', 'the user of the key', keyName)
    .addOption(databaseOption())
    .option('--replica', 'for a service that was started with --replica: it has a store of its own')
    .addOption(new Option('--scope <scope>', 'what the key may do').choices(['read', 'link', 'admin']).default('read'))
    .option('--first', 'make no key if a valid one exists: for set-ups that run repeatedly')
    .addHelpText('after', '\nExample:\n  wwebjs-canary serve add-key deploy-bot --scope link')
    .action(addKey);
}

async function addKey(name: string, { scope, database: address, replica, first }: AddKeyOptions): Promise<void> {
  const database = await openDatabase<ServiceTables>(address ?? embeddedDatabase({ forReplica: replica }));
  try {
    const keys = new ApiKeys(database);
    if (first && (await keys.any())) console.error('There is a key already; none was made.');
    else console.log((await keys.create(name, scope)).key);
  } finally {
    await database.close();
  }
}

function keyName(text: string): string {
  const parsed = createKeySchema.shape.name.safeParse(text);
  if (!parsed.success) throw new InvalidArgumentError('It has to be 1 to 200 characters.');
  return parsed.data;
}
