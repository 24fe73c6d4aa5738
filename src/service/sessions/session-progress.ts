import type { SessionCause } from '../../codes/codes.ts';
import type { SeenEvent, SeenMessage, SessionFacts } from '../../contracts/host.ts';
import { writeUntilTaken } from '../leases/lease-writes.ts';
import { buildOf, connectedAs, factsInTime, hasLeftCodes, showsNoCode } from './read-facts.ts';
import { endOf, type SessionEnd } from './session-end.ts';
import type { LoadedVersions, SessionHost } from './session-host.ts';
import type { SessionInbox } from './session-inbox.ts';
import type { ProbeOutcome, SessionSpec, SessionSurroundings } from './session-spec.ts';
import { Watchdog } from './watchdog.ts';

/** A page that says `ready` without being connected is asked again this much later, in milliseconds. */
const askAgainMs = 1_000;

/** Looks in a row at which the page shows no QR code: a library may be about to ask for the next ones. */
const looksUntilOver = 2;

export type Step = 'starting' | 'scanning' | 'authenticated' | 'ready';

/** How far one session has come: each event of its host is the next step, is written down and told, or is the end. */
export class SessionProgress {
  readonly #spec: SessionSpec;
  readonly #around: SessionSurroundings;
  readonly #inbox: SessionInbox;
  readonly #isOver: () => boolean;
  #step: Step = 'starting';
  #linking: boolean;
  /** When the time for scanning is over, on the clock of `performance.now()`. */
  #linkUntil = Number.POSITIVE_INFINITY;
  #looksWithoutCode = 0;
  #watchdog: Watchdog | null = null;
  /** The error that the process of the host ends by; its exit code alone says nothing. */
  #crash: unknown = null;
  #loaded: LoadedVersions | null = null;
  #build: string | null = null;
  /** `performance.now()` of then. */
  readonly startedAt = performance.now();

  /** @param isOver true when the session has come to its end without an event of its host. */
  constructor(spec: SessionSpec, around: SessionSurroundings, inbox: SessionInbox, isOver: () => boolean) {
    this.#spec = spec;
    this.#around = around;
    this.#inbox = inbox;
    this.#isOver = isOver;
    this.#linking = spec.linking;
  }

  get step(): Step {
    return this.#step;
  }

  /** True until a login was accepted, now or before. */
  get linking(): boolean {
    return this.#linking;
  }

  /** The library on disk and in the memory of the host; null until it is loaded. */
  get loaded(): LoadedVersions | null {
    return this.#loaded;
  }

  /** The WhatsApp Web build by the page's own word; null until it says one. */
  get build(): string | null {
    return this.#build;
  }

  /** Writes down that the session starts. @throws LeaseLost */
  async begin(): Promise<void> {
    const { lease, cause, library } = this.#spec;
    await this.#write(() => this.#around.starts.begin(lease, cause, library));
    this.#inbox.expect('session:start-timeout', this.#around.deadlines.startMs);
  }

