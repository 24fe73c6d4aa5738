import type { SeenEvent, SeenMessage } from '../../contracts/host.ts';
import type { Cause } from '../causes.ts';
import { loggableError } from '../loggable.ts';
import { Problem } from '../problems.ts';
import { ProfileUnavailable } from '../profiles/profile-vault.ts';
import { Inbox } from './inbox.ts';
import { LeaseLost } from './lease.ts';
import { openInTime } from './open-in-time.ts';
import { endOf, type SessionEnd } from './session-end.ts';
import { LibraryFailed, type LoadedVersions, type SessionHost } from './session-host.ts';
import type { ProbeOutcome, SessionSpec, SessionSurroundings } from './session-spec.ts';
import { Watchdog } from './watchdog.ts';
import { Late, within } from './within.ts';
import { writeUntilTaken } from './write-until-taken.ts';

/** States of the page's socket while nobody has scanned. */
const waitsForScan: ReadonlySet<string> = new Set(['UNPAIRED', 'UNPAIRED_IDLE']);

export type Step = 'starting' | 'scanning' | 'authenticated' | 'ready';

/** One session that runs in this instance: turns what the host sees into what the account is. */
export class HostedSession {
  readonly spec: SessionSpec;
  readonly #around: SessionSurroundings;
  readonly #inbox = new Inbox<SeenEvent>();
  #host: SessionHost | null = null;
  /** Aborted when the session is over before its host is open. */
  readonly #opening = new AbortController();
  #step: Step = 'starting';
  #end: SessionEnd | null = null;
  #timer: NodeJS.Timeout | undefined;
  #watchdog: Watchdog | null = null;
  #linking: boolean;
  #unlinked = false;
  #loaded: LoadedVersions | null = null;
  /** `performance.now()` of then. */
  readonly startedAt = performance.now();

  constructor(spec: SessionSpec, around: SessionSurroundings) {
    this.spec = spec;
    this.#around = around;
    this.#linking = spec.linking;
  }

  get step(): Step {
    return this.#step;
  }

  /** The library on disk and in the memory of the host; null until it is loaded. */
  get loaded(): LoadedVersions | null {
    return this.#loaded;
  }

  get ready(): boolean {
    return this.#step === 'ready' && this.#end === null;
  }

  /** True when the session can be started again elsewhere without a person: its login was accepted once. */
  get canMove(): boolean {
    return this.hadLogin && this.#end === null;
  }

  /** True when a login was accepted, now or before. */
  get hadLogin(): boolean {
    return !this.#linking;
  }

  /** True when `abandon` unlinked the device. */
  get unlinked(): boolean {
    return this.#unlinked;
  }

