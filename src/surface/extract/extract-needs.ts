import { realpathSync } from 'node:fs';
import type { Awaited, Need, Needs } from '../../contracts/needs.ts';
import type { Face } from '../../contracts/surface.ts';
import { type LibraryCode, readLibraryCode } from './library-code.ts';
import { type PageFunction, readLibrary } from './read-library.ts';

/** A library's needs together with its parsed code, for those who look up lines of it. */
export interface ReadLibrary {
  code: LibraryCode;
  needs: Needs;
  pageFunctions: PageFunction[];
}

const cache = new Map<string, ReadLibrary>();

/**
 * What a library needs from the page, read from its own source.
 * @param packageDir `…/node_modules/whatsapp-web.js`
 * @throws InputError when it is not a folder of whatsapp-web.js
 */
export function extractNeeds(packageDir: string): Needs {
  return readLibraryOnce(packageDir).needs;
}

/** Same as `extractNeeds`, with the code. Kept by path for the life of the process. */
export function readLibraryOnce(packageDir: string): ReadLibrary {
  let key = packageDir;
  try {
    key = realpathSync(packageDir);
  } catch {
    // a path that does not exist is told by readLibraryCode
  }
  const known = cache.get(key);
  if (known) return known;
  const code = readLibraryCode(packageDir);
  const comet = readLibrary(code, 'comet');
  const webpack = readLibrary(code, 'webpack');
  const read: ReadLibrary = {
    code,
    needs: {
      schemaVersion: 1,
      library: code.version,
      needs: joinFaces<Need>(comet.needs, webpack.needs),
      awaited: joinFaces<Awaited>(comet.awaited, webpack.awaited),
    },
    pageFunctions: [
      ...new Map([...comet.pageFunctions, ...webpack.pageFunctions].map((entry) => [entry.node, entry])).values(),
    ],
  };
  cache.set(key, read);
  return read;
}

function joinFaces<T extends { faces: Face[] }>(comet: Omit<T, 'faces'>[], webpack: Omit<T, 'faces'>[]): T[] {
  const joined = new Map<string, T>();
  for (const [face, entries] of [
    ['comet', comet],
    ['webpack', webpack],
  ] as const) {
    for (const entry of entries) {
      const key = JSON.stringify(entry);
      const known = joined.get(key);
      if (!known) joined.set(key, { ...entry, faces: [face] } as T);
      else if (!known.faces.includes(face)) known.faces.push(face);
    }
  }
  return [...joined.values()];
}
