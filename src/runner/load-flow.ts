import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, extname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Cell } from '../contracts/attempt.ts';
import { InputError } from '../contracts/input-error.ts';
import { nearWord } from '../contracts/near-word.ts';
import type { Target } from '../contracts/outcome.ts';
import { sha256 } from '../contracts/sha256.ts';
import type { Flow } from './flow.ts';
import { loadUserFlow } from './user-flow.ts';

/** In the package they are compiled, as this file is. */
const canaries = join(import.meta.dirname, '../../canaries');
const fileEndings = ['.ts', '.mts', '.js', '.mjs'];

/** Names of the flows that come with the project. @param folder `live` for those of the live site. */
export function flowNames(folder: '' | 'live' = ''): string[] {
  const files = readdirSync(join(canaries, folder)).filter((file) => fileEndings.includes(extname(file)));
  return files.map((file) => basename(file, extname(file))).sort();
}

/**
 * Loads a flow by its name or from a file of the user.
 *
 * @param spec a name of `flowNames()`, or a path that ends in `.ts`, `.mts`, `.js` or `.mjs`.
 * @throws InputError when there is no such flow, or its file cannot be loaded, or it defines none.
 */
export async function loadFlow(spec: string, target: Target = 'replica'): Promise<Flow> {
  if (target === 'live') return loadLiveFlow(spec);
  if (!fileEndings.includes(extname(spec))) {
    const { default: flow } = await import(pathToFileURL(canaryFile(spec, '')).href);
    return flow;
  }
  const file = resolve(spec);
  if (!existsSync(file)) throw new InputError(`--flow ${spec}: there is no file ${file}`);
  return loadUserFlow(spec, file);
}

/**
 * The SHA-256 of the file of a user's flow, without what that file imports; undefined for a flow that comes with the project, and where
 * there is no file.
 */
export function hashOfFlow({ flow, target }: Pick<Cell, 'flow' | 'target'>): string | undefined {
  if (target === 'live' || !fileEndings.includes(extname(flow)) || !existsSync(resolve(flow))) return undefined;
  return sha256(readFileSync(resolve(flow)));
}

/** @throws InputError for a flow that has no form of its own for the live site: any other could harm an account. */
async function loadLiveFlow(spec: string): Promise<Flow> {
  const names = flowNames('live');
  if (!names.includes(spec))
    throw new InputError(`--flow ${spec}: on the live site only these flows are attempted: ${names.join(', ')}`);
  return (await import(pathToFileURL(canaryFile(spec, 'live')).href)).default;
}

function canaryFile(name: string, folder: '' | 'live'): string {
  const names = flowNames(folder);
  if (!names.includes(name)) {
    const meant = nearWord(name, names);
    const hint = meant
      ? `did you mean "${meant}"?`
      : `there are ${names.join(', ')}, or give the path of a .ts or .js file`;
    throw new InputError(`--flow ${name}: there is no such flow; ${hint}`);
  }
  const endings = fileEndings.map((ending) => join(canaries, folder, name + ending));
  return endings.find((file) => existsSync(file)) as string;
}
