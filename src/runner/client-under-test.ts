import { setTimeout as sleep } from 'node:timers/promises';
import type { Code } from '../contracts/codes.ts';
import type {
  ClientSpec,
  HostCalls,
  LoadedLibrary,
  PageFacts,
  SeenEvent,
  SeenMessage,
  SessionFacts,
} from '../contracts/host.ts';
import type { HostExit } from '../host/host.ts';
import { errorGraceMs, handshakeMs } from './deadlines.ts';
import { browserBehind } from './devtools-endpoint.ts';
import { findingIn, isFromLibrary } from './early-end.ts';
import { Finding } from './finding.ts';
import type { FlowClient } from './flow.ts';
import type { Steps } from './steps.ts';

type Calls = Pick<HostCalls, 'load' | 'start' | 'sessionFacts' | 'pageFacts' | 'destroy'>;

interface ClientParts {
  calls: Calls;
  exited: Promise<HostExit>;
  /** Whether the host has started any process. */
  hasBrowser(): boolean;
  steps: Steps;
  packageDir: string;
  /** Where the browser keeps its user data. */
  profile: string;
  /** Comes late: the browser's flags depend on the replica, which starts at the same time as the host. */
  spec: Promise<ClientSpec>;
}

/** The flow's view of one host: turns what is seen there into steps that end, and into findings. */
export class ClientUnderTest implements FlowClient {
  readonly #parts: ClientParts;
  readonly #last = new Map<string, SeenEvent>();
  readonly #messages: SeenMessage[] = [];
  readonly #waiting = new Set<() => boolean>();
  #grace: NodeJS.Timeout | undefined;
  #closing = false;

  constructor(parts: ClientParts) {
    this.#parts = parts;
    parts.spec.catch(() => {});
    parts.exited.then((exit) => this.#hostEnded(exit));
  }

  /** Takes in everything that happens in the host. */
  see(event: SeenEvent): void {
    this.#last.set(event.type, event);
    if (event.type === 'client:message') this.#messages.push(event.secret as SeenMessage);
    for (const settle of this.#waiting) if (settle()) this.#waiting.delete(settle);
    this.#look(event);
  }

  async start(): Promise<void> {
    const { steps, calls, spec, packageDir } = this.#parts;
    const launch = async () => {
      await calls.load(packageDir).catch((error: Error) => {
        throw new Finding('library-load-failed', error.message);
      });
      await calls.start(await spec);
      void this.#watchHandshake();
      await this.#seen('browser:launched');
    };
    await steps.run('launch', launch, () => this.#codeOfNoLaunch());
    await steps.run('page', () => this.#seen('page:loaded'));
  }

  async qr(): Promise<string> {
    await this.#parts.steps.run('qr', () => this.#seen('client:qr'));
    return String(this.#last.get('client:qr')?.secret);
  }

  async authenticated(): Promise<void> {
    await this.#parts.steps.run('authenticated', () => this.#seen('client:authenticated'));
  }

  async ready(): Promise<void> {
    await this.#parts.steps.run('ready', () => this.#seen('client:ready'));
  }

  sessionFacts(): Promise<SessionFacts> {
    return this.#parts.calls.sessionFacts();
  }

  pageFacts(): Promise<PageFacts> {
    return this.#parts.calls.pageFacts();
  }

  message(body: string): Promise<SeenMessage> {
    return this.#until(() => this.#messages.find((message) => message.body === body));
  }

  /** Closes the client as a user does, with `destroy()`. */
  async close(): Promise<void> {
    this.leave();
    const destroy = async () => this.#parts.calls.destroy();
    await this.#parts.steps.run('close', () =>
      destroy().catch((error: Error) => {
        throw new Finding('close-failed', error.message);
      }),
    );
  }

  /** From now on the end of browser and host is no finding. */
  leave(): void {
    this.#closing = true;
    clearTimeout(this.#grace);
  }

  /** Ends the attempt when the browser has been up for a while and the library has not noticed. */
  async #watchHandshake(): Promise<void> {
    const { steps, profile } = this.#parts;
    let browser: string | null = null;
    const isOver = () => this.#closing || this.#last.has('browser:launched');
    while (!browser && !isOver()) {
      await sleep(250, null, { ref: false });
      browser ??= await browserBehind(profile);
    }
    await sleep(steps.patience(handshakeMs), null, { ref: false });
    if (isOver()) return;
    const loaded = this.#last.get('host:loaded')?.detail as LoadedLibrary | undefined;
    const puppeteer = loaded?.packages.find(({ name }) => name.startsWith('puppeteer'));
    const driver = puppeteer ? `${puppeteer.name} ${puppeteer.version}` : 'the library';
    steps.fail(new Finding('protocol-error', `${browser} is up and answers, but ${driver} does not get on with it`));
  }

  /** What is to blame for a launch that took too long depends on how far it came. */
  #codeOfNoLaunch(): Code {
    if (!this.#last.has('host:loaded')) return 'library-load-failed';
    return this.#parts.hasBrowser() ? 'browser-launch-failed' : 'initialize-failed';
  }

  #seen(type: string): Promise<SeenEvent> {
    return this.#until(() => this.#last.get(type));
  }

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

  /** Ends the attempt where waiting for the deadline could not change the result: at once, or after a grace. */
  #look(event: SeenEvent): void {
    if (this.#closing) return;
    const finding = findingIn(event, this.#last.has('browser:launched'));
    if (finding) this.#parts.steps.fail(finding);
    const error = event.detail as { message: string; stack: string };
    if (event.type === 'page:error' && this.#linking() && isFromLibrary(error)) this.#endAfterGrace(error.message);
  }

  #linking(): boolean {
    return this.#last.has('client:authenticated') && !this.#last.has('client:ready');
  }

  #endAfterGrace(message: string): void {
    this.#grace ??= setTimeout(() => {
      if (this.#linking()) this.#parts.steps.fail(new Finding('no-ready', message));
    }, this.#parts.steps.patience(errorGraceMs));
  }

  #hostEnded({ code, signal }: HostExit): void {
    clearTimeout(this.#grace);
    if (this.#closing) return;
    this.#parts.steps.fail(new Finding('host-died', `the host process ended by itself (${signal ?? `code ${code}`})`));
  }
}
