import type { SessionCause } from '../../codes/codes.ts';
import type { SeenEvent } from '../../contracts/host.ts';
import { LeaseLost } from '../leases/lease.ts';
import { loggableError } from '../loggable.ts';
import { Problem } from '../problems.ts';
import { ProfileUnavailable } from '../profiles/profile-vault.ts';
import { logOut } from './log-out.ts';
import { openInTime } from './open-in-time.ts';
import { factsInTime } from './read-facts.ts';
import type { SessionEnd } from './session-end.ts';
import { LibraryFailed, type LoadedVersions, type SessionHost } from './session-host.ts';
import { SessionInbox } from './session-inbox.ts';
import { SessionProgress, type Step } from './session-progress.ts';
import type { ProbeOutcome, SessionSpec, SessionSurroundings } from './session-spec.ts';
import { staysUnscanned } from './stays-unscanned.ts';
import { Late, within } from './within.ts';

/** `unscanned`: nobody had scanned a code, so the phone lists no device; `none`: it may list one. */
export type Farewell = 'unlinked' | 'unscanned' | 'none';

/** One session that runs in this instance, from the start of its host to its end. */
export class HostedSession {
  readonly spec: SessionSpec;
  readonly #around: SessionSurroundings;
  readonly #inbox = new SessionInbox();
  readonly #progress: SessionProgress;
  #host: SessionHost | null = null;
  /** Aborted when the session is over before its host is open. */
  readonly #opening = new AbortController();
  #end: SessionEnd | null = null;
  /** True once the library said so. */
  #saidReady = false;
  /** True when the session is over for good, so that its device has to leave the phone. */
  #isToUnlink = false;
  #farewell: Farewell = 'none';

  constructor(spec: SessionSpec, around: SessionSurroundings) {
    this.spec = spec;
    this.#around = around;
    this.#progress = new SessionProgress(spec, around, this.#inbox, () => this.#end !== null);
  }

  get step(): Step {
    return this.#progress.step;
  }

  /** `performance.now()` of then. */
  get startedAt(): number {
    return this.#progress.startedAt;
  }

  /** The library on disk and in the memory of the host; null until it is loaded. */
  get loaded(): LoadedVersions | null {
    return this.#progress.loaded;
  }

  /** The WhatsApp Web build by the page's own word; null until it says one. */
  get build(): string | null {
    return this.#progress.build;
  }

  get ready(): boolean {
    return this.step === 'ready' && this.#end === null;
  }

  /** True when the session can be started again elsewhere without a person: its login was accepted once. */
  get canMove(): boolean {
    return this.hadLogin && this.#end === null;
  }

  /** True when a login was accepted, now or before. */
  get hadLogin(): boolean {
    return !this.#progress.linking;
  }

  /** What became of the device of a session that was abandoned to unlink it. */
  get farewell(): Farewell {
    return this.#farewell;
  }

