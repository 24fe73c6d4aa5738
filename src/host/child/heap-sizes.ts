import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { LibraryPage } from './library-types.ts';

/** `Runtime.getHeapUsage`; Chromium 107 knows the first field only. */
interface HeapUsage {
  usedSize: number;
  /** Nodes of documents and other objects of the browser. */
  embedderHeapUsedSize?: number;
  /** The contents of array buffers and strings outside of the heap. */
  backingStorageSize?: number;
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

/** V8 takes the flag at any time; contexts that are made after it have the function. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  setFlagsFromString('--no-expose-gc');
}
