import { openDatabase } from '../../../src/store/database/open-database.ts';

/** Opens the database of argv[2] and says which migrations it ran: the test starts several of these at the same moment. */
const database = await openDatabase(process.argv[2] ?? '');
process.stdout.write(JSON.stringify(database.migrated));
await database.close();
