import { cpSync, globSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { ensureBrowser } from '../../src/browser/ensure-browser.ts';
import { isAttemptCode } from '../../src/codes/codes.ts';
import type { Attempt } from '../../src/contracts/attempt.ts';
import { parseYamlFile } from '../../src/contracts/yaml-file.ts';
import { ensureLibrary, type InstalledLibrary } from '../../src/library/ensure-library.ts';
import { resolveSurface } from '../../src/replica/builds/resolve-surface.ts';
import { loadFlow } from '../../src/runner/load-flow.ts';
import { runAttempt } from '../../src/runner/run-attempt.ts';

/** A fault to put into a copy of an installed library, and what finds it. */
const forkSchema = z.strictObject({
  patch: z.strictObject({
    file: z.string(),
    /** A text that is in the file once, as short as possible. */
    before: z.string(),
    insert: z.string(),
  }),
  found: z.strictObject({
    flow: z.string(),
    /** Each of them is a finding of this fault. */
    code: z.array(z.string().refine(isAttemptCode)).min(1),
    /** Within so many attempts. */
    attempts: z.int().positive(),
  }),
});
export type Fork = z.infer<typeof forkSchema>;

/** The mutants of the library itself, by name: the files of `forks/`. */
export const forks: Readonly<Record<string, Fork>> = Object.fromEntries(
  globSync('test/mutants/forks/*.yaml')
    .sort()
    .map((file) => [basename(file, '.yaml'), parseYamlFile(file, forkSchema)]),
);

/** A version that works on this build. */
const version = '1.34.7';
const build = '2.3000.1032534684';

/** What the attempts of a fork, or of the library itself, are made with. */
export interface Attempting {
  /** An empty folder: the fork lies in it, and the evidence. */
  folder: string;
  deadlineFactor?: number;
}

/**
 * Attempts a fork in the flow that finds it, until an attempt finds it or there were as many as its file grants.
 *
 * @returns all attempts; see `isFound`.
 */
export async function attemptFork(fork: Fork, attempting: Attempting): Promise<Attempt[]> {
  const installed = await ensureLibrary(version, console.log);
  const library = { ...installed, packageDir: makeFork(installed, fork, attempting.folder) };
  const attempts: Attempt[] = [];
  while (attempts.length < fork.found.attempts && !isFound(fork, attempts)) {
    attempts.push(await attempt(library, fork.found.flow, attempts.length + 1, attempting));
  }
  return attempts;
}

/** One attempt of the library as it is, in the flow that finds a fork. */
export async function attemptUnpatched(flow: string, attempting: Attempting): Promise<Attempt> {
  return attempt(await ensureLibrary(version, console.log), flow, 1, attempting);
}

export function isFound({ found }: Fork, attempts: readonly Attempt[]): boolean {
  return attempts.some(({ code }) => found.code.some((one) => one === code));
}

async function attempt(
  library: InstalledLibrary,
  flow: string,
  seed: number,
  { folder, deadlineFactor = 1 }: Attempting,
): Promise<Attempt> {
  const browser = await ensureBrowser('current', console.log);
  return runAttempt({
    id: `fork-${seed}`,
    seed,
    cell: { library: version, build, browser: browser.name, flow, condition: 'none', target: 'replica' },
    flow: await loadFlow(flow),
    library,
    browser,
    surface: resolveSurface(build),
    runFolder: folder,
    deadlineFactor,
  });
}

/** Copies the library into `folder`, with links to what it depends on, and patches the copy; returns its folder. */
function makeFork({ packageDir }: InstalledLibrary, { patch }: Fork, folder: string): string {
  const modules = join(folder, 'node_modules');
  const fork = join(modules, basename(packageDir));
  mkdirSync(modules);
  for (const name of readdirSync(dirname(packageDir))) {
    const installed = join(dirname(packageDir), name);
    if (installed === packageDir) cpSync(installed, fork, { recursive: true });
    else symlinkSync(installed, join(modules, name));
  }
  const file = join(fork, patch.file);
  const [head, tail, ...more] = readFileSync(file, 'utf8').split(patch.before);
  if (head === undefined || tail === undefined || more.length > 0)
    throw new Error(
      `"${patch.before}" has to be in ${patch.file} once, and is there ${more.length + (tail === undefined ? 0 : 1)} times`,
    );
  writeFileSync(file, `${head}${patch.insert}\n${patch.before}${tail}`);
  return fork;
}
