/**
 * Tries the canaries on forks of the library with a fault in each: `node test/mutants/find-forks.ts [NAME...]`. Every fork is attempted
 * until its flow finds it, and every flow also with the unchanged library. Exit code 1 when a fault was not found in as many attempts as
 * its file grants, or when an attempt of the unchanged library did not pass.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { attemptUnpatched, findFork, forks } from './forks.ts';

const names = process.argv.slice(2);
const unknown = names.find((name) => !Object.hasOwn(forks, name));
if (unknown) throw new Error(`there is no fork ${unknown}; there are ${Object.keys(forks).join(', ')}`);
const chosen = Object.entries(forks).filter(([name]) => names.length === 0 || names.includes(name));

for (const [name, fork] of chosen) {
  const { isFound, seen } = await inFolder((folder) => findFork(fork, folder));
  tell(isFound, `${name} in ${fork.found.flow}`, seen);
}
for (const flow of new Set(chosen.map(([, { found }]) => found.flow))) {
  const { outcome, code, cause } = await inFolder((folder) => attemptUnpatched(flow, folder));
  tell(outcome === 'passed', `unpatched in ${flow}`, outcome === 'passed' ? outcome : `${code}: ${cause?.message}`);
}

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'forks-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function tell(isRight: boolean, what: string, seen: string): void {
  console.log(`${isRight ? 'ok' : 'NOT AS EXPECTED'} ${what}: ${seen}`);
  if (!isRight) process.exitCode = 1;
}
