import { readdirSync, readFileSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';

/** What a browser with all of its processes uses. */
export interface BrowserUse {
  /** The folder of its profile. */
  profile: string;
  /** Resident memory without pages of files, which processes share, in bytes. */
  memoryBytes: number;
  /** Processor time of each of its processes in seconds, by a key that no other process ever has. */
  cpuSeconds: ReadonlyMap<string, number>;
}

interface Seen {
  pid: number;
  parent: number;
  key: string;
  cpuSeconds: number;
}

/** Of the clock that `/proc` counts with: a constant of the kernel's interface on all platforms that Node supports. */
const ticksPerSecond = 100;
/** Processes that are read before other work gets its turn: about a millisecond. */
const atOnce = 50;

/** The browsers among the descendants of a process, each with its helpers; null where there is no `/proc`. */
export async function browsersOf(root: number): Promise<BrowserUse[] | null> {
  const pids = read(() => readdirSync('/proc').filter((name) => /^\d+$/.test(name)));
  if (pids === null || pids.length === 0) return null;
  const children = Map.groupBy(await seenProcesses(pids), ({ parent }) => parent);
  const found: BrowserUse[] = [];
  const open = [...(children.get(root) ?? [])];
  for (let one = open.pop(); one; one = open.pop()) {
    const profile = profileOf(one.pid);
    if (profile === null) open.push(...(children.get(one.pid) ?? []));
    else {
      found.push(useOf(profile, one, children));
      await setImmediate();
    }
  }
  return found;
}

function useOf(profile: string, browser: Seen, children: ReadonlyMap<number, readonly Seen[]>): BrowserUse {
  const all = [browser];
  for (const { pid } of all) all.push(...(children.get(pid) ?? []));
  const memoryBytes = all.reduce((sum, { pid }) => sum + ownMemoryOf(pid), 0);
  return { profile, memoryBytes, cpuSeconds: new Map(all.map(({ key, cpuSeconds }) => [key, cpuSeconds])) };
}

async function seenProcesses(pids: readonly string[]): Promise<Seen[]> {
  const seen: Seen[] = [];
  for (const [i, pid] of pids.entries()) {
    if (i % atOnce === atOnce - 1) await setImmediate();
    const stat = read(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
    if (stat === null) continue;
    // The command name in parentheses may itself contain spaces and parentheses.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [parent, user, system, start] = [1, 11, 12, 19].map((index) => Number(fields[index])) as [
      ...[number, number, number, number],
    ];
    seen.push({ pid: Number(pid), parent, key: `${pid} ${start}`, cpuSeconds: (user + system) / ticksPerSecond });
  }
  return seen;
}

/** Null for a process that is no browser. */
function profileOf(pid: number): string | null {
  const line = read(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8')) ?? '';
  // A browser that has written its process title has spaces instead of zeros.
  return /(?:^|[\0 ])--user-data-dir=([^\0]+?)(?=\0| --|$)/.exec(line)?.[1] ?? null;
}

function ownMemoryOf(pid: number): number {
  const status = read(() => readFileSync(`/proc/${pid}/status`, 'utf8')) ?? '';
  return Number(/^RssAnon:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024;
}

/** Null for a process that has ended meanwhile. */
function read<T>(work: () => T): T | null {
  try {
    return work();
  } catch {
    return null;
  }
}
