import { once } from 'node:events';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { CanaryHistory, HistoryQuestion } from '../../contracts/canary-history.ts';
import { home } from '../../contracts/home.ts';
import { InputError } from '../../contracts/input-error.ts';
import { historyWindow } from './history-window.ts';

export interface ThreadQuestion {
  /** The store. */
  file: string;
  question: HistoryQuestion;
  /** Milliseconds since 1970. */
  now: number;
}

export type ThreadAnswer = { history: CanaryHistory } | { refused: string };

const threadFile = new URL(`./thread${extname(import.meta.url)}`, import.meta.url);

const underWay = new Map<string, Promise<CanaryHistory>>();
let last: Promise<unknown> = Promise.resolve();

/** A thread takes about half a second of a CPU to start, and who has looked once looks again with another choice. */
const keptMs = 60_000;
let thread: Worker | undefined;
let idle: NodeJS.Timeout | undefined;

/**
 * `readHistory` of this machine's store in a separate thread: SQLite answers synchronously, and the calling process may have
 * leases to renew. One question at a time; callers with the same pending question share its answer.
 *
 * @throws InputError as `readHistory` does.
 */
export async function readHistoryInThread(question: HistoryQuestion): Promise<CanaryHistory> {
  // A wrong window is reported without a thread.
  historyWindow(question.window, Date.now());
  const file = home('store.sqlite');
  const key = JSON.stringify([file, question]);
  const same = underWay.get(key);
  if (same) return same;
  const mine = last.then(() => ask({ file, question, now: Date.now() })).finally(() => underWay.delete(key));
  underWay.set(key, mine);
  last = mine.catch(() => {});
  return mine;
}

async function ask(question: ThreadQuestion): Promise<CanaryHistory> {
  clearTimeout(idle);
  thread ??= new Worker(threadFile, { execArgv: [] });
  try {
    thread.ref();
    thread.postMessage(question);
    const [answer] = (await once(thread, 'message')) as [ThreadAnswer];
    if ('refused' in answer) throw new InputError(answer.refused);
    return answer.history;
  } catch (error) {
    if (!(error instanceof InputError)) endThread();
    throw error;
  } finally {
    thread?.unref();
    idle = setTimeout(endThread, keptMs).unref();
  }
}

function endThread(): void {
  void thread?.terminate();
  thread = undefined;
}
