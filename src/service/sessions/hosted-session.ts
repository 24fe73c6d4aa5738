import type { SessionCause } from '../../codes/codes.ts';
import type { HostEvent, LoadedVersions, PlainValue } from '../../contracts/host-events.ts';
import type { ProbeOutcome, SessionStep } from '../../contracts/service-states.ts';
import { Late, within } from '../../contracts/within.ts';
import type { DeadlineName } from '../../session/deadlines.ts';
import { next } from '../../session/machine.ts';
import {
  type Effect,
  newSession,
  type SessionEnd,
  type SessionInput,
  type SessionState,
} from '../../session/session-state.ts';
import { type Lease, LeaseLost } from '../leases/lease.ts';
import { writeUntilTaken } from '../leases/lease-writes.ts';
import { Problem } from '../problems.ts';
import { ProfileUnavailable } from '../profiles/profile-vault.ts';
import type { RequestOrigin } from '../request-origin.ts';
import type { SessionIds } from '../session-ids.ts';
import { ProxyRefused } from './account-proxy.ts';
import { servicePolicy } from './deadlines.ts';
import { factsInTime, logOut, staysUnscanned } from './farewell.ts';
import { ProfileSaves } from './profile-saves.ts';
import { type HostedLibrary, LibraryFailed, type SessionHost, type SessionHostSpec } from './session-host.ts';
import type { SessionParts } from './session-parts.ts';
import type { StartSpans } from './start-spans.ts';

/** Lines of standard error that may be needed. */
const keptLines = 10;

/** `unscanned`: no code was scanned, so the phone lists no device; `none`: it may list one. */
export type Farewell = 'unlinked' | 'unscanned' | 'none';

/** What one session may ask of the others in its instance. */
interface OtherSessions {
  /** True when the account of a session is inactive, so it never starts again. False when the database does not answer. */
  isOver(lease: Lease): Promise<boolean>;
  /** Closes those of these sessions that run here: their account is inactive now. */
  closeOver(sessions: readonly SessionIds[]): void;
}

/** What is known of a session before its host is opened. */
export interface SessionSpec extends Omit<SessionHostSpec, 'signal' | 'onSeen'> {
  cause: SessionCause;
  /** True when no login was ever accepted for the account. */
  linking: boolean;
  /** The request that asked for the link or for the last restoration. */
  origin: RequestOrigin;
  spans: StartSpans;
  /** Of the proxy and the browser arguments that it is started with. */
  browserRevision: number;
  /** Called once when the browser has started or failed to start: another one may start now. */
  onLaunched(): void;
}

/**
 * One session that runs in this instance, from the start of its host to its end: drives the session machine with the events of the host,
 * and carries out its effects, with writes under the lease.
 */
export class HostedSession {
  readonly spec: SessionSpec;
  readonly #parts: SessionParts;
  readonly #others: OtherSessions;
  /** The state of the session; it shows a step only after the step was written. */
  #session: SessionState;
  #end: SessionEnd | null = null;
  /** The last lines that host and browser wrote to standard error. */
  readonly #printed: string[] = [];
  readonly #inputs: SessionInput[] = [];
  #wake: (() => void) | undefined;
  readonly #timers = new Map<DeadlineName, NodeJS.Timeout>();
  #host: SessionHost | null = null;
  /** Aborted when the session is over before its host is open. */
  readonly #opening = new AbortController();
  readonly #saves: ProfileSaves | null;
  #superseded: SessionIds[] = [];
  /** Names of the library's events that the host reports as data. */
  #followed: readonly string[] = [];
  /** True when the session is over for good, so that its device has to leave the phone. */
  #isToUnlink = false;
  #farewell: Farewell = 'none';
  #loaded: LoadedVersions | null = null;
  #build: string | null = null;
  /** `performance.now()` at the start. */
  readonly startedAt = performance.now();

  constructor(spec: SessionSpec, parts: SessionParts, others: OtherSessions) {
    this.spec = spec;
    this.#parts = parts;
    this.#others = others;
    this.#session = newSession(servicePolicy(parts.deadlines), !spec.linking);
    const onUnsaved = (error: unknown) => parts.onUnsaved(spec.lease.ids, error);
    this.#saves = parts.vault && new ProfileSaves(parts.vault, spec.lease, spec.folder, onUnsaved);
  }

  get step(): SessionStep {
    return this.#session.step;
  }

  /** The versions on disk and in the memory of the host; null until the library is loaded. */
  get loaded(): LoadedVersions | null {
    return this.#loaded;
  }

