import { Option } from 'commander';
import { home } from '../contracts/home.ts';

/** `--database` of the commands that work on the service's tables; the environment variable keeps the password out of `ps`. */
export function databaseOption(): Option {
  return new Option(
    '--database <address>',
    'database of the service, else the embedded store: mysql://user:password@host:3306/name or sqlite:/path/to/file',
  ).env('WWEBJS_CANARY_DATABASE');
}

/** The database where none is named; what is linked to a replica stays apart from real accounts. */
export function embeddedDatabase({ forReplica = false } = {}): string {
  return `sqlite:${home(forReplica ? 'replica-store.sqlite' : 'store.sqlite')}`;
}
