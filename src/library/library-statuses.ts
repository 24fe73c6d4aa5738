import type { LibraryStatus } from '../contracts/library-list.ts';
import { absent } from '../install/make-folder-once.ts';
import { whatIsWrongWith, whereInstalled } from './ensure-library.ts';
import { listLibraryLocks } from './library-lock.ts';

/**
 * Every library that has a lockfile, and the state of its installation. `thorough` reads every installed file; otherwise
 * the library's own files are read, and only the sizes of the others.
 */
export async function libraryStatuses(thorough: boolean): Promise<LibraryStatus[]> {
  const statuses: LibraryStatus[] = [];
  for (const lock of listLibraryLocks()) {
    const library = whereInstalled(lock);
    const wrong = await whatIsWrongWith(library, thorough ? 'contents' : 'sizes');
    const { label, version, integrity, root, source } = library;
    statuses.push({
      label,
      version,
      integrity,
      source,
      lockHash: lock.hash,
      lockFolder: lock.folder,
      packages: lock.packages,
      state: wrong === null ? 'installed' : wrong === absent ? 'not-installed' : 'damaged',
      problem: wrong === absent ? null : wrong,
      root,
    });
  }
  return statuses;
}