  /** The WhatsApp Web build that the page reports; null until it reports one. */
  get build(): string | null {
    return this.#build;
  }

  get ready(): boolean {
    return this.step === 'ready' && this.#end === null;
  }

  /** True when the session can restart elsewhere without a person, because its login was accepted. */
  get canMove(): boolean {
    return this.hadLogin && this.#end === null;
  }

  /** True when a login was accepted, now or in an earlier start. */
  get hadLogin(): boolean {
    return this.#session.isLinked;
  }

  /** How a device that had to be unlinked left its phone. */
  get farewell(): Farewell {
    return this.#farewell;
  }

  /** Runs the session until its end. Host and browser are gone when it returns. Never rejects. */
  async run(): Promise<SessionEnd> {
    const { lease } = this.spec;
    try {
      await this.#live();
    } catch (error) {
      const isLost = error instanceof LeaseLost;
      if (!isLost) this.#parts.onTrouble(lease.ids, error);
      this.#finish(isLost ? { type: 'session:lease-lost' } : { type: 'session:failed', message: String(error) });
      // A write can be the first to show that the account is inactive, even in the middle of a link.
      if (isLost) this.#isToUnlink ||= await this.#others.isOver(lease);
    }
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.spec.onLaunched();
    const end = this.#end as SessionEnd;
    this.spec.spans.end('cause' in end ? end.cause : end.kind, this.#build);
    if (end.kind === 'closed') await this.#destroy();
    if (end.kind === 'lost' && this.#isToUnlink) await this.#leavePhone();
    if (end.kind === 'dead' && end.mayBeScanned) await this.#leaveLink();
    // A login that the page has just forgotten would come back with a browser that is killed.
    if ('isRefused' in end && end.isRefused) await this.#closeBrowser();
    this.#saves?.stop();
    await this.#host?.kill();
    return this.#withPrinted(end);
  }

  /** Shuts the session down gracefully; `run` then returns. */
  close(cause: SessionCause): void {
    this.#stop({ type: 'session:stop', cause });
  }

  /** The lease is lost: ends host and browser, at once unless the device must be unlinked from the phone first. */
  abandon({ unlink }: { unlink: boolean }): void {
    this.#isToUnlink ||= unlink;
    this.#stop({ type: 'session:lease-lost' });
    if (!this.#isToUnlink) this.#host?.kill();
  }

  /** The phone has received a probe, and no event reported it in time; the event may still be queued. */
  missed(probe: string): void {
    this.#push({ type: 'session:missed-probe', probe });
  }

  /** A deadline of the session has passed, by its own timer or by the clock of a replay. */
  passed(of: DeadlineName): void {
    clearTimeout(this.#timers.get(of));
    this.#timers.delete(of);
    // Until the host is open, nothing else is under way.
    if (this.#host === null) this.#finish({ type: 'session:deadline', of });
    else this.#push({ type: 'session:deadline', of });
  }

  /** Reports how a probe ended. */
  probed(outcome: ProbeOutcome): void {
    const { lease, library } = this.spec;
    this.#parts.onEvent(lease.ids, { type: 'probe', outcome, library });
  }

  /** The lease was renewed: the host may live `ms` milliseconds longer. */
  extend(ms: number): void {
    this.#host?.liveFor(ms);
  }

  /** Tells the host which events of the library are wanted as data. */
  follow(): void {
    const names = this.#parts.followedEvents?.(this.spec.lease.ids) ?? [];
    if (!this.#host?.follow || String(names) === String(this.#followed)) return;
    this.#followed = names;
    this.#host.follow(names);
  }

  /** @throws Problem `session-not-connected`, `send-failed`, `send-unknown` */
  async sendText(to: string, body: string): Promise<PlainValue> {
    const host = this.#connected();
    const { sendMs, answerMs } = this.#parts.deadlines;
    return within(sendMs, () => host.sendText(to, body)).catch(async (error) => {
      // A page that has died may have sent it before.
      const lives = !(error instanceof Late) && (await factsInTime(host, answerMs)) !== null;
      throw new Problem(lives ? 'send-failed' : 'send-unknown', undefined, { cause: error });
    });
  }

  /** For calls of its public methods. @throws Problem `session-not-connected` */
  get library(): HostedLibrary {
    const { library } = this.#connected();
    if (!library) throw new Problem('session-not-connected');
    return library;
  }

  #connected(): SessionHost {
    if (!this.#host || !this.ready) throw new Problem('session-not-connected');
    return this.#host;
  }

  async #live(): Promise<void> {
    const { lease, cause, library, linking, pairWith } = this.spec;
    // It may have been closed while it waited for its slot.
    if (this.#end) return;
    this.spec.spans.enter('launch');
    await this.#write(() => this.#parts.starts.begin(lease, cause, library));
    await this.#handle({ type: 'session:start', isLinked: !linking, pairWith });
    this.#host = await this.#open();
    this.follow();
    this.spec.spans.enter(linking ? 'qr' : 'authenticated');
    while (this.#host && !this.#end) {
      const input = this.#inputs.shift();
      if (input) await this.#handle(input);
      else
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
    }
  }

  /** Null when the session ends first. */
  async #open(): Promise<SessionHost | null> {
    if (this.#end) return null;
    const { signal } = this.#opening;
    const opened = this.#parts.openHost({ ...this.spec, signal, onSeen: (event) => this.#see(event) });
    const over = new Promise<null>((resolve) => signal.addEventListener('abort', () => resolve(null)));
    try {
      const host = await Promise.race([opened, over]);
      if (!host) opened.then((late) => late.kill()).catch(() => {});
      host?.liveFor(this.spec.restMs());
      return host;
    } catch (error) {
      this.#finish({ type: 'session:unopened', code: codeOfUnopened(error), message: String(error) });
      return null;
    }
  }

  /** Passes an input to the machine and carries out its effects, whose answers are further inputs. @throws LeaseLost */
  async #handle(input: SessionInput): Promise<void> {
    const { state, effects, end } = next(this.#session, input);
    const answers: SessionInput[] = [];
    for (const effect of effects) {
      const answer = await this.#perform(effect);
      if (answer) answers.push(answer);
    }
    this.#session = state;
    for (const effect of effects) if (effect.do === 'announce') this.#announce(effect.what);
    if (end) this.#over(end);
    for (const answer of answers) if (!this.#end) await this.#handle(answer);
  }

  /** @returns the answer of an effect as an input for the machine. @throws LeaseLost */
  async #perform(effect: Effect): Promise<SessionInput | null> {
    const { accounts, links, linkCodes, starts, probes, deadlines } = this.#parts;
    const { lease, library } = this.spec;
    switch (effect.do) {
      case 'wait':
        clearTimeout(this.#timers.get(effect.for));
        this.#timers.set(
          effect.for,
          setTimeout(() => this.passed(effect.for), effect.ms),
        );
        return null;
      case 'stop-waiting':
        clearTimeout(this.#timers.get(effect.for));
        return null;
      case 'free-slot':
        this.spec.onLaunched();
        return null;
      case 'ask-page': {
        const facts = this.#host && (await factsInTime(this.#host, deadlines.answerMs));
        return { type: 'session:facts', about: effect.about, facts };
      }
      case 'request-code':
        this.#host
          ?.requestCode(effect.number)
          .catch(({ message }: Error) => this.#push({ type: 'session:code-refused', message }));
        return null;
      case 'show-code':
        await this.#write(() => linkCodes.put(lease, effect.kind, effect.code));
        return null;
      case 'write-login':
        await this.#write(() => accounts.authenticated(lease));
        return { type: 'session:login-written' };
      case 'claim-number': {
        await this.#write(() => probes.forget(lease.ids.session));
        const { superseded, isOther } = await this.#write(() => links.ready(lease, effect.phone, library));
        if (isOther) this.#others.closeOver([lease.ids]);
        if (isOther) return null;
        await this.#write(() => starts.ready(lease));
        this.#superseded = superseded;
        return { type: 'session:number-claimed', wid: effect.wid };
      }
      case 'keep-versions': {
        const { loaded } = effect.versions;
        this.#loaded = effect.versions;
        if (loaded !== null && loaded !== library) await this.#write(() => starts.loaded(lease, loaded));
        return null;
      }
      case 'keep-build':
        await this.#write(() => starts.runs(lease, effect.build));
        this.#build = effect.build;
        return null;
      case 'hear':
        if (await this.#write(() => probes.heard(effect.message))) this.probed('heard');
        else this.#parts.onEvent(lease.ids, { type: 'message', message: effect.message });
        return null;
      case 'acknowledge':
        await this.#write(() => probes.acknowledged(effect.message));
        return null;
      case 'end-probe':
        return (await this.#write(() => probes.end(effect.probe))) ? { type: 'session:deaf' } : null;
      case 'announce':
        return null;
    }
  }

  #announce(what: Extract<Effect, { do: 'announce' }>['what']): void {
    const { lease, library, linking, spans } = this.spec;
    const { onEvent } = this.#parts;
    if (what === 'code') {
      spans.enter('authenticated');
      onEvent(lease.ids, { type: 'code' });
    } else if (what === 'deaf') this.probed('deaf');
    else {
      if (what === 'authenticated') spans.enter('ready');
      else spans.end(null, this.#build);
      const tookMs = performance.now() - this.startedAt;
      onEvent(lease.ids, { type: 'status', status: what, library, build: this.#build, linking, tookMs });
    }
    if (what !== 'connected') return;
    this.#saves?.begin();
    this.#others.closeOver(this.#superseded);
  }

  /** Ends the session now, even in the middle of a write. */
  #stop(input: SessionInput): void {
    this.#finish(input);
    this.#wake?.();
  }

  /** The end that an input means; nothing but its end comes of the session any more. There is no page to ask. */
  #finish(input: SessionInput): void {
    const { state, effects, end } = next(this.#session, input);
    if (end) this.#over(end);
    for (const effect of effects) {
      if (effect.do !== 'ask-page') continue;
      const unanswered = next(state, { type: 'session:facts', about: effect.about, facts: null });
      if (unanswered.end) this.#over(unanswered.end);
    }
  }

  #over(end: SessionEnd): void {
    this.#end ??= end;
    if (this.#host === null) this.#opening.abort();
  }

  #see(event: HostEvent): void {
    if (event.type === 'host:stderr') {
      this.#printed.push(event.detail);
      if (this.#printed.length > keptLines) this.#printed.shift();
    } else if (event.type === 'client:followed') {
      const { name, secret } = event;
      this.#parts.onEvent(this.spec.lease.ids, { type: 'followed', name, event: secret });
    } else this.#push(event);
  }

  /** What the library says of a browser that does not start is no reason; what the browser printed is. */
  #withPrinted(end: SessionEnd): SessionEnd {
    if (!('said' in end) || end.cause !== 'browser-launch-failed') return end;
    const [reason = ''] = (end.said ?? end.message).split('\n', 1);
    return { ...end, said: [reason, ...this.#printed].join('; ') };
  }

  #push(input: SessionInput): void {
    this.#inputs.push(input);
    this.#wake?.();
  }

  async #destroy(): Promise<void> {
    this.#saves?.stop();
    if (await this.#closeBrowser()) await this.#saves?.save();
  }

  /** Closes the browser so that it writes its profile to disk. True when it did. Never rejects. */
  async #closeBrowser(): Promise<boolean> {
    const host = this.#host;
    if (!host) return false;
    return within(this.#parts.deadlines.closeMs, () => host.destroy()).then(
      () => true,
      () => false,
    );
  }

  /** A device that was linked a moment ago can be unlinked only once its page is ready, while the page runs. Never rejects. */
  async #leavePhone(): Promise<void> {
    const host = this.#host;
    if (!host) return;
    this.#saves?.stop();
    const { deadlines } = this.#parts;
    this.#farewell = await within(deadlines.closeMs, () => this.#sayFarewell(host)).catch(() => 'none');
  }

  /** A link came to nothing. If its code may have been scanned, the profile keeps what a later start needs to unlink the device. */
  async #leaveLink(): Promise<void> {
    if (!this.#host) return;
    if (await staysUnscanned(this.#host, this.#parts.deadlines)) this.#farewell = 'unscanned';
    else await this.#closeBrowser();
  }

  async #sayFarewell(host: SessionHost): Promise<Farewell> {
    const { deadlines } = this.#parts;
    // It has shown no code. If another instance showed one before, a later start unlinks the device.
    if (this.step === 'starting' && this.spec.linking) return 'none';
    if (this.step === 'scanning' && (await staysUnscanned(host, deadlines))) return 'unscanned';
    const saidReady = () => this.#session.saidReady || this.#inputs.some(({ type }) => type === 'client:ready');
    return (await logOut(host, deadlines, deadlines.closeMs, saidReady)) ? 'unlinked' : 'none';
  }

  #write<T>(work: () => Promise<T>): Promise<T> {
    return writeUntilTaken(this.spec.lease, work, () => this.#end !== null);
  }
}

function codeOfUnopened(error: unknown): Extract<SessionInput, { type: 'session:unopened' }>['code'] {
  if (error instanceof LibraryFailed) return 'library-load-failed';
  if (error instanceof ProxyRefused) return 'proxy-refused';
  return error instanceof ProfileUnavailable ? 'profile-unavailable' : 'host-died';
}
