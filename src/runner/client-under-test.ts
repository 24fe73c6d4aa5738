import type {
  ClientSpec,
  HeapSizes,
  HostCalls,
  Json,
  LibraryValue,
  LoadedLibrary,
  MethodArgument,
  MethodCall,
  PageFacts,
  SessionFacts,
} from '../contracts/host.ts';
import type { HostEvent, HostExit, SeenMessage } from '../contracts/host-events.ts';
import type { Phase } from '../contracts/outcome.ts';
import { within } from '../contracts/within.ts';
import {
  type DeadlineName,
  errorGraceMs,
  type FlowStep,
  flowSteps,
  type LaunchProgress,
} from '../session/deadlines.ts';
import { hasLeftCodes } from '../session/facts.ts';
import { next, repeated } from '../session/machine.ts';
import {
  type Effect,
  newSession,
  type SessionEnd,
  type SessionInput,
  type SessionPolicy,
  type SessionState,
} from '../session/session-state.ts';
import { Conversation } from './conversation.ts';
import { aftermathMs, answerDeadlineMs, handshakeMs } from './deadlines.ts';
import { asFinding, Finding } from './finding.ts';
import type { AckLevel, Disconnection, FlowClient, StartOptions } from './flow.ts';
import { noHandshake, watchHandshake } from './handshake.ts';
import type { Steps } from './steps.ts';

type LaunchOptions = Omit<StartOptions, 'profile'>;

interface ClientParts {
  calls: Omit<
    HostCalls,
    'snapshot' | 'settle' | 'rest' | 'liveFor' | 'leave' | 'callOnce' | 'follow' | 'switches' | 'ownerOf'
  >;
  exited: Promise<HostExit>;
  /** Whether the host has started any process. */
  hasBrowser(): boolean;
  killBrowser(): void;
  memory(): Promise<number | null>;
  steps: Steps;
  packageDir: string;
  /** Comes late: the browser's flags depend on the replica, which starts at the same time as the host. */
  specOf(profile: number, options: LaunchOptions): Promise<ClientSpec>;
  /** Where the browser keeps its user data. */
  folderOf(profile: number): string;
  /** The profile is that of a device that was linked before the attempt. */
  isLinked?: boolean | undefined;
  /** Of a live account: waits until it may start its browser (null), or call a method, outside of every deadline. */
  admit?: ((call: MethodCall | null) => Promise<void>) | undefined;
}

/** What a canary does with a session: everything is a finding, and its flow confirms by the probe. */
export function canaryPolicy(graceMs: number): SessionPolicy {
  return { isLinkedFrom: 'ready', confirms: false, countsRepeats: true, deadlines: { 'error-grace': graceMs } };
}

/** The flow's view of one host: drives its session with the steps of the flow, each of which waits for the session to come that far. */
export class ClientUnderTest implements FlowClient {
  readonly #parts: ClientParts;
  readonly #conversation: Conversation;
  readonly #waiting = new Set<() => boolean>();
  readonly #timers = new Map<DeadlineName, NodeJS.Timeout>();
  #session: SessionState;
  #profile = 0;
  #loaded: LoadedLibrary | null = null;

  constructor(parts: ClientParts) {
    this.#parts = parts;
    this.#session = newSession(canaryPolicy(parts.steps.patience(errorGraceMs)));
    this.#conversation = new Conversation((find) => this.#until(find), parts.steps, parts.calls);
    parts.exited.then((detail) => this.#tell({ at: Date.now(), type: 'host:exited', detail }));
  }

  /** Takes in everything that happens in the host. */
  see(event: HostEvent): void {
    this.#tell(event);
  }

  async start({ profile = 'same', ...options }: StartOptions = {}): Promise<void> {
    await this.#admitted(null);
    if (profile === 'new') this.#profile++;
    const isLinked = profile === 'same' && (this.#session.isLinked || this.#parts.isLinked === true);
    this.#tell({ type: 'session:start', isLinked, pairWith: null });
    this.#parts.steps.startOver();
    await this.#step('launch', () => this.#launch(options));
    await this.#step('page', () => this.#reached((session) => session.isPageLoaded));
  }

  async restart(options: StartOptions = {}): Promise<void> {
    await this.close();
    await this.start(options);
  }

  async kill(): Promise<void> {
    this.leave();
    await this.#step('close', async () => {
      this.#parts.killBrowser();
      await this.#reached((session) => session.isBrowserGone);
    });
  }

