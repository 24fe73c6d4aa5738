import Module, { createRequire } from 'node:module';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { LibraryPage } from './library-types.ts';

const require = createRequire(import.meta.url);

/** `Runtime.getHeapUsage`; Chromium 107 knows the first field only. */
interface HeapUsage {
  usedSize: number;
  /** Nodes of documents and other objects of the browser. */
  embedderHeapUsedSize?: number;
  /** The contents of array buffers and strings outside of the heap. */
  backingStorageSize?: number;
}

/**
 * Gives memory that is not in use back to the machine. V8 keeps what the load of the library needed until memory runs out: measured, a third of
 * the memory of a host.
 */
export function giveBackMemory(): void {
  shrinkModuleTable();
  collectGarbage({ type: 'major', flavor: 'last-resort' });
}

/** What Node keeps of 600 files beside their code: measured, two megabytes. */
function shrinkModuleTable(): void {
  // Where files were found, which a later `require` finds out again.
  const { _pathCache: found = {} } = Module as unknown as { _pathCache?: Record<string, string> };
  for (const name of Object.keys(found)) delete found[name];
  // Files of one folder look for packages in the same folders: each has an equal list of its own.
  const lists = new Map<string, string[]>();
  for (const module of Object.values(require.cache)) {
    if (!module) continue;
    const list = lists.get(module.path) ?? module.paths;
    lists.set(module.path, list);
    module.paths = list;
  }
}

/** Bytes in use in this process after a garbage collection. */
export function hostHeap(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Bytes in use in the page after a garbage collection. */
export async function pageHeap(page: LibraryPage): Promise<number> {
  const session = await page.target().createCDPSession();
  try {
    await session.send('HeapProfiler.collectGarbage');
    const {
      usedSize,
      embedderHeapUsedSize = 0,
      backingStorageSize = 0,
    } = await session.send<HeapUsage>('Runtime.getHeapUsage');
    return usedSize + embedderHeapUsedSize + backingStorageSize;
  } finally {
    await session.detach();
  }
}

/**
 * V8 takes the flag at any time; contexts that are made after it have the function. Called without arguments it collects everything; called with
 * `undefined` it keeps the context of the call before.
 */
function collectGarbage(...how: [] | [{ type: 'major'; flavor: 'last-resort' }]): void {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')(...how);
  setFlagsFromString('--no-expose-gc');
}
