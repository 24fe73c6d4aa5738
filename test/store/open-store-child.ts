import { openStore } from '../../src/store/open-store.ts';

/** Opens the store of argv[2] and says which migrations it ran: the test starts several of these at the same moment. */
const store = await openStore(process.argv[2]);
process.stdout.write(JSON.stringify(store.migrated));
await store.close();
