import { existsSync } from 'node:fs';
import { Option } from 'commander';
import { home } from '../../contracts/home.ts';
import { InputError } from '../../contracts/input-error.ts';

/** `--database` of the commands that work on the service's tables; the environment variable keeps the password out of `ps`. */
export function databaseOption(): Option {
  return new Option(
    '--database <address>',
    'database of the service, else the embedded store: mysql://user:password@host:3306/name or sqlite:/path/to/file',
  ).env('WWEBJS_CANARY_DATABASE');
}

/** The default database; accounts linked to a replica are kept apart from real ones. */
export function embeddedDatabase({ forReplica = false } = {}): string {
  return `sqlite:${home(forReplica ? 'replica-store.sqlite' : 'store.sqlite')}`;
}

/**
 * The database of the service for a command that works on what is in it. It has to exist: an empty one would look like a service
 * without links.
 *
 * @throws InputError when the named file does not exist.
 */
export function databaseToRead(address: string | undefined): string {
  if (address === undefined) return embeddedDatabase();
  const [, file] = /^sqlite:(.+)$/.exec(address) ?? [];
  if (file !== undefined && !existsSync(file)) {
    throw new InputError(`--database ${address}: there is no such file; name the one that \`serve\` works on`);
  }
  return address;
}

/**
 * As `databaseToRead`, where the embedded store has to exist too.
 *
 * @throws InputError when the file does not exist.
 */
export function existingDatabase(address: string | undefined): string {
  const found = databaseToRead(address);
  if (!found.startsWith('sqlite:') || existsSync(found.slice('sqlite:'.length))) return found;
  throw new InputError(`${found}: there is no such file; name the database of the service with --database`);
}
