import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type BirpcReturn, createBirpc } from 'birpc';
import type { HostCalls } from '../contracts/host.ts';
import { type HostEvent, type HostExit, readHostEvent } from '../contracts/host-events.ts';
import { makeFolder } from '../contracts/make-folder.ts';
import { eventTime, HostProcess, type Residence, scrubbedEnv } from './host-process.ts';
import { findTree, killProcess, memoryOf } from './process-tree.ts';
import { Redactor } from './redactor.ts';

export interface HostOptions {
  /** An existing folder: working folder, HOME and, where its path is short enough, temporary files of the host and its browser lie in it. */
  folder: string;
  /** Added to the scrubbed environment, e.g. what the browser needs to find its libraries and fonts. */
  env: Record<string, string>;
  /** Keeps secrets of the host out of its events; by default one of its own. */
  redactor?: Redactor;
  /** The process to run in, which has room for another session; by default one that is started now. */
  process?: HostProcess;
  /** Called for everything that happens in the host, already without QR texts and keys except in `secret`. */
  onSeen(event: HostEvent): void;
}

/** What arrives from the process is not believed to be an event before it has been read as one. */
interface UncheckedReports {
  seen(sent: unknown): void;
  ended(exit: HostExit): void;
}

/** How long processes that were sent SIGKILL may take to be gone: writing out a big core or a slow disk can delay it. */
const killPatienceMs = 1_500;

/**
 * Exactly one library version that drives one client with its browser: a process, or a session of a process that several share. Knows nothing
 * of runs, attempts or accounts, so that canaries and the service run sessions through the same code.
 */
export class Host {
  readonly process: HostProcess;
  readonly #residence: Residence;
  /** In the environment of its browser. */
  readonly #mark: string;
  /** Ids of the browsers that it reported, in their order. */
  readonly #browsers = new Set<number>();
  /** A temporary folder outside of the folder of the host; null where it has none. */
  readonly #strayFolder: string | null = null;
  readonly #ended = Promise.withResolvers<HostExit>();
  /** Calls into the host. They have no deadline and reject when the host ends. */
  readonly calls: BirpcReturn<HostCalls, UncheckedReports>;
  /** Settles when the host is gone, for any reason. */
  readonly exited: Promise<HostExit>;
  readonly #redactor: Redactor;
  #endedByError = false;

  constructor({ folder, env, redactor = new Redactor(), process: given, onSeen }: HostOptions) {
    this.#redactor = redactor;
    const tmp = temporaryFolder(folder);
    if (!tmp.startsWith(folder)) this.#strayFolder = tmp;
    const id = randomUUID();
    this.#mark = `WWEBJS_CANARY_HOST=${id}`;
    const place = { cwd: folder, env: { ...scrubbedEnv(folder, tmp), ...env, WWEBJS_CANARY_HOST: id } };
    this.process = given ?? new HostProcess(place);
    const seen = (event: HostEvent) => onSeen(this.#keep(event));
    let onMessage: (message: unknown) => void = () => {};
    this.#residence = this.process.admit({ redactor, hear: (message) => onMessage(message), onLine: seen });
    this.exited = Promise.race([this.process.exited, this.#ended.promise]);
    this.calls = createBirpc<HostCalls, UncheckedReports>(
      {
        seen: (sent: unknown) => seen(readHostEvent(sent, eventTime())),
        ended: (exit) => {
          this.#endedByError = exit.code !== null;
          this.#ended.resolve(exit);
        },
      },
      {
        timeout: -1,
        post: (message) => this.#residence.post(message),
        on: (listener) => {
          onMessage = listener;
        },
      },
    );
    // A host that has ended meanwhile reports it by `exited`.
    if (given) this.calls.settle(place).catch(() => {});
    this.exited.then(({ code, signal }) => {
      this.calls.$close(new Error(`the host ended (${signal ?? `code ${code}`})`));
      this.#residence.leave();
      this.#removeStrayFolder();
    });
  }

  /** Undefined when the process could not be started at all. */
  get pid(): number | undefined {
    return this.process.pid;
  }

  /** True when an error of this session ended it, and the process and its other sessions went on. */
  get endedByError(): boolean {
    return this.#endedByError;
  }

  /** True while the host has any process of its own, which is the browser; false where that cannot be known. */
  hasBrowser(): boolean {
    return this.#tree().length > 0;
  }

  /** Memory of all processes of the browser in bytes; null where it cannot be known. */
  async browserMemory(): Promise<number | null> {
    return this.process.identity ? memoryOf(this.#tree()) : null;
  }

  /** Memory of the host process, which it may share, and the browser in bytes; null where it cannot be known. */
  async memory(): Promise<number | null> {
    const { identity } = this.process;
    return identity ? memoryOf([identity.pid, ...this.#tree()]) : null;
  }

  /** Ends the browser alone, as the kernel does when memory runs out. */
  killBrowser(): void {
    for (const pid of this.#tree()) killProcess(pid);
  }

  /**
   * Ends host and browser at once with everything they started; waits until they are gone, so that they write no more, and the host's
   * last lines are seen. Where processes cannot be listed (other systems than Linux) it does not wait for the browser. Never rejects.
   */
  async kill(): Promise<void> {
    if (!this.process.pid) return;
    // The host first, or it could start another browser in between.
    const over = this.#isAlone ? this.#killProcess() : this.#leave();
    const until = Date.now() + killPatienceMs;
    for (let left = this.#tree(); left.length > 0 && Date.now() < until; left = this.#tree()) {
      for (const pid of left) killProcess(pid);
      if (!this.process.identity) break;
      await sleep(10);
    }
    const isOver = await Promise.race([over, sleep(killPatienceMs, false, { ref: false })]);
    // What does not answer could still start a browser: it takes the other sessions along.
    if (!isOver && !this.#isAlone) this.process.kill();
    // The browser may have written to it after the end of the host.
    this.#removeStrayFolder();
  }

  /** False where other sessions may share the process. */
  get #isAlone(): boolean {
    return this.process.mostSessions === 1;
  }

  async #killProcess(): Promise<true> {
    this.process.kill();
    await Promise.all([this.exited, this.process.printed]);
    return true;
  }

  /** Ends this session of a process that goes on. */
  async #leave(): Promise<true> {
    await Promise.race([this.calls.leave().catch(() => {}), this.exited]);
    this.#ended.resolve({ code: null, signal: 'SIGKILL' });
    await this.exited;
    return true;
  }

  #removeStrayFolder(): void {
    if (this.#strayFolder !== null) rmSync(this.#strayFolder, { recursive: true, force: true });
  }

  /** Processes that the host started; where they cannot be listed, the group of the browser that it reported. */
  #tree(): number[] {
    const { identity } = this.process;
    if (identity) return findTree(identity, this.#mark, this.#browsers, this.#isAlone);
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
