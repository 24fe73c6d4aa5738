import type { HostCalls, PageFacts, SessionFacts } from '../contracts/host.ts';
import type { HostEvent, HostExit, SeenMessage } from '../contracts/host-events.ts';
import { Conversation } from './conversation.ts';
import { aftermathMs } from './deadlines.ts';
import { Duplicates } from './duplicates.ts';
import { EarlyEndWatch } from './early-end-watch.ts';
import { EventLog } from './event-log.ts';
import { asFinding, Finding } from './finding.ts';
import type { AckLevel, Disconnection, FlowClient, StartOptions } from './flow.ts';
import { Launcher, type LaunchParts } from './launcher.ts';
import type { Steps } from './steps.ts';

type Calls = Omit<HostCalls, 'screenshot' | 'liveFor'>;

interface ClientParts extends LaunchParts {
  calls: Calls;
  exited: Promise<HostExit>;
  killBrowser(): void;
  memory(): Promise<number | null>;
  steps: Steps;
}

/** The flow's view of one host: turns what is seen there into steps that end, and into findings. */
export class ClientUnderTest implements FlowClient {
  readonly #parts: ClientParts;
  readonly #log = new EventLog();
  readonly #conversation: Conversation;
  readonly #duplicates = new Duplicates();
  readonly #watch: EarlyEndWatch;
  readonly #launcher: Launcher;
  #profile = 0;
  /** False before a start and from the moment on which its end is wanted: then nothing that ends is a finding. */
  #isUp = false;
  /** The flow has done, or waits for, what ends the link. */
  #mayDisconnect = false;

