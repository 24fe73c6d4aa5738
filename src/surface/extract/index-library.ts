import type { Awaited, Need, Needs, UnsetGlobal } from '../../contracts/needs.ts';
import type { Face } from '../../contracts/surface.ts';
import { knownFaultsOf } from '../known-faults.ts';
import type { KeyRead, LibraryIndex } from '../library-index.ts';
import { keyReadsInNode } from './key-reads.ts';
import { type LibraryCode, readLibraryCode } from './library-code.ts';
import { publicMethods } from './public-methods.ts';
import { readLibrary } from './read-library.ts';
import { refusedCalls } from './refused-calls.ts';
import { readEvents } from './type-definitions.ts';
import { unsetFields } from './unset-fields.ts';
import { walk } from './walk.ts';

/**
 * Parses a library and reads it once for each face of the page.
 * @param packageDir `…/node_modules/whatsapp-web.js`
 * @throws InputError when it is not a folder of whatsapp-web.js
 */
export function indexLibrary(packageDir: string): LibraryIndex {
  const code = readLibraryCode(packageDir);
  const comet = readLibrary(code, 'comet');
  const webpack = readLibrary(code, 'webpack');
  const pageFunctions = [...comet.pageFunctions, ...webpack.pageFunctions];
  return {
    needs: {
      schemaVersion: 1,
      library: code.version,
      needs: joinFaces<Need>(comet.needs, webpack.needs),
      awaited: joinFaces<Awaited>(comet.awaited, webpack.awaited),
      unsetGlobals: joinFaces<UnsetGlobal>(comet.unsetGlobals, webpack.unsetGlobals),
      messageKeyFields: messageKeyFields(code),
    },
    files: [...code.files.keys()],
    functions: code.functions.map(({ name, file, node }) => ({
      name,
      file: file.path,
      line: file.position(node.start).line,
    })),
    pageFunctions: [...new Map(pageFunctions.map((entry) => [JSON.stringify(entry), entry])).values()],
    takenApart: takenApart(code),
    publicMethods: publicMethods(packageDir, code),
    publicEvents: readEvents(packageDir),
    loads: loads(code),
    keyReads: firstReads([...keyReadsInNode(code), ...comet.keyReads]),
    faults: [...unsetFields(code), ...refusedCalls(code), ...knownFaultsOf(code)],
  };
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

function takenApart(code: LibraryCode): LibraryIndex['takenApart'] {
  const found: LibraryIndex['takenApart'] = [];
  for (const file of code.files.values()) {
    walk(file.program, (node) => {
      if (node.type !== 'VariableDeclarator' || node.id.type !== 'ObjectPattern' || !node.init) return;
      const source = file.source(node.init).replace(/^await /, '');
      found.push({ file: file.path, line: file.position(node.start).line, source });
    });
  }
  return found;
}

/** The first read of each field at each stage. */
function firstReads(reads: readonly KeyRead[]): KeyRead[] {
  return reads.filter(
    (each, i) => reads.findIndex(({ stage, field }) => stage === each.stage && field === each.field) === i,
  );
}

/** Modules whose bundle the library's own page code brings: the names in `requireLazy([...])` and in `require('XLoadable').requireBundle()`. */
function loads(code: LibraryCode): string[] {
  const found = new Set<string>();
  for (const file of code.files.values()) {
    walk(file.program, (node) => {
      if (node.type !== 'CallExpression') return;
      const callee = file.text.slice(node.callee.start, node.callee.end);
      if (/(?:^|\.)requireLazy$/.test(callee) && node.arguments[0]?.type === 'ArrayExpression') {
        for (const each of node.arguments[0].elements) {
          if (each?.type === 'Literal' && typeof each.value === 'string') found.add(each.value);
        }
      }
      const loadable = /require\(\s*['"](\w+Loadable)['"]\s*\)\s*\.requireBundle$/.exec(callee)?.[1];
      if (loadable) found.add(loadable);
    });
  }
  return [...found].sort();
}

/** Where the library reads the text form of a message key, a field whose name has changed between builds. */
function messageKeyFields(code: LibraryCode): Needs['messageKeyFields'] {
  const found = new Map<string, Needs['messageKeyFields'][number]>();
  for (const file of code.files.values()) {
    walk(file.program, (node) => {
      if (node.type !== 'MemberExpression') return;
      const field = node.property.type === 'Identifier' ? node.property.name : file.source(node.property).slice(1, -1);
      if ((field !== '_serialized' && field !== '$1') || found.has(field)) return;
      found.set(field, { field, file: file.path, line: file.position(node.property.start).line });
    });
  }
  return [...found.values()];
}
