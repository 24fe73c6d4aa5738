import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser } from '../../src/browser/ensure-browser.ts';
import type { PlannedCell } from '../../src/contracts/run.ts';
import type { InstalledLibrary } from '../../src/library/ensure-library.ts';
import { startReplica } from '../../src/replica/start-replica.ts';
import { runSupplied } from '../../src/runner/run-plan.ts';
import type { Supplies } from '../../src/runner/supplies.ts';

const bareScript = fileURLToPath(new URL('./bare-script.cjs', import.meta.url));

export interface Subject {
  planned: PlannedCell;
  library: InstalledLibrary;
  browser: Browser;
  supplies: Supplies;
}

/** Wall time in milliseconds of one bare script, from its start to its end; its replica is there before, its profile is removed after. */
export async function timeBare({ planned, library, browser }: Subject): Promise<number> {
  const { build } = planned.cell;
  const folder = await mkdtemp(join(tmpdir(), 'wwebjs-bench-'));
  const replica = await startReplica({ build });
  const argument = JSON.stringify({
    packageDir: library.packageDir,
    browser: { executablePath: browser.executablePath, args: [...browser.args, ...replica.chromiumArgs] },
    dataPath: folder,
    phoneUrl: replica.phoneUrl,
    number: '12025550100',
    contact: '12025550199',
    build,
  });
  const env = { PATH: process.env.PATH, HOME: folder, TMPDIR: folder, ...browser.env };
  const start = performance.now();
  const child = spawn(process.execPath, [bareScript, argument], {
    cwd: folder,
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const code = await new Promise((resolve) => child.once('exit', resolve));
  const elapsed = performance.now() - start;
  await replica.close();
  await rm(folder, { recursive: true, force: true });
  if (code !== 0) throw new Error(`the bare script ended with code ${code}`);
  return elapsed;
}

/** Wall time in milliseconds of one attempt of the harness, with everything that belongs to it. */
export async function timeHarness({ planned, supplies }: Subject): Promise<number> {
  const start = performance.now();
  await runSupplied([{ ...planned, repeat: 1 }], supplies, { slots: 1, seed: 1, observers: [mustPass] });
  return performance.now() - start;
}

export const mustPass = {
  attemptEnded(_: PlannedCell, { outcome, code, cause }: { outcome: string; code: string | null; cause: unknown }) {
    if (outcome !== 'passed') throw new Error(`the attempt ended with ${outcome} ${code}: ${JSON.stringify(cause)}`);
  },
};
