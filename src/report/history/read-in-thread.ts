import { extname } from 'node:path';
import type { CanaryHistory, HistoryQuestion } from '../../contracts/canary-history.ts';
import { home } from '../../contracts/home.ts';
import { InputError } from '../../contracts/input-error.ts';
import { KeptThread } from '../../contracts/kept-thread.ts';
import type { ServedMatrix } from '../../contracts/service-api.ts';
import { historyWindow } from './history-window.ts';

/** `file` is the store, `now` in milliseconds since 1970. */
export type StoreQuestion =
  | { of: 'history'; file: string; question: HistoryQuestion; now: number }
  | { of: 'newest-run'; file: string };

export type StoreAnswer = { read: CanaryHistory | ServedMatrix } | { refused: string };

const thread = new KeptThread<StoreQuestion, StoreAnswer>(
  new URL(`./thread${extname(import.meta.url)}`, import.meta.url),
);
const underWay = new Map<string, Promise<CanaryHistory | ServedMatrix>>();

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
 * SQLite answers synchronously, and the calling process may have leases to renew. Callers with the same pending question share its answer.
 */
function inTurn(of: unknown[], read: () => Promise<CanaryHistory | ServedMatrix>) {
  const key = JSON.stringify(of);
  const same = underWay.get(key);
  if (same) return same;
  const mine = read().finally(() => underWay.delete(key));
  underWay.set(key, mine);
  return mine;
}

async function ask(question: StoreQuestion): Promise<CanaryHistory | ServedMatrix> {
  const answer = await thread.ask(question);
  if ('refused' in answer) throw new InputError(answer.refused);
  return answer.read;
}
