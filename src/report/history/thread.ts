import { parentPort } from 'node:worker_threads';
import { InputError } from '../../contracts/input-error.ts';
import { openStore, type Store } from '../../store/open-store.ts';
import { readHistory } from './read-history.ts';
import type { ThreadAnswer, ThreadQuestion } from './read-in-thread.ts';
import { readNewestRun } from './read-newest-run.ts';

async function answer(question: ThreadQuestion): Promise<ThreadAnswer> {
  const store = await openStore(question.file);
  try {
    return { read: await read(store, question) };
  } catch (error) {
    if (error instanceof InputError) return { refused: error.message };
    throw error;
  } finally {
    await store.close();
  }
}

function read(store: Store, asked: ThreadQuestion) {
  return asked.of === 'history' ? readHistory(store, asked.question, asked.now) : readNewestRun(store);
}

parentPort?.on('message', async (question: ThreadQuestion) => parentPort?.postMessage(await answer(question)));