  /** Runs the session until its end. Host and browser are gone when it returns. Never rejects. */
  async run(): Promise<SessionEnd> {
    try {
      const end = await this.#live();
      this.#end ??= end;
    } catch (error) {
      if (!(error instanceof LeaseLost)) this.#around.onTrouble(this.spec.lease.ids, error);
      this.#end ??= error instanceof LeaseLost ? { kind: 'lost' } : { kind: 'failed', code: 'service-failed' };
    } finally {
      clearTimeout(this.#timer);
      this.spec.onLaunched();
      if (this.#end?.kind === 'closed')
        await within(this.#around.deadlines.closeMs, () => this.#destroy()).catch(() => {});
      await this.#host?.kill();
    }
    return this.#end;
  }

  /** Closes the session in order; `run` then returns. */
  close(cause: Cause): void {
    this.#stop({ kind: 'closed', cause });
  }

  /** A probe that the phone has was not heard for too long; it may still be in line. */
  missed(probe: string): void {
    this.#inbox.push({ at: 0, type: 'session:missed-probe', detail: probe });
  }

  /** Tells what became of a probe. */
  probed(outcome: ProbeOutcome): void {
    this.#around.onEvent(this.spec.lease.ids, { type: 'probe', outcome, library: this.spec.library });
  }

  /**
   * Ends host and browser at once: the lease is gone. `unlink` first removes the device from the phone, in order; a page that is not
   * ready would take that and tell nobody.
   */
  abandon({ unlink }: { unlink: boolean }): void {
    const goodbye = unlink && this.ready ? this.#logOut() : Promise.resolve();
    goodbye.catch(() => {}).finally(() => this.#stop({ kind: 'lost' }));
  }

  /** The lease was renewed: the host may live `ms` milliseconds longer. */
  extend(ms: number): void {
    this.#host?.liveFor(ms);
  }

  /** @throws Problem `session-not-connected`, `send-failed`, `send-unknown` */
  async sendText(to: string, body: string): Promise<unknown> {
    if (!this.#host || !this.ready) throw new Problem('session-not-connected');
    const host = this.#host;
    return within(this.#around.deadlines.sendMs, () => host.sendText(to, body)).catch((error) => {
      throw new Problem(error instanceof Late ? 'send-unknown' : 'send-failed', undefined, { cause: error });
    });
  }

  #stop(end: SessionEnd): void {
    this.#end ??= end;
    this.#inbox.push({ at: 0, type: 'session:stop', detail: null });
    if (end.kind === 'lost') this.#host?.kill();
    if (this.#host === null) this.#opening.abort();
  }

  async #logOut(): Promise<void> {
    await within(this.#around.deadlines.closeMs, async () => this.#host?.logout());
    this.#unlinked = true;
  }

  async #live(): Promise<SessionEnd> {
    const { lease, library, cause } = this.spec;
    // It may have been closed while it waited for its slot.
    if (this.#end) return this.#end;
    await this.#write(() => this.#around.starts.begin(lease, cause, library));
    this.#expect('session:start-timeout', this.#around.deadlines.startMs);
    try {
      this.#host = await this.#open();
    } catch (error) {
      if (this.#end) return this.#end;
      const code = this.#opening.signal.aborted ? 'start-timeout' : causeOf(error);
      return { ...this.#broken(code), message: loggableError(error).message };
    }
    while (true) {
      if (this.#end) return this.#end;
      const event = await this.#inbox.next();
      const end = this.#end ?? (await this.#handle(event));
      if (end) return end;
    }
  }

  #open(): Promise<SessionHost> {
    const { lease, library, folder, pairWith, restMs } = this.spec;
    const { signal } = this.#opening;
    const onSeen = (event: SeenEvent) => this.#inbox.push(event);
    const spec = { lease, library, folder, pairWith, restMs, signal, onSeen };
    return openInTime(this.#around.openHost, spec, this.#opening, this.#around.deadlines.startMs);
  }

  async #handle({ type, detail, secret }: SeenEvent): Promise<SessionEnd | null> {
    switch (type) {
      case 'library:loaded':
        this.#loaded = detail as LoadedVersions;
        return null;
      case 'client:qr':
        return this.#offer('qr', String(secret));
      case 'client:code':
      case 'host:code':
        return this.#offer('pairing', String(secret));
      case 'client:authenticated':
        return this.#authenticated();
      case 'client:ready':
        return this.#becomeReady();
      case 'client:message':
        return this.#hear(secret as SeenMessage);
      case 'client:message_ack':
        await this.#write(() => this.#around.probes.acknowledged(secret as SeenMessage));
        return null;
      case 'session:missed-probe':
        return this.#missedProbe(String(detail));
      case 'session:start-timeout':
        return this.#broken('start-timeout');
      case 'session:link-timeout':
        return { kind: 'dead', code: (await this.#leftCodes()) ? 'authenticated-timeout' : 'link-timeout' };
      case 'session:ready-timeout':
        return { kind: 'failed', code: 'ready-timeout' };
      case 'session:watch':
        return this.#watch();
      default:
        return endOf(type, detail, this.#linking);
    }
  }

  async #offer(kind: 'qr' | 'pairing', code: string): Promise<SessionEnd | null> {
    this.spec.onLaunched();
    if (!this.#linking) return { kind: 'dead', code: 'unlinked' };
    await this.#write(() => this.#around.linkCodes.put(this.spec.lease, kind, code));
    if (this.#step === 'starting') {
      this.#step = 'scanning';
      this.#expect('session:link-timeout', this.#around.deadlines.linkMs);
    }
    this.#around.onEvent(this.spec.lease.ids, { type: 'code' });
    return null;
  }

  /**
   * Whether the page is known to be past its codes. That no new code comes does not say so: 1.34.7 shows six and then none, whether
   * somebody scans or not.
   */
  async #leftCodes(): Promise<boolean> {
    const { answerMs } = this.#around.deadlines;
    const facts = await within(answerMs, async () => this.#host?.sessionFacts()).catch(() => null);
    const socket = facts?.socket ?? null;
    return socket !== null && !waitsForScan.has(socket);
  }

  async #authenticated(): Promise<null> {
    if (this.#step === 'authenticated' || this.#step === 'ready') return null;
    await this.#write(() => this.#around.accounts.authenticated(this.spec.lease));
    this.#step = 'authenticated';
    this.#linking = false;
    this.#expect('session:ready-timeout', this.#around.deadlines.readyMs);
    this.#tell('authenticated');
    return null;
  }

  /** `ready` alone is not believed: the session must be connected and know its number. */
  async #becomeReady(): Promise<SessionEnd | null> {
    if (this.#step === 'ready') return null;
    await this.#authenticated();
    const { lease, library } = this.spec;
    const facts = await within(this.#around.deadlines.answerMs, () => (this.#host as SessionHost).sessionFacts()).catch(
      () => null,
    );
    const phone = /^(\d{7,15})(?::\d+)?@/.exec(facts?.wid ?? '')?.[1];
    if (!facts?.wid || facts.state !== 'CONNECTED' || !phone) {
      this.#later({ at: 0, type: 'client:ready', detail: null }, 1_000);
      return null;
    }
    await this.#write(() => this.#around.probes.forget(lease.ids.session));
    const { superseded } = await this.#write(() => this.#around.links.ready(lease, phone, library));
    await this.#write(() => this.#around.starts.ready(lease));
    this.#step = 'ready';
    this.#watchdog = new Watchdog(facts.wid, this.#around.deadlines.answerMs);
    this.#expect('session:watch', this.#around.deadlines.watchEveryMs);
    this.spec.onLaunched();
    this.#tell('connected');
    this.#around.onSuperseded(superseded);
    return null;
  }

  async #hear(message: SeenMessage): Promise<null> {
    if (await this.#write(() => this.#around.probes.heard(message))) this.probed('heard');
    else this.#around.onEvent(this.spec.lease.ids, { type: 'message', message });
    return null;
  }

  async #missedProbe(probe: string): Promise<SessionEnd | null> {
    if (!this.ready || !(await this.#write(() => this.#around.probes.end(probe)))) return null;
    this.probed('deaf');
    return { kind: 'failed', code: 'session-deaf' };
  }

  async #watch(): Promise<SessionEnd | null> {
    const wrong = await this.#watchdog?.look(() => (this.#host as SessionHost).sessionFacts());
    if (wrong) return { kind: 'failed', code: wrong };
    this.#expect('session:watch', this.#around.deadlines.watchEveryMs);
    return null;
  }

  #broken(code: Cause): Extract<SessionEnd, { code: Cause }> {
    return { kind: this.#linking ? 'dead' : 'failed', code };
  }

  #tell(status: 'authenticated' | 'connected'): void {
    const { library, linking } = this.spec;
    const tookMs = performance.now() - this.startedAt;
    this.#around.onEvent(this.spec.lease.ids, { type: 'status', status, library, linking, tookMs });
  }

  /** The next deadline; the one before it no longer counts. */
  #expect(type: string, ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = this.#later({ at: 0, type, detail: null }, ms);
  }

  #later(event: SeenEvent, ms: number): NodeJS.Timeout {
    return setTimeout(() => this.#inbox.push(event), ms);
  }

  async #destroy(): Promise<void> {
    await this.#host?.destroy();
  }

  #write<T>(work: () => Promise<T>): Promise<T> {
    return writeUntilTaken(this.spec.lease, work, () => this.#end !== null);
  }
}

function causeOf(error: unknown): Cause {
  if (error instanceof LibraryFailed) return 'library-failed';
  return error instanceof ProfileUnavailable ? 'profile-unavailable' : 'host-died';
}
