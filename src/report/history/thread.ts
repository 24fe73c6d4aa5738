import { parentPort } from 'node:worker_threads';
import { InputError } from '../../contracts/input-error.ts';
import { openStore } from '../../store/open-store.ts';
import { readHistory } from './read-history.ts';
import type { ThreadAnswer, ThreadQuestion } from './read-history-in-thread.ts';

async function answer({ file, question, now }: ThreadQuestion): Promise<ThreadAnswer> {
  const store = await openStore(file);
  try {
    return { history: await readHistory(store, question, now) };
  } catch (error) {
    if (error instanceof InputError) return { refused: error.message };
    throw error;
  } finally {
    await store.close();
  }
}

parentPort?.on('message', async (question: ThreadQuestion) => parentPort?.postMessage(await answer(question)));
