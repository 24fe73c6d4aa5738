import { once } from 'node:events';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { CanaryHistory, HistoryQuestion } from '../../contracts/canary-history.ts';
import { home } from '../../contracts/home.ts';
import { InputError } from '../../contracts/input-error.ts';
import type { ServedMatrix } from '../../contracts/service-api.ts';
import { historyWindow } from './history-window.ts';

/** `file` is the store, `now` in milliseconds since 1970. */
export type StoreQuestion =
  | { of: 'history'; file: string; question: HistoryQuestion; now: number }
  | { of: 'newest-run'; file: string };

export type StoreAnswer = { read: CanaryHistory | ServedMatrix } | { refused: string };

const threadFile = new URL(`./thread${extname(import.meta.url)}`, import.meta.url);

const underWay = new Map<string, Promise<CanaryHistory | ServedMatrix>>();
let last: Promise<unknown> = Promise.resolve();

/** A thread takes about half a second of a CPU to start, and a person who looks once looks again with another choice. */
const keptMs = 60_000;
let thread: Worker | undefined;
let idle: NodeJS.Timeout | undefined;

/**
 * `readHistory` of this machine's store in a separate thread.
 *
 * @throws InputError as `readHistory` does.
 */
export async function readHistoryInThread(question: HistoryQuestion): Promise<CanaryHistory> {
  // A wrong window is reported without a thread.
  historyWindow(question.window, Date.now());
  const file = home('store.sqlite');
  const read = inTurn([file, question], () => ask({ of: 'history', file, question, now: Date.now() }));
  return read as Promise<CanaryHistory>;
}

/** `readNewestRun` of this machine's store in a separate thread. */
export function readNewestRunInThread(): Promise<ServedMatrix> {
  const file = home('store.sqlite');
  return inTurn([file], () => ask({ of: 'newest-run', file })) as Promise<ServedMatrix>;
}

/**
 * SQLite answers synchronously, and the calling process may have leases to renew. One question at a time; callers with the same
 * pending question share its answer.
 */
function inTurn<Read extends CanaryHistory | ServedMatrix>(of: unknown[], read: () => Promise<Read>) {
  const key = JSON.stringify(of);
  const same = underWay.get(key);
  if (same) return same;
  const mine = last.then(read).finally(() => underWay.delete(key));
  underWay.set(key, mine);
  last = mine.catch(() => {});
  return mine;
}

async function ask(question: StoreQuestion): Promise<CanaryHistory | ServedMatrix> {
  clearTimeout(idle);
  thread ??= new Worker(threadFile, { execArgv: [] });
  try {
    thread.ref();
    thread.postMessage(question);
    const [answer] = (await once(thread, 'message')) as [StoreAnswer];
    if ('refused' in answer) throw new InputError(answer.refused);
    return answer.read;
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
