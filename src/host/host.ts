import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { type BirpcReturn, createBirpc } from 'birpc';
import type { HostCalls } from '../contracts/host.ts';
import { type HostEvent, type HostExit, readHostEvent } from '../contracts/host-events.ts';
import { makeFolder } from '../contracts/make-folder.ts';
import { childFile } from './child-file.ts';
import { findTree, identityOf, memoryOf, type ProcessIdentity } from './process-tree.ts';
import { Redactor } from './redactor.ts';

export interface HostOptions {
  /** An existing folder: working folder, HOME and, where its path is short enough, temporary files of the host and its browser lie in it. */
  folder: string;
  /** Added to the scrubbed environment, e.g. what the browser needs to find its libraries and fonts. */
  env: Record<string, string>;
  /** Keeps secrets of the host out of its events; by default one of its own. */
  redactor?: Redactor;
  /** Called for everything that happens in the host, already without QR texts and keys except in `secret`. */
  onSeen(event: HostEvent): void;
}

/** What arrives from the process is not believed to be an event before it has been read as one. */
interface UncheckedReports {
  seen(sent: unknown): void;
}

/** How long processes that were sent SIGKILL may take to be gone: writing out a big core or a slow disk can delay it. */
const killPatienceMs = 1_500;

/** How long a host may take to be gone after its last word: its exit can wait for ever for V8's threads (nodejs/node#54918). */
const lastWordPatienceMs = 2_000;

/**
 * A process that has exactly one library version loaded and drives one client with its browser. Knows nothing of runs,
 * attempts or accounts, so that canaries and the service run sessions through the same code.
 *
 * Node's permission model is not used: 1.24.0 and 1.34.7 were seen to work under it with writing limited to the folder, but
 * a browser needs `--allow-child-process`, and a process that may start others may start one without limits.
 */
export class Host {
  readonly #child: ChildProcess;
  readonly #mark: string;
  /** Null where processes cannot be listed. */
  readonly #identity: ProcessIdentity | null;
  /** Settles when every line that the process wrote was seen: its last ones are read after its exit. */
  readonly #printed: Promise<unknown>;
  /** Ids of the browsers that it reported, in their order. */
  readonly #browsers = new Set<number>();
  /** A temporary folder outside of the folder of the host; null where it has none. */
  readonly #strayFolder: string | null = null;
  /** Calls into the host. They have no deadline and reject when the host ends. */
  readonly calls: BirpcReturn<HostCalls, UncheckedReports>;
  /** Settles when the process is gone, for any reason. */
  readonly exited: Promise<HostExit>;
  readonly #redactor: Redactor;

  constructor({ folder, env, redactor = new Redactor(), onSeen }: HostOptions) {
    this.#redactor = redactor;
    const tmp = temporaryFolder(folder);
    if (!tmp.startsWith(folder)) this.#strayFolder = tmp;
    const id = randomUUID();
    this.#mark = `WWEBJS_CANARY_HOST=${id}`;
    const seen = (event: HostEvent) => onSeen(this.#keep(event));
    this.#child = fork(childFile(), {
      cwd: folder,
      env: { ...scrubbedEnv(folder, tmp), ...env, WWEBJS_CANARY_HOST: id },
      execArgv: [],
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      // A process group of its own: Ctrl-C in a terminal reaches the parent only, which then ends its hosts gracefully.
      detached: true,
    });
    this.#child.once('disconnect', () => setTimeout(() => this.#child.kill('SIGKILL'), lastWordPatienceMs).unref());
    this.#identity = this.#child.pid ? identityOf(this.#child.pid) : null;
    this.exited = new Promise((resolve) => {
      this.#child.once('error', () => resolve({ code: null, signal: null }));
      this.#child.once('exit', (code, signal) => resolve({ code, signal }));
    });
    this.exited.then(() => this.#removeStrayFolder());
    this.calls = createBirpc<HostCalls, UncheckedReports>(
      { seen: (sent: unknown) => seen(readHostEvent(sent, eventTime())) },
      {
        timeout: -1,
        post: (message) => this.#post(message),
        on: (listener) => this.#child.on('message', listener),
      },
    );
    const printed = (['stdout', 'stderr'] as const).map((name) => {
      const stream = this.#child[name];
      if (!stream) return Promise.resolve();
      const lines = createInterface({ input: stream }).on('line', (text) => {
        seen({ at: eventTime(), type: `host:${name}`, detail: text.slice(0, 2_000) });
      });
      return new Promise<void>((resolve) => {
        lines.once('close', resolve);
      });
    });
    this.#printed = Promise.all(printed);
    this.exited.then(({ code, signal }) =>
      this.calls.$close(new Error(`the host ended (${signal ?? `code ${code}`})`)),
    );
  }

