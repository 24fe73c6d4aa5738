import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Trace, traceFile, traceSchema } from '../contracts/trace.ts';

/** The trace in the folder of an attempt; null when there is none, or another version of this program wrote it. */
export function readTrace(folder: string): Trace | null {
  try {
    return traceSchema.parse(JSON.parse(readFileSync(join(folder, traceFile), 'utf8')));
  } catch {
    // A report without it is still correct: it shows the events.
    return null;
  }
}

/** The files that a trace consists of, relative to the folder of the attempt; without the screenshot of the failure, which has a name of its own. */
export function filesOfTrace(folder: string): string[] {
  const trace = readTrace(folder);
  if (!trace) return [];
  const names = trace.snapshots.flatMap(({ dom, screenshot }) => [dom, screenshot]);
  const own = names.filter((name): name is string => name?.startsWith('trace/') === true);
  return [traceFile, ...new Set(own)];
}
