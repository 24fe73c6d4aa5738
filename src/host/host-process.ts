import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type BirpcReturn, createBirpc } from 'birpc';
import { browserLanguage } from '../contracts/chrome-identity.ts';
import type { HostMessage, HostPlace, HostProcessCalls } from '../contracts/host.ts';
import type { HostEvent, HostExit } from '../contracts/host-events.ts';
import { childFile } from './child-file.ts';
import { identityOf, killProcess, type ProcessIdentity } from './process-tree.ts';
import type { Redactor } from './redactor.ts';

/** How long a host may take to be gone after its last word: its exit can wait for ever for V8's threads (nodejs/node#54918). */
const lastWordPatienceMs = 2_000;

/**
 * How a host of the service takes less memory: the library and its client run well with a small space for objects that live a short time, and
 * the C library keeps less of what was freed. Hosts of canaries have the defaults of Node, so that an attempt takes the time that the library
 * takes in a program of its own.
 */
const lean = {
  args: ['--max-semi-space-size=2', '--v8-pool-size=1', '--no-sparkplug', '--no-maglev'],
  env: {
    MALLOC_ARENA_MAX: '1',
    MALLOC_MMAP_THRESHOLD_: '16384',
    MALLOC_TRIM_THRESHOLD_: '16384',
    MALLOC_TOP_PAD_: '0',
  },
};

/** One session of the process, as the process sees it. */
interface Resident {
  redactor: Redactor;
  /** Receives what the session says. */
  hear(message: unknown): void;
  /** Receives a line that the process printed on behalf of no single session. */
  onLine(event: HostEvent): void;
}

/** The place of one session in a process. */
export interface Residence {
  post(message: unknown): void;
  /** To be called when the session has ended. The process ends with its last session. */
  leave(): void;
}

/**
 * A process that loads exactly one library version. That of a canary is started for one session and has its place from its start; that of the
 * service may be started before its sessions.
 *
 * Node's permission model is not used: 1.24.0 and 1.34.7 were seen to work under it with writing limited to the folder, but
 * a browser needs `--allow-child-process`, and a process that may start others may start one without limits.
 */
export class HostProcess {
  readonly #child: ChildProcess;
  /** The folder of a process without a place; null for one that has that of its session. */
  readonly #folder: string | null;
  readonly #residents = new Map<number, Resident>();
  #admitted = 0;
  #isKilled = false;
  #died = false;
  readonly mostSessions: number;
  /** Null where processes cannot be listed. */
  readonly identity: ProcessIdentity | null;
  /** Settles when every line that the process wrote was seen: its last ones are read after its exit. */
  readonly printed: Promise<unknown>;
  /** Settles when the process is gone, for any reason. */
  readonly exited: Promise<HostExit>;
  readonly calls: BirpcReturn<HostProcessCalls>;

  /**
   * @param place null for a process of the service, whose sessions bring theirs.
   * @param mostSessions how many sessions it may have at a time. Where there may be several, none of them has the process to itself.
   */
  constructor(place: HostPlace | null, mostSessions = 1) {
    this.mostSessions = mostSessions;
    this.#folder = place ? null : mkdtempSync(join(tmpdir(), 'wwebjs-host-'));
    const { cwd, env } = place ?? waitingPlace(this.#folder as string);
    this.#child = fork(childFile(), [String(mostSessions)], {
      ...{ cwd, env },
      execArgv: place ? [] : lean.args,
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      // A process group of its own: Ctrl-C in a terminal reaches the parent only, which then ends its hosts gracefully.
      detached: true,
    });
    this.#child.once('disconnect', () => setTimeout(() => this.#child.kill('SIGKILL'), lastWordPatienceMs).unref());
    this.identity = this.#child.pid ? identityOf(this.#child.pid) : null;
    this.exited = new Promise((resolve) => {
      this.#child.once('error', () => resolve({ code: null, signal: null }));
      this.#child.once('exit', (code, signal) => {
        const sessions = this.#residents.size;
        this.#died = sessions > (this.#isKilled ? 1 : 0);
        resolve({ code, signal, ...(sessions > 1 && { sessions }) });
      });
    });
    this.printed = Promise.all([this.#readLines('stdout'), this.#readLines('stderr')]);
    let onMessage: Resident['hear'] = () => {};
    this.#child.on('message', ({ session, message }: HostMessage) => {
      if (session === 0) onMessage(message);
      else this.#residents.get(session)?.hear(message);
    });
    this.calls = createBirpc<HostProcessCalls>(
      {},
      {
        timeout: -1,
        post: (message) => this.#post({ session: 0, message }),
        on: (listener) => {
          onMessage = listener;
        },
      },
    );
    this.exited.then(({ code, signal }) => {
      this.calls.$close(new Error(`the host ended (${signal ?? `code ${code}`})`));
      if (this.#folder) rmSync(this.#folder, { recursive: true, force: true });
    });
  }

  /** Undefined when the process could not be started at all. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** True once it is gone, or about to be. */
  get isOver(): boolean {
    return this.#isKilled || !this.#child.connected;
  }

  /** True when it ended with a session that was not to end. */
  get died(): boolean {
    return this.#died;
  }

  /** How many sessions it has. */
  get sessions(): number {
    return this.#residents.size;
  }

  /** Takes a session in. @throws Error when the process is full. */
  admit(resident: Resident): Residence {
    if (this.sessions >= this.mostSessions) throw new Error(`the host has ${this.mostSessions} sessions already`);
    this.#admitted++;
    const session = this.#admitted;
    this.#residents.set(session, resident);
    return {
      post: (message) => this.#post({ session, message }),
      leave: () => {
        // The last messages of a process that has ended may still come.
        if (this.#isGone) return;
        this.#residents.delete(session);
        if (this.sessions === 0) this.kill();
      },
    };
  }

  /** Ends the process at once, not what its sessions started. */
  kill(): void {
    this.#isKilled = true;
    if (this.pid && !this.#isGone) killProcess(this.pid);
  }

  get #isGone(): boolean {
    const { exitCode, signalCode } = this.#child;
    return exitCode !== null || signalCode !== null;
  }

  async #readLines(name: 'stdout' | 'stderr'): Promise<void> {
    const stream = this.#child[name];
    if (!stream) return;
    const lines = createInterface({ input: stream }).on('line', (text) => {
      const residents = [...this.#residents.values()];
      const clean = residents.reduce((line, { redactor }) => redactor.clean(line), text);
      for (const { onLine } of residents)
        onLine({ at: eventTime(), type: `host:${name}`, detail: clean.slice(0, 2_000) });
    });
    await new Promise<void>((resolve) => lines.once('close', resolve));
  }

  #post(message: HostMessage): void {
    if (!this.#child.connected) throw new Error('the host has ended');
    // Without a callback a message that arrives too late would be an `error` event of the child process.
    this.#child.send(message, () => {});
  }
}

/** The time of an event that happens now: milliseconds since the epoch, with fractions. */
export function eventTime(): number {
  return performance.timeOrigin + performance.now();
}

/** Where a process is that has no place of its own. */
function waitingPlace(folder: string): HostPlace {
  return { cwd: folder, env: { ...scrubbedEnv(folder, folder), ...lean.env } };
}

/** No secret of the parent reaches third-party code: the host sees a path, a language and its own folders. */
export function scrubbedEnv(folder: string, tmp: string): Record<string, string> {
  return { PATH: process.env.PATH ?? '', LANG: browserLanguage(), HOME: folder, TMPDIR: tmp };
}
