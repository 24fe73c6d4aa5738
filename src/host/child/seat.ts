import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';
import { createBirpc } from 'birpc';
import type { HostCalls, HostReports } from '../../contracts/host.ts';
import type { HostExit } from '../../contracts/host-events.ts';
import { giveBackMemory } from './heap-sizes.ts';
import { createReport, type Report } from './report.ts';
import { Session } from './session.ts';

/** How long the last word may take to leave the process, in milliseconds. */
const lastWordMs = 50;

interface SeatOptions {
  /** Sends something to the parent's end of this session. */
  post(message: unknown): void;
  /** True when the process has no other session. */
  isAlone: boolean;
  onEnd(): void;
}

/** One session of the process with its connection to the parent. */
export class Seat {
  readonly #session: Session;
  readonly #isAlone: boolean;
  readonly #onEnd: () => void;
  readonly #rpc: ReturnType<typeof createBirpc<HostReports, HostCalls>>;
  readonly #printed: Partial<Record<'stdout' | 'stderr', PassThrough>> = {};
  #expiry: NodeJS.Timeout | undefined;
  #hear: (message: unknown) => void = () => {};

  constructor({ post, isAlone, onEnd }: SeatOptions) {
    this.#isAlone = isAlone;
    this.#onEnd = onEnd;
    const session = new Session(
      createReport((event) => this.#rpc.seen.asEvent(event)),
      isAlone,
    );
    this.#session = session;
    this.#rpc = createBirpc<HostReports, HostCalls>(
      {
        settle: (place) => session.settle(place),
        load: (packageDir) => session.load(packageDir),
        start: (spec) => session.start(spec),
        sessionFacts: () => session.sessionFacts(),
        pageFacts: () => session.pageFacts(),
        switches: (keys) => session.switches(keys),
        heapSizes: () => session.heapSizes(),
        rest: () => giveBackMemory(),
        snapshot: (screenshot) => session.snapshot(screenshot),
        requestCode: (number) => session.requestCode(number),
        sendText: (to, body) => session.sendText(to, body),
        call: (call) => session.objects.call(call),
        callOnce: (call) => session.objects.callOnce(call),
        follow: (names) => session.follow(names),
        ownerOf: async (on, method) => session.objects.ownerOf(on, method),
        event: (name, match, ms) => session.objects.event(name, match, ms),
        logout: () => session.logout(),
        destroy: () => session.destroy(),
        liveFor: (ms) => this.#liveFor(ms),
        leave: () => this.end({ code: null, signal: 'SIGKILL' }),
      },
      {
        // The deadlines are the parent's: a call that never returns is a finding there.
        timeout: -1,
        post,
        on: (listener) => {
          this.#hear = listener;
        },
      },
    );
  }

  hear(message: unknown): void {
    this.#hear(message);
  }

  get report(): Report {
    return this.#session.report;
  }

  killBrowser(): void {
    this.#session.killBrowser();
  }

  /** Reports what was written to a stream of the process on behalf of this session, line by line. Always returns true. */
  print(name: 'stdout' | 'stderr', chunk: string | Uint8Array): true {
    this.#printed[name] ??= this.#reportLines(name);
    this.#printed[name].write(chunk);
    return true;
  }

  /** Ends the session, not the process. What it leaves behind, such as a promise that its browser's end rejects, changes nothing. */
  end(exit: HostExit): void {
    clearTimeout(this.#expiry);
    this.#session.end();
    this.#rpc.ended.asEvent(exit);
    this.#onEnd();
  }

  #liveFor(ms: number): void {
    clearTimeout(this.#expiry);
    this.#expiry = setTimeout(() => this.#expire(), ms);
  }

  #expire(): void {
    this.report({ type: 'host:expired', detail: null });
    if (!this.#isAlone) {
      this.end({ code: null, signal: 'SIGKILL' });
      return;
    }
    this.#session.killBrowser();
    // No parent is left to end a process that hangs at its exit, as process.exit() can (nodejs/node#54918).
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), lastWordMs);
  }

  #reportLines(name: 'stdout' | 'stderr'): PassThrough {
    const input = new PassThrough();
    createInterface({ input }).on('line', (text) => {
      this.report({ type: `host:${name}`, detail: text.slice(0, 2_000) });
    });
    return input;
  }
}
