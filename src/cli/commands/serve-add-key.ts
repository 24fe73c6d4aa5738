import { Command, InvalidArgumentError, Option } from 'commander';
import { InputError } from '../../contracts/input-error.ts';
import { createKeySchema } from '../../contracts/service-api.ts';
import { methodRulesSchema } from '../../contracts/service-calls.ts';
import { type ApiScope, apiScopes } from '../../contracts/service-states.ts';
import { Workspaces } from '../../service/accounts/workspaces.ts';
import { ApiKeys } from '../../service/http/keys/api-keys.ts';
import { Problem } from '../../service/problems.ts';
import { type WorkspaceId, workspaceId } from '../../service/session-ids.ts';
import type { ServiceDatabase, ServiceTables } from '../../service/tables.ts';
import { openDatabase } from '../../store/database/open-database.ts';
import { databaseOption, embeddedDatabase } from '../options/service-database.ts';

interface AddKeyOptions {
  database?: string;
  replica?: true;
  scope: ApiScope;
  workspace?: string;
  allow?: string[];
  deny?: string[];
  first?: true;
}

/** `serve add-key`: creates the first key, so it needs write access to the database. */
export function addKeyCommand(): Command {
  return new Command('add-key')
    .description('make an API key and print it once')
    .argument('<name>', 'the user of the key', keyName)
    .addOption(databaseOption())
    .option('--replica', 'for a service that was started with --replica: it has a store of its own')
    .addOption(new Option('--scope <scope>', 'what the key may do').choices(apiScopes).default('read'))
    .option('--workspace <id>', 'the only workspace that the key reaches; without it, the key reaches all')
    .option(
      '--allow <methods>',
      'with the scope call: the only methods it may call and events it may follow, e.g. Client.sendMessage,Chat.*,event.message',
      methods,
    )
    .option(
      '--deny <methods>',
      'with the scope call: methods that it may not call and events that it may not follow',
      methods,
    )
    .option('--first', 'make no key if a valid one exists: for set-ups that run repeatedly')
    .addHelpText(
      'after',
      '\nExample:\n  wwebjs-canary serve add-key deploy-bot --scope link\n  wwebjs-canary serve add-key customer --scope link --workspace 0f8e6c1e-6a3c-4d0e-9d35-3f1f1c1b2a10',
    )
    .action(addKey);
}

async function addKey(
  name: string,
  { scope, workspace, allow, deny, database: address, replica, first }: AddKeyOptions,
): Promise<void> {
  const database = await openDatabase<ServiceTables>(address ?? embeddedDatabase({ forReplica: replica }));
  try {
    const keys = new ApiKeys(database);
    if (first && (await keys.any())) console.error('There is a key already; none was made.');
    else {
      const only = await foundWorkspace(database, workspace);
      const rules = allow || deny ? { ...(allow && { allow }), ...(deny && { deny }) } : null;
      console.log((await keys.create(name, scope, only, rules)).key);
    }
  } finally {
    await database.close();
  }
}

/** @throws InputError when there is no such workspace. */
async function foundWorkspace(database: ServiceDatabase, id: string | undefined): Promise<WorkspaceId | null> {
  if (id === undefined) return null;
  const found = await new Workspaces(database).get(workspaceId(id)).catch((error) => {
    if (error instanceof Problem) return null;
    throw error;
  });
  if (found === null) throw new InputError(`--workspace ${id}: there is no such workspace`);
  return found.id;
}

function methods(text: string): string[] {
  const names = text.split(',').map((name) => name.trim());
  const parsed = methodRulesSchema.shape.deny.safeParse(names);
  if (!parsed.success)
    throw new InvalidArgumentError(
      `"${names[Number(parsed.error.issues[0]?.path[0])]}" is no method such as Client.sendMessage or Chat.*, and no event such as event.message`,
    );
  return names;
}

function keyName(text: string): string {
  const parsed = createKeySchema.shape.name.safeParse(text);
  if (!parsed.success) throw new InvalidArgumentError('It has to be 1 to 200 characters.');
  return parsed.data;
}