  constructor(parts: ClientParts) {
    this.#parts = parts;
    this.#watch = new EarlyEndWatch(this.#log, parts.steps);
    this.#launcher = new Launcher(parts, this.#log, parts.steps);
    this.#conversation = new Conversation(this.#log, parts.steps, parts.calls);
    parts.exited.then((exit) => this.#hostEnded(exit));
  }

  /** Takes in everything that happens in the host. */
  see(event: HostEvent): void {
    this.#duplicates.see(event);
    this.#conversation.see(event);
    this.#log.add(event);
    if (this.#isUp && !this.#mayDisconnect) this.#watch.look(event);
  }

  async start({ profile = 'same', ...options }: StartOptions = {}): Promise<void> {
    const { steps } = this.#parts;
    if (profile === 'new') this.#profile++;
    if (profile === 'new') this.#watch.isLinked = false;
    this.#startOver();
    steps.startOver();
    await this.#launcher.launch(this.#profile, options, (finding) => {
      if (this.#isUp) steps.fail(finding);
    });
    await steps.run('page', () => this.#log.seen('page:loaded'));
  }

  async restart(options: StartOptions = {}): Promise<void> {
    await this.close();
    await this.start(options);
  }

  async kill(): Promise<void> {
    this.leave();
    const kill = async () => {
      this.#parts.killBrowser();
      await this.#log.seen('browser:disconnected');
    };
    await this.#parts.steps.run('close', kill);
  }

  async qr(after?: string): Promise<string> {
    const find = () => (this.shownQr() === after ? undefined : this.shownQr());
    this.#watch.isAwaitingQr = true;
    const text = await this.#parts.steps
      .run('qr', () => this.#log.until(find))
      .finally(() => {
        this.#watch.isAwaitingQr = false;
      });
    if (this.#mayDisconnect) this.#linkAnew();
    return text;
  }

  async code(number: string): Promise<string> {
    const { calls, steps } = this.#parts;
    const ask = async () => {
      const first = await this.#log.seen('client:code', 'client:qr');
      if (first.type === 'client:code') return first;
      // This version does not know the option and has to be asked.
      await calls.requestCode(number).catch(asFinding('no-code'));
      return this.#log.seen('host:code');
    };
    return String((await steps.run('code', ask)).secret);
  }

  async authenticated(): Promise<void> {
    await this.#parts.steps.run('authenticated', () => this.#log.seen('client:authenticated'));
  }

  async ready(): Promise<void> {
    await this.#parts.steps.run('ready', () => this.#log.seen('client:ready'));
  }

  async disconnected(): Promise<Disconnection> {
    const { steps } = this.#parts;
    const wasUnlinked = this.#mayDisconnect;
    this.#mayDisconnect = true;
    const end = async () => {
      const first = await this.#log.seen('client:disconnected', ...(wasUnlinked ? ['client:qr'] : []));
      if (first.type === 'client:disconnected') return first;
      throw new Finding('no-disconnected', 'a new QR code came, and `disconnected` did not');
    };
    const { at, detail } = await steps.run('disconnected', end);
    const ended = await steps.race(Promise.race([this.#endsAfter(at), afterMs(steps.patience(aftermathMs), false)]));
    if (ended) this.leave();
    return { reason: String((detail as unknown[])[0]), ended };
  }

  send(to: string, body: string): Promise<string> {
    return this.#conversation.send(to, body);
  }

  ack(id: string, level: AckLevel): Promise<void> {
    return this.#conversation.ack(id, level);
  }

  message(body: string): Promise<SeenMessage> {
    return this.#conversation.message(body);
  }

  async logout(): Promise<void> {
    const { calls, steps } = this.#parts;
    this.expectDisconnect();
    await steps.run('disconnected', () => calls.logout().catch(asFinding('no-disconnected')));
    // The library has closed its browser.
    this.leave();
  }

  async saved(): Promise<void> {
    await this.#parts.steps.run(
      'close',
      () => this.#log.seen('client:remote_session_saved'),
      () => 'not-saved',
    );
  }

  memory(): Promise<number | null> {
    return this.#parts.memory();
  }

  sessionFacts(): Promise<SessionFacts> {
    return this.#parts.calls.sessionFacts();
  }

  pageFacts(): Promise<PageFacts> {
    return this.#parts.calls.pageFacts();
  }

  /** Closes the client as a user does, with `destroy()`. */
  async close(): Promise<void> {
    if (!this.#isUp) return;
    this.leave();
    await this.#parts.steps.run('close', () => this.#parts.calls.destroy().catch(asFinding('close-failed')));
  }

  /** What happened more often than it may; null when nothing did. */
  get duplicate(): Finding | null {
    return this.#duplicates.finding;
  }

  /** From now on the end of browser and host is no finding. */
  leave(): void {
    this.#isUp = false;
    this.#watch.rest();
  }

  shownQr(): string | undefined {
    return this.#log.last('client:qr')?.secret as string | undefined;
  }

  /** The link is being ended by the phone or the user. */
  expectDisconnect(): void {
    this.#mayDisconnect = true;
    this.#watch.isLinked = false;
    this.#log.forget('client:qr');
  }

  /** Whether the browser is closed after `disconnected`; false when the library shows another QR code instead. */
  #endsAfter(at: number): Promise<boolean> {
    return this.#log.until(() => {
      if (this.#log.has('browser:disconnected')) return true;
      return (this.#log.last('client:qr')?.at ?? 0) > at ? false : undefined;
    });
  }

  #startOver(): void {
    this.#log.forget();
    this.#isUp = true;
    this.#linkAnew();
  }

  #linkAnew(): void {
    this.#log.forget('client:authenticated', 'client:ready', 'client:disconnected');
    this.#duplicates.startOver();
    this.#watch.rest();
    this.#mayDisconnect = false;
  }

  #hostEnded({ code, signal }: HostExit): void {
    if (!this.#isUp) return;
    this.#watch.rest();
    const last = this.#log.last('host:unhandled-rejection') ?? this.#log.last('host:uncaught-exception');
    const why = last ? `: ${(last.detail as { message: string }).message}` : '';
    const how = signal ?? `code ${code}`;
    this.#parts.steps.fail(new Finding('host-died', `the host process ended by itself (${how})${why}`));
  }
}

function afterMs<T>(ms: number, value: T): Promise<T> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms, value).unref();
  });
}