  /** Undefined when the process could not be started at all. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** True while the host has any process of its own, which is the browser; false where that cannot be known. */
  hasBrowser(): boolean {
    return this.#tree().length > 0;
  }

  /** Memory of all processes of the browser in bytes; null where it cannot be known. */
  async browserMemory(): Promise<number | null> {
    return this.#identity ? memoryOf(this.#tree()) : null;
  }

  /** Memory of the host process and the browser in bytes; null where it cannot be known. */
  async memory(): Promise<number | null> {
    return this.#identity ? memoryOf([this.#identity.pid, ...this.#tree()]) : null;
  }

  /** Ends the browser alone, as the kernel does when memory runs out. */
  killBrowser(): void {
    for (const pid of this.#tree()) kill(pid);
  }

  /**
   * Ends host and browser at once with everything they started; waits until they are gone, so that they write no more, and the host's
   * last lines are seen. Where processes cannot be listed (other systems than Linux) it does not wait for the browser. Never rejects.
   */
  async kill(): Promise<void> {
    if (!this.#child.pid) return;
    // The host first, or it could start another browser in between.
    if (this.#child.exitCode === null && this.#child.signalCode === null) kill(this.#child.pid);
    const until = Date.now() + killPatienceMs;
    for (let left = this.#tree(); left.length > 0 && Date.now() < until; left = this.#tree()) {
      for (const pid of left) kill(pid);
      if (!this.#identity) break;
      await sleep(10);
    }
    const over = Promise.all([this.exited, this.#printed]);
    await Promise.race([over, sleep(killPatienceMs, null, { ref: false })]);
    // The browser may have written to it after the end of the host.
    this.#removeStrayFolder();
  }

  #removeStrayFolder(): void {
    if (this.#strayFolder !== null) rmSync(this.#strayFolder, { recursive: true, force: true });
  }

  /** Processes that the host started; where they cannot be listed, the group of the browser that it reported. */
  #tree(): number[] {
    if (this.#identity) return findTree(this.#identity, this.#mark, this.#browsers);
    const last = [...this.#browsers].at(-1);
    return last ? [-last] : [];
  }

  #keep(event: HostEvent): HostEvent {
    if (event.type === 'client:qr' || event.type === 'client:code' || event.type === 'host:code')
      this.#redactor.learn(event.secret);
    if (event.type === 'browser:launched' && event.detail.pid !== null) this.#browsers.add(event.detail.pid);
    event.detail = this.#redactor.clean(event.detail);
    return event;
  }

  #post(message: unknown): void {
    if (!this.#child.connected) throw new Error('the host has ended');
    // Without a callback a message that arrives too late would be an `error` event of the child process.
    this.#child.send(message as object, () => {});
  }
}

/** What Chromium makes below its temporary folder, and the longest path that a socket may have: 104 bytes with a zero on macOS. */
const socketInTmp = '/org.chromium.Chromium.XXXXXX/SingletonSocket';
const longestSocketPath = 103;

/** The temporary folder of a host and its browser: in `folder`, unless Chromium would end because the path of its socket is too long. */
function temporaryFolder(folder: string): string {
  const tmp = join(folder, 'tmp');
  if (Buffer.byteLength(tmp + socketInTmp) > longestSocketPath) return mkdtempSync(join(tmpdir(), 'wwebjs-host-'));
  makeFolder(tmp);
  return tmp;
}

/** The time of an event that happens now: milliseconds since the epoch, with fractions. */
export function eventTime(): number {
  return performance.timeOrigin + performance.now();
}

/** No secret of the parent reaches third-party code: the host sees a path, a language and its own folders. */
function scrubbedEnv(folder: string, tmp: string): Record<string, string> {
  return { PATH: process.env.PATH ?? '', LANG: process.env.LANG ?? 'C.UTF-8', HOME: folder, TMPDIR: tmp };
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It is gone already.
  }
}
