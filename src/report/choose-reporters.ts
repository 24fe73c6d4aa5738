import { accessSync, closeSync, constants, mkdirSync, openSync, rmSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { InputError } from '../contracts/input-error.ts';
import { nearWord } from '../contracts/near-word.ts';
import { type ReporterTarget, reporters, usageOf } from './reporters.ts';

export interface ChosenReporter {
  name: string;
  /** Absolute path; empty for a reporter that writes no file. */
  target: string;
}

/** Reporters by name, with what follows `name=`. */
type Kinds = Readonly<Record<string, { takes: ReporterTarget }>>;

/**
 * Reads `list,json=FILE,...` and makes sure that every target can be written, before anything is measured.
 *
 * @param kinds the reporters that there are; those of a run when left out.
 * @throws InputError naming the part that is wrong.
 */
export function chooseReporters(text: string, kinds: Kinds = reporters): ChosenReporter[] {
  const chosen = text.split(',').map((part) => parsePart(part.trim(), kinds));
  const targets = new Set<string>();
  for (const { name, target } of chosen) {
    const key = target || name;
    if (targets.has(key)) throw new InputError(`--reporter: ${target || name} is given twice`);
    targets.add(key);
    if (target) checkTarget(name, target, kinds);
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
  return { name, target: resolve(target) };
}

function checkTarget(name: string, target: string, kinds: Kinds): void {
  try {
    if (kinds[name]?.takes === 'DIR') {
      mkdirSync(target, { recursive: true });
      accessSync(target, constants.W_OK);
    } else {
      mkdirSync(dirname(target), { recursive: true });
      const isNew = statSync(target, { throwIfNoEntry: false }) === undefined;
      closeSync(openSync(target, 'a'));
      if (isNew) rmSync(target);
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === 'EISDIR' ? 'it is a folder' : `it cannot be written (${code})`;
    throw new InputError(`--reporter ${name}=${target}: ${why}`);
  }
}
