import { closeSync, openSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { blobAt, isBlobAddress } from '../blobs/blob-at.ts';
import { InputError } from '../contracts/input-error.ts';
import { makeFolder } from '../contracts/make-folder.ts';
import { nearWord } from '../contracts/near-word.ts';
import { type ReporterTraits, reporters, usageOf } from './reporters.ts';
import { standardOutput, writtenFirst } from './write-report-file.ts';

export interface ChosenReporter {
  name: string;
  /** Absolute path, the address of a blob in S3, `-` for standard output, or empty for a reporter that shows its result in the terminal. */
  target: string;
}

/** Reporters by name, with what follows `name=`. */
type Kinds = Readonly<Record<string, ReporterTraits>>;

/**
 * Parses `list,json=FILE,...` and checks that every target is writable, before anything is measured.
 *
 * @param kinds the available reporters; those of a run when left out.
 * @throws InputError naming the wrong part.
 */
export function chooseReporters(text: string, kinds: Kinds = reporters): ChosenReporter[] {
  const chosen = text.split(',').map((part) => parsePart(part.trim(), kinds));
  const targets = new Set<string>();
  for (const { name, target } of chosen) {
    const key = target || name;
    if (targets.has(key)) throw new InputError(`--reporter: ${target || name} is given twice`);
    targets.add(key);
    if (target !== '' && target !== standardOutput) checkTarget(name, target, kinds);
  }
  const onOutput = chosen.filter(({ name, target }) =>
    target === '' ? !kinds[name]?.besideProgress : target === standardOutput,
  );
  if (onOutput.length > 1) {
    const names = onOutput.map(({ name, target }) => (target === '' ? name : `${name}=${target}`)).join(' and ');
    throw new InputError(`--reporter: ${names} would both write to standard output: give one of them a file`);
  }
  return chosen;
}

function parsePart(part: string, kinds: Kinds): ChosenReporter {
  const equals = part.indexOf('=');
  const name = equals < 0 ? part : part.slice(0, equals);
  const target = equals < 0 ? '' : part.slice(equals + 1);
  const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
  if (!kind) {
    const meant = nearWord(name, Object.keys(kinds));
    throw new InputError(
      `--reporter: there is no reporter "${name}"${meant ? `, did you mean "${meant}"?` : ''}; there are ${usageOf(kinds)}`,
    );
  }
  if (kind.takes === null) {
    if (equals >= 0) throw new InputError(`--reporter: ${name} writes to the terminal and takes no "=${target}"`);
    return { name, target: '' };
  }
  if (target === '') throw new InputError(`--reporter: ${name} needs a target: ${name}=${kind.takes}`);
  if (isBlobAddress(target) && kind.isBlob) return { name, target };
  if (target !== standardOutput) return { name, target: resolve(target) };
  if (kind.takes === 'DIR')
    throw new InputError(`--reporter: ${name} writes a folder and cannot write to standard output`);
  return { name, target };
}

/** Writes what the reporter will write first, and removes it: what cannot be written is refused before anything is measured. */
function checkTarget(name: string, target: string, kinds: Kinds): void {
  if (isBlobAddress(target)) {
    blobAt(`--reporter ${name}`, target, process.env);
    return;
  }
  const file = kinds[name]?.takes === 'DIR' ? join(target, 'index.html') : target;
  try {
    makeFolder(dirname(file));
    const written = writtenFirst(file);
    closeSync(openSync(written, 'a'));
    if (written !== file) rmSync(written);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === 'EISDIR' ? 'it is a folder' : `it cannot be written (${code})`;
    throw new InputError(`--reporter ${name}=${target}: ${why}`);
  }
}
