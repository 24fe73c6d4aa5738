import { statSync } from 'node:fs';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import { within } from '../../contracts/within.ts';
import { HostProcess } from '../../host/host-process.ts';
import type { InstalledLibrary } from '../../library/ensure-library.ts';
import { lockFolders } from '../../library/library-lock.ts';
import { backoffMs } from '../../session/backoff.ts';

/** Requiring a library takes half a second on a warm disk; this long only on a machine in trouble. */
export const loadMs = 30_000;

/** How long a version counts as in use after the end of its last session. */
const lingerMs = 600_000;
/** A host that waited for this long has shown that hosts of its version do not die of waiting. */
const provenMs = 60_000;

/** When hosts are started that wait, in milliseconds. */
export interface Pace {
  /** Between two looks at what is missing. */
  tickMs: number;
  /** From the claim of a host to the start of the next one: the start of a session gets the processors for itself. */
  replaceAfterMs: number;
  /** After the n-th host in a row that was not loaded, or that ended while it waited. */
  backoffMs(failures: number): number;
}

const usualPace: Pace = {
  tickMs: 1_000,
  replaceAfterMs: 3_000,
  backoffMs: (failures) => backoffMs(failures, Math.random()),
};

/** No host waits on a machine with less available memory than this, in bytes: room for about four more browsers. */
export const leastAvailableBytes = 1024 ** 3;

/** A process with its library in memory, and the installation that it was loaded from. */
export interface LoadedProcess {
  process: HostProcess;
  library: InstalledLibrary;
  /** As `stampOf` makes it. */
  stamp: string;
}

interface Version {
  /** Sessions and others that use it now. */
  users: number;
  /** `performance.now()` of the last use. */
  usedAt: number;
  waiting: LoadedProcess[];
  isStarting: boolean;
  failures: number;
  /** `performance.now()` before which no host of the version is started. */
  notBefore: number;
}

export interface WarmHostsOptions {
  /** How many hosts of each version wait. */
  count: number;
  sessionsPerHost: number;
  /** Installs a version, unless it is installed, and verifies it. */
  install(version: string): Promise<InstalledLibrary>;
  /** Bytes that the machine, or the control group of the process, still has; measured by default. */
  availableMemory?: () => number;
  pace?: Partial<Pace>;
}

/**
 * Hosts that were started before their sessions are known: their library is in memory, and they know nothing of any account. Each waits for
 * one session, or for the first of those that share it, and never comes back.
 */
export class WarmHosts {
  readonly #options: WarmHostsOptions;
  readonly #versions = new Map<string, Version>();
  readonly #pace: Pace;
  readonly #timer: NodeJS.Timeout;
  #isStopped = false;

  constructor(options: WarmHostsOptions) {
    this.#options = options;
    this.#pace = { ...usualPace, ...options.pace };
    this.#timer = setInterval(() => this.#tend(), this.#pace.tickMs).unref();
  }

  /** How many hosts wait, by version. */
  get waiting(): ReadonlyMap<string, number> {
    return new Map(Array.from(this.#versions, ([version, { waiting }]) => [version, waiting.length]));
  }

  /** From now on hosts of a version wait, until some time after the returned function is called. */
  use(version: string): () => void {
    const of = this.#versions.get(version) ?? {
      ...{ users: 0, usedAt: 0, waiting: [], isStarting: false, failures: 0, notBefore: 0 },
    };
    this.#versions.set(version, of);
    of.users++;
    return () => {
      of.users--;
      of.usedAt = performance.now();
    };
  }

  /** Takes a host of the version that waits, unless its installation was removed or changed since; null where none waits. */
  take(version: string): LoadedProcess | null {
    const of = this.#versions.get(version);
    if (!of) return null;
    of.notBefore = Math.max(of.notBefore, performance.now() + this.#pace.replaceAfterMs);
    for (let host = of.waiting.shift(); host; host = of.waiting.shift()) {
      if (!host.process.isOver && isUnchanged(version, host)) return host;
      host.process.kill();
    }
    return null;
  }

  /** Ends all hosts that wait; none waits from now on. */
  stop(): void {
    this.#isStopped = true;
    clearInterval(this.#timer);
    for (const of of this.#versions.values()) empty(of);
  }

  #tend(): void {
    const now = performance.now();
    const isShort = this.#availableMemory() < leastAvailableBytes;
    for (const [version, of] of this.#versions) {
      const isUsed = of.users > 0 || now - of.usedAt < lingerMs;
      if (isShort || !isUsed) empty(of);
      if (!isUsed && !of.isStarting) this.#versions.delete(version);
    }
    const isStarting = [...this.#versions.values()].some((of) => of.isStarting);
    if (isShort || isStarting) return;
    // One at a time: the processors are for sessions.
    for (const [version, of] of this.#versions) {
      if (of.waiting.length >= this.#options.count || now < of.notBefore) continue;
      void this.#start(version, of);
      return;
    }
  }

  #availableMemory(): number {
    const { availableMemory = () => Math.min(process.availableMemory(), totalmem()) } = this.#options;
    return availableMemory();
  }

  /** Never rejects. */
  async #start(version: string, of: Version): Promise<void> {
    of.isStarting = true;
    try {
      const library = await this.#options.install(version);
      const stamp = stampOf(version, library);
      const started = new HostProcess(null, this.#options.sessionsPerHost);
      const host = { process: started, library, stamp };
      void started.exited.then(() => this.#gone(of, host));
      await within(loadMs, () => started.calls.preload(library.packageDir)).catch((error) => {
        started.kill();
        throw error;
      });
      of.waiting.push(host);
      setTimeout(() => {
        if (of.waiting.includes(host)) of.failures = 0;
      }, provenMs).unref();
      if (this.#isStopped || !this.#versions.has(version)) empty(of);
    } catch {
      // A session that starts without a waiting host reports why the version cannot be installed or loaded.
      this.#failed(of);
    } finally {
      of.isStarting = false;
    }
  }

  #gone(of: Version, host: LoadedProcess): void {
    const at = of.waiting.indexOf(host);
    if (at === -1) return;
    of.waiting.splice(at, 1);
    this.#failed(of);
  }

  #failed(of: Version): void {
    of.failures++;
    of.notBefore = performance.now() + this.#pace.backoffMs(of.failures);
  }
}

function empty(of: Version): void {
  for (const { process: waiting } of of.waiting.splice(0)) waiting.kill();
}

/** True when a session that starts now would load the same files as the host did. */
export function isUnchanged(version: string, { library, stamp }: LoadedProcess): boolean {
  return stamp === stampOf(version, library);
}

/**
 * Changes with the locks that choose the installation of a version, with its folder, which every installation replaces, and with what says that
 * it is whole. Reads nothing: a session waits for it.
 */
export function stampOf(version: string, { root, packageDir }: InstalledLibrary): string {
  const locks = [lockFolders.ofProject(), lockFolders.ofMachine()].flatMap((folder) =>
    ['package.json', 'package-lock.json'].map((file) => join(folder, version, file)),
  );
  const files = [...locks, root, join(root, 'manifest.json'), join(packageDir, 'package.json')];
  const stats = files.map((file) => statSync(file, { throwIfNoEntry: false }));
  return stats.map((stat) => (stat ? `${stat.ino}-${stat.ctimeMs}` : 'none')).join();
}