  /** Runs the session until its end. Host and browser are gone when it returns. Never rejects. */
  async run(): Promise<SessionEnd> {
    try {
      const end = await this.#live();
      this.#end ??= end;
    } catch (error) {
      if (!(error instanceof LeaseLost)) this.#around.onTrouble(this.spec.lease.ids, error);
      this.#end ??= error instanceof LeaseLost ? { kind: 'lost' } : { kind: 'failed', code: 'service-failed' };
      // A write tells that the account is over before anybody else does, in the middle of a link too.
      if (error instanceof LeaseLost) this.#isToUnlink ||= await this.#around.isOver(this.spec.lease);
    } finally {
      this.#inbox.expectNothing();
      this.spec.onLaunched();
      if (this.#end?.kind === 'closed')
        await within(this.#around.deadlines.closeMs, () => this.#destroy()).catch(() => {});
      if (this.#end?.kind === 'lost' && this.#isToUnlink) await this.#leavePhone();
      await this.#host?.kill();
    }
    return this.#end;
  }

  /** Closes the session in order; `run` then returns. */
  close(cause: SessionCause): void {
    this.#stop({ kind: 'closed', cause });
  }

  /** A probe that the phone has was not heard for too long; it may still be in line. */
  missed(probe: string): void {
    this.#inbox.tell('session:missed-probe', probe);
  }

  /** Tells what became of a probe. */
  probed(outcome: ProbeOutcome): void {
    this.#progress.probed(outcome);
  }

  /** Ends host and browser: the lease is gone. At once, unless the device has to be unlinked from the phone first. */
  abandon({ unlink }: { unlink: boolean }): void {
    this.#isToUnlink ||= unlink;
    this.#stop({ kind: 'lost' });
  }

  /** The lease was renewed: the host may live `ms` milliseconds longer. */
  extend(ms: number): void {
    this.#host?.liveFor(ms);
  }

  /** @throws Problem `session-not-connected`, `send-failed`, `send-unknown` */
  async sendText(to: string, body: string): Promise<unknown> {
    if (!this.#host || !this.ready) throw new Problem('session-not-connected');
    const host = this.#host;
    const { sendMs, answerMs } = this.#around.deadlines;
    return within(sendMs, () => host.sendText(to, body)).catch(async (error) => {
      // A page that died meanwhile may have sent it before.
      const lives = !(error instanceof Late) && (await factsInTime(() => host.sessionFacts(), answerMs)) !== null;
      throw new Problem(lives ? 'send-failed' : 'send-unknown', undefined, { cause: error });
    });
  }

  #stop(end: SessionEnd): void {
    this.#end ??= end;
    this.#inbox.tell('session:stop');
    if (end.kind === 'lost' && !this.#isToUnlink) this.#host?.kill();
    if (this.#host === null) this.#opening.abort();
  }

  /** A device that was linked a moment ago can be unlinked only when its page is ready, and only while that goes on. Never rejects. */
  async #leavePhone(): Promise<void> {
    const host = this.#host;
    if (!host) return;
    const { deadlines } = this.#around;
    this.#farewell = await within(deadlines.closeMs, () => this.#sayFarewell(host)).catch(() => 'none');
  }

  async #sayFarewell(host: SessionHost): Promise<Farewell> {
    const { deadlines } = this.#around;
    // It has shown no code: where another instance did before, the device is unlinked by a start for that.
    if (this.step === 'starting' && this.spec.linking) return 'none';
    if (this.step === 'scanning' && (await staysUnscanned(host, deadlines.answerMs))) return 'unscanned';
    return (await logOut(host, deadlines, deadlines.closeMs, () => this.#saidReady)) ? 'unlinked' : 'none';
  }

  async #live(): Promise<SessionEnd> {
    // It may have been closed while it waited for its slot.
    if (this.#end) return this.#end;
    await this.#progress.begin();
    let host: SessionHost;
    try {
      host = await this.#open();
    } catch (error) {
      if (this.#end) return this.#end;
      const code = this.#opening.signal.aborted ? 'start-timeout' : causeOf(error);
      return { ...this.#progress.broken(code), message: loggableError(error).message };
    }
    this.#host = host;
    while (true) {
      if (this.#end) return this.#end;
      const event = await this.#inbox.next();
      const end = this.#end ?? (await this.#progress.handle(event, host));
      if (end) return end;
    }
  }

  #open(): Promise<SessionHost> {
    const { lease, library, folder, pairWith, restMs } = this.spec;
    const { signal } = this.#opening;
    const onSeen = (event: SeenEvent) => {
      this.#saidReady ||= event.type === 'client:ready';
      this.#inbox.push(event);
    };
    const spec = { lease, library, folder, pairWith, restMs, signal, onSeen };
    return openInTime(this.#around.openHost, spec, this.#opening, this.#around.deadlines.startMs);
  }

  async #destroy(): Promise<void> {
    await this.#host?.destroy();
  }
}

function causeOf(error: unknown): SessionCause {
  if (error instanceof LibraryFailed) return 'library-failed';
  return error instanceof ProfileUnavailable ? 'profile-unavailable' : 'host-died';
}
