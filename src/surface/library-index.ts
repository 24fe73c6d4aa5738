import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { home } from '../contracts/home.ts';
import { InputError, TroubleError } from '../contracts/input-error.ts';
import { makeFolder } from '../contracts/make-folder.ts';
import type { NeedStage, Needs } from '../contracts/needs.ts';

/** The stored analysis of a library's source: needs, and the places that stack frames point to. */
export interface LibraryIndex {
  needs: Needs;
  /** Source files, relative to the package. */
  files: string[];
  /** Methods and named functions that run in Node, e.g. `Client.inject`. */
  functions: { name: string; file: string; line: number }[];
  pageFunctions: PageFunction[];
  /** Results that Node code destructures at once: `const { failed } = await this.authStrategy.onAuthenticationNeeded()`. */
  takenApart: { file: string; line: number; source: string }[];
  publicMethods: PublicMethod[];
  /** Events of the client in the library's type definitions, e.g. `message_ack`. */
  publicEvents: string[];
  /** Lazy modules, and loaders of such, that the library's page code requests. */
  loads: string[];
  keyReads: KeyRead[];
  faults: OwnFault[];
}

/** Code of the library's own by which a method fails each time that it runs, although every name that it needs is there. */
export interface OwnFault {
  /** The method in which it stands: `Client.deleteChannel` */
  method: string;
  why: string;
  file: string;
  line: number;
  /** The entry of the known faults that says on which builds it fails; absent where it fails on all. */
  known?: string;
}

/** A read of the text of a message key in a field that not every build has. */
export interface KeyRead {
  stage: NeedStage;
  /** `_serialized` or `$1` */
  field: string;
  file: string;
  line: number;
}

/** A method of the library's type definitions. */
export interface PublicMethod {
  /** `Message.reply` */
  name: string;
  /** False when the source has no method of that name. */
  isThere: boolean;
  /** The methods that it calls in Node, also by way of others, itself included. */
  leadsTo: string[];
}

/** A function that the library sends to the page, and where it does so. Lines and columns count from 1. */
export interface PageFunction {
  file: string;
  startLine: number;
  startColumn: number;
  endLine: number;
  /** From the line on which the whole call begins to the line of the word `evaluate`. */
  call: { file: string; startLine: number; line: number };
}

const folder = dirname(fileURLToPath(import.meta.url));
const extension = extname(import.meta.url);
const known = new Map<string, LibraryIndex>();

/**
 * The index of a library, created once per content and stored in the home folder. Creating it blocks for about half a second.
 * @param packageDir `…/node_modules/whatsapp-web.js`
 * @throws InputError when it is not a folder of whatsapp-web.js
 */
export function libraryIndex(packageDir: string): LibraryIndex {
  const cached = known.get(packageDir);
  if (cached) return cached;
  const kept = home('library-index', `${contentHash(packageDir)}.json`);
  const text = existsSync(kept) ? readFileSync(kept, 'utf8') : makeIndex(packageDir, kept);
  const index = JSON.parse(text) as LibraryIndex;
  known.set(packageDir, index);
  return index;
}

/** A hash of the library's source and of the code that reads it, so that an index of older code is not used. */
function contentHash(packageDir: string): string {
  const hash = createHash('sha256');
  for (const [cwd, pattern] of [
    [packageDir, '{package.json,src/**/*.js}'],
    [folder, `{extract/*,known-faults}${extension}`],
  ] as const) {
    for (const file of globSync(pattern, { cwd }).sort()) hash.update(file).update(readFileSync(join(cwd, file)));
  }
  return hash.digest('hex').slice(0, 32);
}

function makeIndex(packageDir: string, kept: string): string {
  const script = join(folder, 'extract', `index-library-main${extension}`);
  const { stdout, stderr, status, error } = spawnSync(process.execPath, [script, packageDir], {
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
  });
  if (status !== 0) {
    const mistake = /InputError: (.*)/.exec(stderr ?? '')?.[1];
    if (mistake) throw new InputError(mistake);
    throw new TroubleError(`the source of ${packageDir} cannot be read: ${error?.message ?? stderr.trim()}`);
  }
  try {
    makeFolder(dirname(kept));
    const temporary = `${kept}.${process.pid}`;
    writeFileSync(temporary, stdout);
    renameSync(temporary, kept);
  } catch {
    // An index that cannot be stored is created again next time.
  }
  return stdout;
}
