import { parentPort } from 'node:worker_threads';
import type { CanaryHistory } from '../../contracts/canary-history.ts';
import { cellKey } from '../../contracts/cell-key.ts';
import { InputError } from '../../contracts/input-error.ts';
import type { ServedMatrix } from '../../contracts/service-api.ts';
import { dataEnd } from '../../replica/builds/build-dates.ts';
import { openStoreToRead, type Store } from '../../store/open-store.ts';
import { whileReading } from '../../store/reading.ts';
import { type CellSummary, plannedSummary, withAttempt } from '../../words/cell-summary.ts';
import { readHistory } from './read-history.ts';
import type { StoreAnswer, StoreQuestion } from './read-in-thread.ts';

const dayMs = 86_400_000;

async function answer(question: StoreQuestion): Promise<StoreAnswer> {
  const store = await openStoreToRead(question.file);
  try {
    return { read: await whileReading(store.file, () => read(store, question)) };
  } catch (error) {
    if (error instanceof InputError) return { refused: error.message };
    throw error;
  } finally {
    await store.close();
  }
}

async function read(store: Store, asked: StoreQuestion): Promise<CanaryHistory | ServedMatrix> {
  return asked.of === 'history' ? readHistory(store, asked.question, asked.now) : readNewestRun(store);
}

parentPort?.on('message', async (question: StoreQuestion) => parentPort?.postMessage(await answer(question)));

/** The newest run of a store, cell by cell in the sequence of its plan. */
async function readNewestRun(store: Store): Promise<ServedMatrix> {
  const last = await store.runs.last();
  const date = dataEnd();
  const ageDays = Math.max(0, Math.floor((Date.now() - Date.parse(date)) / dayMs));
  const dataEnds = { date, ageDays };
  if (!last) return { dataEnds, run: null, cells: [] };
  const { id, startedAt, finishedAt } = last.run;
  const cells = new Map<string, CellSummary>();
  for (const planned of await store.plannedCells.ofRun(id)) cells.set(cellKey(planned.cell), plannedSummary(planned));
  for await (const { cell, attempt } of store.attempts.read({ runId: id })) {
    const summary = cells.get(cellKey(cell));
    if (summary) cells.set(cellKey(cell), withAttempt(summary, attempt));
  }
  const shown = [...cells.values()].map(({ cell, outcome, code, phase, cause, expectation, surprise }) => {
    return { ...cell, outcome, code, phase, cause, expectation, surprise };
  });
  return { dataEnds, run: { id, startedAt, finishedAt }, cells: shown };
}
