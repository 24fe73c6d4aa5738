import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';

interface ProcessEntry {
  pid: number;
  parent: number;
  group: number;
  /** Clock ticks since the machine started. */
  start: number;
}

/** A process that cannot be mistaken for a later one that got the same id. */
export type ProcessIdentity = Pick<ProcessEntry, 'pid' | 'start'>;

function listProcesses(): ProcessEntry[] {
  const names = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return names.flatMap((name) => readStat(Number(name)) ?? []);
}

function readStat(pid: number): ProcessEntry | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command name in parentheses may itself contain spaces and parentheses.
    const [state, parent, group, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const start = Number(rest[16]);
    return state === 'Z' ? null : { pid, parent: Number(parent), group: Number(group), start };
  } catch {
    return null;
  }
}

/** Null when there is no such process any more, or no /proc. */
export function identityOf(pid: number): ProcessIdentity | null {
  const entry = readStat(pid);
  return entry && { pid, start: entry.start };
}

function hasMark(pid: number, mark: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1').includes(mark);
  } catch {
    return false;
  }
}

/**
 * Process ids that belong to a host, itself not included: its descendants, every process that inherited `mark` in its
 * environment (the browser of a host that is dead already), and all members of their process groups.
 *
 * @param browsers ids of browsers that the host started, each of which led a group: the helpers of one that is dead already have
 *   neither parent nor mark, since Chromium overwrites their environment with a process title.
 * @param isAlone false where other sessions share the process: its descendants may be theirs.
 */
export function findTree(host: ProcessIdentity, mark: string, browsers: ReadonlySet<number>, isAlone = true): number[] {
  // What is older than the host is none of its own, which also spares reading the environment of most processes.
  const all = listProcesses().filter(({ start }) => start >= host.start);
  const isThere = all.some(({ pid, start }) => pid === host.pid && start === host.start);
  const own = isThere && isAlone ? descendants(host.pid, all) : new Set<number>();
  const groups = new Set(browsers);
  for (const { pid, group } of all) {
    if (own.has(pid) || hasMark(pid, mark)) groups.add(group);
    // Another program got the id of a browser that is gone with all of its helpers.
    else if (browsers.has(pid)) groups.delete(pid);
  }
  const members = all.filter(({ pid, group }) => groups.has(group) && !(isThere && pid === host.pid));
  return members.map(({ pid }) => pid);
}

function descendants(root: number, all: readonly ProcessEntry[]): Set<number> {
  const found = new Set([root]);
  for (let before = 0; before < found.size; ) {
    before = found.size;
    for (const { pid, parent } of all) {
      if (found.has(parent)) found.add(pid);
    }
  }
  return found;
}

/**
 * Memory of some processes in bytes: the proportional share of each (PSS) so that shared pages count once, else the resident
 * size where the kernel does not allow that (a sandboxed renderer).
 */
export async function memoryOf(pids: readonly number[]): Promise<number> {
  const sizes = await Promise.all(pids.map(memoryOfOne));
  return sizes.reduce((sum, size) => sum + size, 0);
}

async function memoryOfOne(pid: number): Promise<number> {
  for (const [file, field] of [
    ['smaps_rollup', /^Pss:\s+(\d+) kB/m],
    ['status', /^VmRSS:\s+(\d+) kB/m],
  ] as const) {
    try {
      const match = field.exec(await readFile(`/proc/${pid}/${file}`, 'utf8'));
      if (match) return Number(match[1]) * 1024;
    } catch {
      // Not allowed, or ended in the meantime: the next file, or nothing.
    }
  }
  return 0;
}

/** Ends a process, or a group by its negative id, at once; does nothing where it is gone already. */
export function killProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It is gone already.
  }
}
