import { globSync } from 'node:fs';
import { join } from 'node:path';
import { reachedFrom } from './module-graph.ts';

/**
 * The tiers of `npm test`, cheapest first. A test is `e2e` by its folder: it starts real libraries in a real browser. It is
 * `unit` when nothing that it loads, itself or by way of others, can start a process or a thread or reach a database, a server or
 * the network. All other tests are `integration`.
 */
export const tiers = ['unit', 'integration', 'e2e'] as const;
export type Tier = (typeof tiers)[number];

/** What a unit test never loads: modules of Node, and packages that use them. */
const reachesOut =
  /^(?:node:(?:child_process|cluster|dgram|http2?|https|net|sqlite|tls|worker_threads)|(?:bullmq|esbuild|fastify|ioredis|mysql2|playwright-core|puppeteer-core|testcontainers|ws)(?:\/.*)?)$/;

/** Every test of `npm test` with its tier, as paths in the project. */
export function testFiles(project: string): Record<Tier, string[]> {
  const files = globSync('test/**/*.test.ts', {
    cwd: project,
    exclude: [
      'test/containers/**',
      'test/flows/**',
      'test/kubernetes/**',
      'test/observability/real/**',
      'test/package/**',
    ],
  });
  const found: Record<Tier, string[]> = { unit: [], integration: [], e2e: [] };
  for (const file of files.sort()) found[tierOf(project, file)].push(file);
  return found;
}

function tierOf(project: string, file: string): Tier {
  if (file.startsWith('test/e2e/')) return 'e2e';
  const modules = reachedFrom(join(project, file)).flatMap((loaded) => loaded.modules);
  return modules.some((module) => reachesOut.test(module)) ? 'integration' : 'unit';
}
