import { parentPort, workerData } from 'node:worker_threads';
import { openDatabase } from '../../../src/store/database/open-database.ts';
import { claimWork, type WorkTables } from './claim-work.ts';

/**
 * An instance on a thread of its own, since SQLite blocks the thread that waits for another writer. For each message, which is a limit, it
 * takes work until there is none and answers with the ids, batch by batch.
 */
const { address, name } = workerData as { address: string; name: string };
const database = await openDatabase<WorkTables>(address);

parentPort?.on('message', async (limit: number | 'close') => {
  if (limit === 'close') {
    await database.close();
    parentPort?.close();
    return;
  }
  const batches: number[][] = [];
  do batches.push(await claimWork(database, name, limit));
  while (batches.at(-1)?.length);
  parentPort?.postMessage(batches);
});
parentPort?.postMessage('open');
