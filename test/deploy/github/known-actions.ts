import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, globSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';

/** What lies outside of a job: the repository, the artifacts of the run, and the caches of the repository. */
export interface Forge {
  repository: string;
  artifacts: string;
  caches: string;
}

interface Call {
  inputs: Readonly<Record<string, string>>;
  workspace: string;
  ref: string;
  forge: Forge;
}

/** What the actions of other projects do that a job here uses, with folders in place of the servers of GitHub. */
export const knownActions: Readonly<Record<string, (call: Call) => Record<string, string>>> = {
  'actions/checkout': ({ inputs, workspace, ref, forge }) => {
    const depth = inputs['fetch-depth'] ?? '1';
    const git = (...args: string[]) => execFileSync('git', args, { cwd: workspace, stdio: 'pipe' });
    git('init', '--quiet', '.');
    git('fetch', '--quiet', ...(depth === '0' ? [] : [`--depth=${depth}`]), `file://${forge.repository}`, ref);
    git('checkout', '--quiet', 'FETCH_HEAD');
    return {};
  },
  'actions/setup-node': () => ({}),
  'actions/cache/restore': ({ inputs, workspace, forge }) => {
    const prefixes = [inputs.key ?? '', ...lines(inputs['restore-keys'])];
    const kept = readdirSync(forge.caches).sort((a, b) => madeAt(forge.caches, b) - madeAt(forge.caches, a));
    const key = prefixes
      .map((prefix) => kept.find((name) => name.startsWith(prefix)))
      .find((name) => name !== undefined);
    if (key === undefined) return {};
    for (const path of lines(inputs.path)) {
      const from = join(forge.caches, key, nameOf(workspace, path));
      if (existsSync(from)) keep(from, path);
    }
    return { 'cache-matched-key': key, 'cache-hit': String(key === inputs.key) };
  },
  'actions/cache/save': ({ inputs, workspace, forge }) => {
    const { key = '' } = inputs;
    if (existsSync(join(forge.caches, key))) throw new Error(`cache ${key} is there already`);
    const found = lines(inputs.path).filter(existsSync);
    if (found.length === 0) throw new Error(`there is nothing to keep as ${key}`);
    mkdirSync(join(forge.caches, key));
    for (const path of found) keep(path, join(forge.caches, key, nameOf(workspace, path)));
    return {};
  },
  'actions/upload-artifact': ({ inputs, workspace, forge }) => {
    const target = join(forge.artifacts, inputs.name ?? 'artifact');
    if (existsSync(target) && inputs.overwrite !== 'true') throw new Error(`artifact ${inputs.name} is there already`);
    const files = lines(inputs.path).flatMap((path) => filesOf(workspace, path));
    if (files.length === 0 && inputs['if-no-files-found'] === 'error') throw new Error('no file was found');
    for (const [file, name] of files) cpSync(file, join(target, name));
    return {};
  },
  'actions/download-artifact': ({ inputs, workspace, forge }) => {
    const target = resolve(workspace, inputs.path ?? '.');
    const found = globSync(inputs.name ?? inputs.pattern ?? '*', { cwd: forge.artifacts });
    if (inputs.name !== undefined && found.length === 0) throw new Error(`there is no artifact ${inputs.name}`);
    const isFlat = inputs.name !== undefined || inputs['merge-multiple'] === 'true';
    mkdirSync(target, { recursive: true });
    for (const name of found)
      cpSync(join(forge.artifacts, name), isFlat ? target : join(target, name), { recursive: true });
    return {};
  },
};

/** Files of a folder are linked in place of copied: what is installed is never changed, and takes hundreds of MB. */
function keep(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  if (statSync(from).isDirectory()) execFileSync('cp', ['-a', '--link', '-T', from, to]);
  else cpSync(from, to);
}

function lines(text = ''): string[] {
  return text.split('\n').flatMap((line) => line.trim() || []);
}

function madeAt(folder: string, name: string): number {
  return statSync(join(folder, name)).birthtimeMs;
}

/** A cache holds absolute paths; on GitHub the workspace of every job has the same. */
const nameOf = (workspace: string, path: string) => path.replace(workspace, 'workspace').replaceAll('/', '%');

/** The files that a path or pattern names, each with its name in the artifact. */
function filesOf(workspace: string, path: string): [string, string][] {
  const full = resolve(workspace, path);
  if (!existsSync(full))
    return globSync(path, { cwd: workspace }).map((name) => [join(workspace, name), basename(name)]);
  if (!statSync(full).isDirectory()) return [[full, basename(full)]];
  const entries = readdirSync(full, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return entries.map(({ parentPath, name }) => [join(parentPath, name), relative(full, join(parentPath, name))]);
}
