import { parentPort, workerData } from 'node:worker_threads';
import type { AskedStatement, StatementAnswer } from './open-in-thread.ts';
import { openHere, type SqliteFile } from './sqlite-file.ts';

/** The thread of one SQLite file, whose name is in `workerData`. It answers in the order of the questions. */
let file: SqliteFile | undefined;

async function answer({ sql, parameters }: AskedStatement): Promise<StatementAnswer> {
  try {
    file ??= openHere(workerData);
    if (parameters) return { result: await file.run(sql, parameters) };
    await file.runAll(sql);
    return { result: { rows: [] } };
  } catch (error) {
    // A clone of an error keeps its message and loses SQLite's result code.
    const { message, code, errcode } = error as Error & { code?: string; errcode?: number };
    return { error: { message, code, errcode } };
  }
}

parentPort?.on('message', async (question: AskedStatement | 'close') => {
  if (question !== 'close') return parentPort?.postMessage(await answer(question));
  await file?.close();
  parentPort?.close();
});