  async qr(after?: string): Promise<string> {
    const find = () => (this.shownQr() === after ? undefined : this.shownQr());
    const text = await this.#step('qr', () => this.#until(find));
    if (this.#session.mayDisconnect) this.#tell({ type: 'flow:links-anew' });
    return text;
  }

  async code(number: string): Promise<string> {
    this.#tell({ type: 'flow:wants-code', number });
    return this.#step('code', () => this.#until(() => this.#session.code ?? undefined));
  }

  async authenticated(): Promise<void> {
    await this.#step('authenticated', () => this.#reached(({ saidAuthenticated }) => saidAuthenticated));
  }

  async ready(): Promise<void> {
    await this.#step('ready', () => this.#reached(({ saidReady }) => saidReady));
  }

  async disconnected(): Promise<Disconnection> {
    const { steps } = this.#parts;
    this.#tell({ type: 'flow:expects-disconnect' });
    const reason = await this.#step('disconnected', async () => {
      const { reason } = await this.#until(() => this.#session.parting ?? undefined);
      if (reason !== null) return reason;
      throw new Finding('no-disconnected', 'a new QR code came, and `disconnected` did not');
    });
    const followedBy = this.#until(() => this.#session.parting?.followedBy ?? undefined);
    const ended = (await steps.race(Promise.race([followedBy, afterMs(steps.patience(aftermathMs))]))) === 'closed';
    if (ended) this.leave();
    return { reason, ended };
  }

  async send(to: string, body: string): Promise<string> {
    await this.#admitted({ on: null, method: 'sendMessage', args: [to, body] });
    return this.#conversation.send(to, body);
  }

  ack(id: string, level: AckLevel): Promise<void> {
    return this.#conversation.ack(id, level);
  }

  message(body: string): Promise<SeenMessage> {
    return this.#conversation.message(body);
  }

  call(method: string, ...args: MethodArgument[]): Promise<LibraryValue> {
    return this.#call(null, method, args);
  }

  callOn({ ref }: Pick<LibraryValue, 'ref'>, method: string, ...args: MethodArgument[]): Promise<LibraryValue> {
    if (ref === null) throw new TypeError(`client.callOn(): ${method} is called on what is no object`);
    return this.#call(ref, method, args);
  }

  callLibrary(path: string, ...args: MethodArgument[]): Promise<LibraryValue> {
    return this.#call('library', path, args);
  }

  event(name: string, match: Json = null): Promise<LibraryValue[]> {
    const { calls, steps } = this.#parts;
    const named = (error: unknown) => {
      if (!(error instanceof Finding) || error.code !== 'no-event') throw error;
      throw new Finding('no-event', `no matching \`${name}\` event: ${error.message}`, error.phase);
    };
    // The host gives up before the step does, so that no answer is lost and a later event is that of a later question.
    const ms = Math.floor(steps.patience(flowSteps.event.ms) * 0.98);
    const came = () => calls.event(name, match, ms).catch(asFinding('no-event'));
    return this.#step('event', came).catch(named);
  }

  async #call(on: MethodCall['on'], method: string, args: MethodArgument[]): Promise<LibraryValue> {
    if (on !== 'library') await this.#admitted({ on, method, args });
    const call = () => this.#parts.calls.call({ on, method, args });
    return this.#step('call', () => call().catch(asFinding('call-failed')));
  }

  async logout(): Promise<void> {
    await this.#admitted({ on: null, method: 'logout', args: [] });
    this.expectDisconnect();
    await this.#step('disconnected', () => this.#parts.calls.logout().catch(asFinding('no-disconnected')));
    // The library has closed its browser.
    this.leave();
  }

  async saved(): Promise<void> {
    await this.#step('saved', () => this.#reached((session) => session.isSaved));
  }

  memory(): Promise<number | null> {
    return this.#parts.memory();
  }

  heapSizes(): Promise<HeapSizes | null> {
    const { calls, steps } = this.#parts;
    const measured = within(steps.patience(answerDeadlineMs), () => calls.heapSizes());
    return steps.race(measured.catch(() => null));
  }

  sessionFacts(): Promise<SessionFacts> {
    return this.#parts.calls.sessionFacts();
  }

  pageFacts(): Promise<PageFacts> {
    return this.#parts.calls.pageFacts();
  }

  /** Closes the client as a user does, with `destroy()`. */
  async close(): Promise<void> {
    if (!this.#session.isUp) return;
    this.leave();
    await this.#step('close', () => this.#parts.calls.destroy().catch(asFinding('close-failed')));
  }

  /** What happened more often than it may; null when nothing did. @param last phase of what belongs to none. */
  repeated(last: Phase): Finding | null {
    const found = repeated(this.#session);
    return found && new Finding(found.code, found.message, found.phase ?? last);
  }

  /** From now on the end of browser and host is no finding. */
  leave(): void {
    this.#tell({ type: 'flow:leaves' });
  }

  async hasLeftCodes(): Promise<boolean> {
    const { calls, steps } = this.#parts;
    if (this.#session.saidAuthenticated) return true;
    return hasLeftCodes(await within(steps.patience(answerDeadlineMs), () => calls.sessionFacts()).catch(() => null));
  }

  async #admitted(call: MethodCall | null): Promise<void> {
    const { admit, steps } = this.#parts;
    if (admit) await steps.race(admit(call));
  }

  shownQr(): string | undefined {
    return this.#session.qr ?? undefined;
  }

  /** The link is being ended by the phone or the user. */
  expectDisconnect(): void {
    this.#tell({ type: 'flow:unlinks' });
  }

  #tell(input: SessionInput): void {
    const isOver = this.#session.end !== null;
    const { state, effects, end } = next(this.#session, input);
    this.#session = state;
    for (const effect of effects) this.#perform(effect);
    for (const settle of this.#waiting) if (settle()) this.#waiting.delete(settle);
    // What has happened wins over what ends the attempt.
    if (end && !isOver) this.#parts.steps.fail(findingOf(end));
  }

  #perform(effect: Effect): void {
    switch (effect.do) {
      case 'wait':
        this.#stopWaiting(effect.for);
        this.#timers.set(
          effect.for,
          setTimeout(() => this.#tell({ type: 'session:deadline', of: effect.for }), effect.ms),
        );
        break;
      case 'stop-waiting':
        this.#stopWaiting(effect.for);
        break;
      case 'request-code':
        this.#parts.calls
          .requestCode(effect.number)
          .catch(({ message }: Error) => this.#tell({ type: 'session:code-refused', message }));
        break;
      case 'hear':
        this.#conversation.hear(effect.message);
        break;
      case 'acknowledge':
        this.#conversation.acknowledge(effect.message);
        break;
      default:
      // A canary writes nothing down and asks by its probe.
    }
  }

  #stopWaiting(name: DeadlineName): void {
    clearTimeout(this.#timers.get(name));
    this.#timers.delete(name);
  }

  /** Runs a step of the flow, and lets the session know what the flow waits for. */
  async #step<T>(what: FlowStep, work: () => Promise<T>): Promise<T> {
    this.#tell({ type: 'flow:waits', phase: flowSteps[what].phase });
    try {
      return await this.#parts.steps.run(what, work, () => this.#progress());
    } finally {
      this.#tell({ type: 'flow:waits', phase: null });
    }
  }

  #progress(): LaunchProgress {
    return { isLoaded: this.#session.isLoaded, hasBrowser: this.#parts.hasBrowser() };
  }

  /** Loads the library once and starts a client, up to the browser. */
  async #launch(options: LaunchOptions): Promise<void> {
    const { calls, packageDir, specOf, folderOf, steps } = this.#parts;
    const spec = specOf(this.#profile, options);
    spec.catch(() => {});
    this.#loaded ??= await calls.load(packageDir).catch(asFinding('library-load-failed'));
    await calls.start(await spec);
    let isOver = false;
    void watchHandshake(folderOf(this.#profile), steps.patience(handshakeMs), () => isOver).then((browser) => {
      if (browser) this.#tell({ type: 'session:no-handshake', message: noHandshake(browser, this.#loaded) });
    });
    await this.#reached((session) => session.isLaunched);
    isOver = true;
  }

  async #reached(isThere: (session: SessionState) => boolean): Promise<void> {
    await this.#until(() => isThere(this.#session) || undefined);
  }

  /** What `find` finds now or after any later event. */
  #until<T>(find: () => T | undefined): Promise<T> {
    const found = find();
    if (found !== undefined) return Promise.resolve(found);
    return new Promise((resolve) => {
      this.#waiting.add(() => {
        const value = find();
        if (value !== undefined) resolve(value);
        return value !== undefined;
      });
    });
  }
}

function findingOf(end: SessionEnd): Finding {
  if ('code' in end && end.code !== null) return new Finding(end.code, end.message);
  return new Finding('harness-error', `the session ended by ${end.kind === 'lost' ? 'its lease' : end.cause}`);
}

function afterMs(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
