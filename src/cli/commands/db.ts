import { Command } from 'commander';
import { openStore } from '../../store/open-store.ts';
import { dbQueryCommand } from './db-query.ts';

/**
 * `db migrate`: brings the schema of the embedded store up to date, outside of any run; `db query`: queries the service's
 * tables.
 */
export function dbCommand(): Command {
  const db = new Command().addHelpText(
    'after',
    '\nExamples:\n  wwebjs-canary db migrate\n  wwebjs-canary db query sessions-needing-attention',
  );
  db.command('migrate')
    .description('migrate the schema of the embedded store (every command that opens it also does this)')
    .addHelpText(
      'after',
      '\nExamples:\n  wwebjs-canary db migrate\n  WWEBJS_CANARY_HOME=/srv/canary wwebjs-canary db migrate',
    )
    .action(async () => {
      const store = await openStore();
      await store.close();
      for (const name of store.migrated) console.log(`ran ${name}`);
      console.log(`${store.file}: the schema is up to date`);
    });
  db.addCommand(dbQueryCommand());
  return db;
}