  /** What the event means for the session when it is an end; null when it goes on. @throws LeaseLost */
  async handle({ type, detail, secret }: SeenEvent, host: SessionHost): Promise<SessionEnd | null> {
    switch (type) {
      case 'library:loaded':
        return this.#loads(detail as LoadedVersions);
      case 'page:build':
        return this.#runs(buildOf(detail));
      case 'client:qr':
        return this.#offer('qr', String(secret));
      case 'client:code':
      case 'host:code':
        return this.#offer('pairing', String(secret));
      case 'client:authenticated':
        return this.#authenticated();
      case 'client:ready':
        return this.#becomeReady(host);
      case 'client:message':
        return this.#hear(secret as SeenMessage);
      case 'client:message_ack':
        await this.#write(() => this.#around.probes.acknowledged(secret as SeenMessage));
        return null;
      case 'session:missed-probe':
        return this.#missedProbe(String(detail));
      case 'session:start-timeout':
        return this.broken('start-timeout');
      case 'session:look-at-code':
        return this.#lookAtCode(host);
      case 'session:link-timeout':
        return { kind: 'dead', code: hasLeftCodes(await this.#facts(host)) ? 'authenticated-timeout' : 'link-timeout' };
      case 'session:ready-timeout':
        return { kind: 'failed', code: 'ready-timeout' };
      case 'session:watch':
        return this.#watch(host);
      case 'host:unhandled-rejection':
      case 'host:uncaught-exception':
        this.#crash = detail;
        return null;
      case 'host:exited':
        return endOf(type, this.#crash ?? detail, this.#linking);
      default:
        return endOf(type, detail, this.#linking);
    }
  }

  /** The end of a session that something broke: it starts again, unless that was a link. */
  broken(code: SessionCause): Extract<SessionEnd, { code: SessionCause }> {
    return { kind: this.#linking ? 'dead' : 'failed', code };
  }

  /** Tells what became of a probe. */
  probed(outcome: ProbeOutcome): void {
    const { lease, library } = this.#spec;
    this.#around.onEvent(lease.ids, { type: 'probe', outcome, library });
  }

  async #loads(versions: LoadedVersions): Promise<null> {
    const { lease, library } = this.#spec;
    const { loaded } = versions;
    this.#loaded = versions;
    if (loaded !== null && loaded !== library) await this.#write(() => this.#around.starts.loaded(lease, loaded));
    return null;
  }

  async #runs(build: string | null): Promise<null> {
    await this.#write(() => this.#around.starts.runs(this.#spec.lease, build));
    this.#build = build;
    return null;
  }

  async #offer(kind: 'qr' | 'pairing', code: string): Promise<SessionEnd | null> {
    this.#spec.onLaunched();
    if (!this.#linking) return { kind: 'dead', code: 'unlinked' };
    await this.#write(() => this.#around.linkCodes.put(this.#spec.lease, kind, code));
    if (this.#step === 'starting') {
      this.#step = 'scanning';
      this.#linkUntil = performance.now() + this.#around.deadlines.linkMs;
      this.#waitForScan();
    }
    this.#around.onEvent(this.#spec.lease.ids, { type: 'code' });
    return null;
  }

  /** A pairing code outlives the QR codes of the page, so only the latter are looked at. */
  #waitForScan(): void {
    const restMs = this.#linkUntil - performance.now();
    const { lookAtCodeMs } = this.#around.deadlines;
    const looks = this.#spec.pairWith === null && lookAtCodeMs < restMs;
    this.#inbox.expect(looks ? 'session:look-at-code' : 'session:link-timeout', looks ? lookAtCodeMs : restMs);
  }

  /** 1.34.2 and 1.34.7 show six codes and no seventh: without this a person scans a dead one until the time is over. */
  async #lookAtCode(host: SessionHost): Promise<SessionEnd | null> {
    const isShown = !showsNoCode(await this.#facts(host));
    this.#looksWithoutCode = isShown ? 0 : this.#looksWithoutCode + 1;
    if (this.#looksWithoutCode === looksUntilOver) return { kind: 'dead', code: 'link-timeout' };
    this.#waitForScan();
    return null;
  }

  async #authenticated(): Promise<null> {
    if (this.#step === 'authenticated' || this.#step === 'ready') return null;
    await this.#write(() => this.#around.accounts.authenticated(this.#spec.lease));
    this.#step = 'authenticated';
    this.#linking = false;
    this.#inbox.expect('session:ready-timeout', this.#around.deadlines.readyMs);
    this.#tell('authenticated');
    return null;
  }

  /** `ready` alone is not believed: the session must be connected and know its number. */
  async #becomeReady(host: SessionHost): Promise<null> {
    if (this.#step === 'ready') return null;
    await this.#authenticated();
    const { lease, library } = this.#spec;
    const connected = connectedAs(await this.#facts(host));
    if (!connected) {
      this.#inbox.later('client:ready', askAgainMs);
      return null;
    }
    await this.#write(() => this.#around.probes.forget(lease.ids.session));
    const { superseded, isOther } = await this.#write(() => this.#around.links.ready(lease, connected.phone, library));
    if (isOther) {
      this.#around.onSuperseded([lease.ids]);
      return null;
    }
    await this.#write(() => this.#around.starts.ready(lease));
    this.#step = 'ready';
    this.#watchdog = new Watchdog(connected.wid, this.#around.deadlines.answerMs);
    this.#inbox.expect('session:watch', this.#around.deadlines.watchEveryMs);
    this.#spec.onLaunched();
    this.#tell('connected');
    this.#around.onSuperseded(superseded);
    return null;
  }

  async #hear(message: SeenMessage): Promise<null> {
    if (await this.#write(() => this.#around.probes.heard(message))) this.probed('heard');
    else this.#around.onEvent(this.#spec.lease.ids, { type: 'message', message });
    return null;
  }

  async #missedProbe(probe: string): Promise<SessionEnd | null> {
    if (this.#step !== 'ready' || !(await this.#write(() => this.#around.probes.end(probe)))) return null;
    this.probed('deaf');
    return { kind: 'failed', code: 'session-deaf' };
  }

  async #watch(host: SessionHost): Promise<SessionEnd | null> {
    const wrong = await this.#watchdog?.look(() => host.sessionFacts());
    if (wrong) return { kind: 'failed', code: wrong };
    this.#inbox.expect('session:watch', this.#around.deadlines.watchEveryMs);
    return null;
  }

  /** Null where the page does not answer in time. */
  #facts(host: SessionHost): Promise<SessionFacts | null> {
    return factsInTime(() => host.sessionFacts(), this.#around.deadlines.answerMs);
  }

  #tell(status: 'authenticated' | 'connected'): void {
    const { lease, library, linking } = this.#spec;
    const tookMs = performance.now() - this.startedAt;
    this.#around.onEvent(lease.ids, { type: 'status', status, library, build: this.#build, linking, tookMs });
  }

  #write<T>(work: () => Promise<T>): Promise<T> {
    return writeUntilTaken(this.#spec.lease, work, this.#isOver);
  }
}
