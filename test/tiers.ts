import { existsSync, globSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { importsOf } from './imports-of.ts';

/**
 * The tiers of `npm test`, cheapest first. A test is `e2e` by its folder: it starts real libraries in a real browser. It is
 * `unit` when nothing that it loads, itself or by way of others, can start a process or a thread or reach a database, a server or
 * the network. All other tests are `integration`.
 */
export const tiers = ['unit', 'integration', 'e2e'] as const;
export type Tier = (typeof tiers)[number];

/** What a unit test never loads: modules of Node, and packages that use them. */
const reachesOut =
  /^(?:node:(?:child_process|cluster|dgram|http2?|https|net|sqlite|tls|worker_threads)|(?:esbuild|fastify|mysql2|playwright-core|puppeteer-core|testcontainers|ws)(?:\/.*)?)$/;

/** Every test of `npm test` with its tier, as paths in the project. */
export function testFiles(project: string): Record<Tier, string[]> {
  const files = globSync('test/**/*.test.ts', {
    cwd: project,
    exclude: ['test/flows/**', 'test/observability/real/**'],
  });
  const found: Record<Tier, string[]> = { unit: [], integration: [], e2e: [] };
  for (const file of files.sort()) found[tierOf(project, file)].push(file);
  return found;
}

function tierOf(project: string, file: string): Tier {
  if (file.startsWith('test/e2e/')) return 'e2e';
  return canReachOut(join(project, file)) ? 'integration' : 'unit';
}

/** Whether a file, or any other that it loads, loads something that reaches out of the process. */
function canReachOut(file: string): boolean {
  const reached = new Set([file]);
  for (const one of reached) {
    const { files, modules } = loadedBy(one);
    if (modules.some((module) => reachesOut.test(module))) return true;
    for (const next of files) reached.add(next);
  }
  return false;
}

const known = new Map<string, ReturnType<typeof readLoads>>();

function loadedBy(file: string) {
  const found = known.get(file) ?? readLoads(file);
  known.set(file, found);
  return found;
}

function readLoads(file: string) {
  const specifiers = importsOf(file).flatMap(({ specifier, typesOnly }) => (typesOnly ? [] : [specifier]));
  const isRelative = (specifier: string) => specifier.startsWith('.');
  const files = specifiers.filter(isRelative).map((specifier) => join(dirname(file), specifier));
  return {
    files: files.filter((path) => /\.[cm]?[jt]s$/.test(path) && existsSync(path)),
    modules: specifiers.filter((specifier) => !isRelative(specifier)),
  };
}
