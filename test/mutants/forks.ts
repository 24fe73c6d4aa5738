import { cpSync, globSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { ensureBrowser } from '../../src/browser/ensure-browser.ts';
import { isAttemptCode } from '../../src/codes/codes.ts';
import type { Attempt, Cell } from '../../src/contracts/attempt.ts';
import { parseYamlFile } from '../../src/contracts/yaml-file.ts';
import { ensureLibrary, type InstalledLibrary } from '../../src/library/ensure-library.ts';
import { resolveSurface } from '../../src/replica/builds/resolve-surface.ts';
import { deadlineFactor } from '../../src/runner/deadlines.ts';
import { loadFlow } from '../../src/runner/load-flow.ts';
import { runAttempt } from '../../src/runner/run-attempt.ts';
import { judgeMutant, surprisesIn } from './judge-mutant.ts';

/** A fault to put into a copy of an installed library, and what finds it. */
const forkSchema = z.strictObject({
  patch: z.strictObject({
    file: z.string(),
    /** A text that is in the file once, as short as possible. */
    before: z.string(),
    insert: z.string(),
  }),
  found: z.union([
    z.strictObject({
      flow: z.string(),
      /** Each of them is a finding of this fault. */
      code: z.array(z.string().refine(isAttemptCode)).min(1),
      /** Within so many attempts. */
      attempts: z.int().positive(),
    }),
    z.strictObject({
      flow: z.string(),
      /** The rule by which the gate blocks. */
      rule: z.string(),
      /** Within so many attempts per arm. */
      attempts: z.int().positive(),
    }),
  ]),
});
export type Fork = z.infer<typeof forkSchema>;

/** The mutants of the library itself, by name: the files of `forks/`. */
export const forks: Readonly<Record<string, Fork>> = Object.fromEntries(
  globSync('test/mutants/forks/*.yaml')
    .sort()
    .map((file) => [basename(file, '.yaml'), parseYamlFile(file, forkSchema)]),
);

/** A version that works on this build. */
export const version = '1.34.7';
const build = '2.3000.1032534684';

/** How a fault was looked for. */
export interface Hunt {
  isFound: boolean;
  /** How many attempts it took, and what was found last. */
  seen: string;
}

/**
 * Attempts a fork until its flow finds it, or lets the gate compare it with the unchanged library, in as many attempts as its file grants.
 *
 * @param folder empty: the fork lies in it, and the evidence.
 */
export async function findFork(fork: Fork, folder: string): Promise<Hunt> {
  const installed = await ensureLibrary(version, console.log);
  const library = { ...installed, packageDir: makeFork(installed, fork, folder) };
  const { found } = fork;
  return 'rule' in found ? compare(library, found) : search(library, found, folder);
}

/** One attempt of the unchanged library. */
export async function attemptUnpatched(flow: string, folder: string): Promise<Attempt> {
  return attempt(await ensureLibrary(version, console.log), flow, 1, folder);
}

type ByFlow = Extract<Fork['found'], { code: unknown }>;
type ByGate = Extract<Fork['found'], { rule: unknown }>;

async function search(
  library: InstalledLibrary,
  { flow, code, attempts: most }: ByFlow,
  folder: string,
): Promise<Hunt> {
  const attempts: Attempt[] = [];
  const isFound = () => code.some((one) => one === attempts.at(-1)?.code);
  while (attempts.length < most && !isFound()) {
    attempts.push(await attempt(library, flow, attempts.length + 1, folder));
  }
  const last = attempts.at(-1);
  return { isFound: isFound(), seen: `${attempts.length} attempts, ${last?.code}: ${last?.cause?.message}` };
}

async function compare(library: InstalledLibrary, { flow, rule, attempts }: ByGate): Promise<Hunt> {
  const cell: Cell = {
    library: version,
    build,
    browser: 'current',
    flow,
    condition: 'none',
    switches: {},
    target: 'replica',
  };
  const verdict = await judgeMutant({ cell, chance: 1, instead: { ...cell }, library });
  const surprises = surprisesIn(verdict, { verdict: ['block'], rule: [rule], attempts });
  return { isFound: surprises.length === 0, seen: [...surprises, ...verdict.because].join('; ') };
}

async function attempt(library: InstalledLibrary, flow: string, seed: number, folder: string): Promise<Attempt> {
  const browser = await ensureBrowser('current', console.log);
  return runAttempt({
    id: `fork-${seed}`,
    seed,
    cell: { library: version, build, browser: browser.name, flow, condition: 'none', switches: {}, target: 'replica' },
    flow: await loadFlow(flow),
    library,
    browser,
    surface: resolveSurface(build),
    runFolder: folder,
    deadlineFactor: deadlineFactor(),
  });
}

/** The library with the fault in it: copies the package into `folder`, with links to what it depends on, and patches the copy; returns its folder. */
export function makeFork({ packageDir }: InstalledLibrary, { patch }: Fork, folder: string): string {
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
