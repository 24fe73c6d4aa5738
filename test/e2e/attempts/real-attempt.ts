import { readdirSync, readFileSync } from 'node:fs';
import qrToReady from '../../../canaries/qr-to-ready.ts';
import { ensureBrowser } from '../../../src/browser/ensure-browser.ts';
import type { Attempt } from '../../../src/contracts/attempt.ts';
import { ensureLibrary } from '../../../src/library/ensure-library.ts';
import { resolveSurface } from '../../../src/replica/builds/resolve-surface.ts';
import type { AttemptInput } from '../../../src/runner/attempt-input.ts';
import { runAttempt } from '../../../src/runner/run-attempt.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

/** One attempt of a real library in a real Chromium. */
export async function attempt(
  version: string,
  build: string,
  { browserName = 'current', ...input }: Partial<AttemptInput> & { browserName?: string } = {},
): Promise<Attempt> {
  const flow = input.flow ?? qrToReady;
  const library = input.library ?? (await ensureLibrary(version, console.log));
  const browser = input.browser ?? (await ensureBrowser(browserName, console.log));
  return runAttempt({
    id: 'real-0001',
    seed: 1,
    cell: {
      library: version,
      build,
      browser: browser.name,
      flow: flow.name,
      condition: 'none',
      switches: {},
      target: 'replica',
    },
    flow,
    library,
    browser,
    surface: resolveSurface(build),
    runFolder: input.runFolder ?? temporaryFolder(),
    deadlineFactor: 1,
    ...input,
  });
}

/** Processes that this test started, with their command lines. */
export function ownProcesses(): { pid: number; command: string }[] {
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const parents = new Map(all.map((pid) => [Number(pid), parentOf(pid)]));
  const isOwn = (pid: number): boolean => {
    const parent = parents.get(pid);
    return parent === process.pid || (parent !== undefined && parent > 1 && isOwn(parent));
  };
  return all
    .map(Number)
    .filter(isOwn)
    .map((pid) => ({ pid, command: commandOf(pid) }));
}

/** Ids of all processes of browsers with a profile in the temporary folder of an attempt. */
export function browserProcesses(): number[] {
  return ownProcesses()
    .filter(({ command }) => command.includes('--user-data-dir='))
    .map(({ pid }) => pid);
}

export function hostProcesses(): number[] {
  return ownProcesses()
    .filter(({ command }) => /host-child-|host\/child\/main/.test(command))
    .map(({ pid }) => pid);
}

function parentOf(pid: string): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return undefined;
  }
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}
