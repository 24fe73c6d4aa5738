import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { within } from '../../contracts/within.ts';
import { openDatabase } from '../../store/database/open-database.ts';
import { noTracing, type Tracing } from '../../telemetry/tracing.ts';
import { AccountBrowsers } from '../accounts/account-browsers.ts';
import { Accounts } from '../accounts/accounts.ts';
import { CanaryAccounts } from '../accounts/canary-accounts.ts';
import { LinkCodes } from '../accounts/link-codes.ts';
import { Links } from '../accounts/links.ts';
import { Workspaces } from '../accounts/workspaces.ts';
import { downloader } from '../calls/download.ts';
import { LibraryCalls } from '../calls/library-calls.ts';
import { LibraryEvents } from '../events/library-events.ts';
import { type Instance, Instances, OwnInstance } from '../leases/instances.ts';
import { Leases } from '../leases/leases.ts';
import type { LogLine } from '../log-line.ts';
import { loggableError, loggableText } from '../loggable.ts';
import { PendingWrites } from '../pending-writes.ts';
import { isPrivateHost } from '../private-addresses.ts';
import { Problem } from '../problems.ts';
import type { Vault } from '../profiles/open-vault.ts';
import { ProfileVault } from '../profiles/profile-vault.ts';
import { ControlGroup } from '../rollouts/control-group.ts';
import { LibraryChoice } from '../rollouts/library-choice.ts';
import { wasRolledBack } from '../rollouts/release-failed.ts';
import { RolloutCalls } from '../rollouts/rollout-calls.ts';
import { RolloutJudge } from '../rollouts/rollout-judge.ts';
import { type RolloutRules, readRolloutRules } from '../rollouts/rollout-rules.ts';
import { Rollouts } from '../rollouts/rollouts.ts';
import { Sealer } from '../sealer.ts';
import type { SessionIds, WorkspaceId } from '../session-ids.ts';
import { BrowserMeter } from '../sessions/browser-meter.ts';
import { type Deadlines, defaultDeadlines } from '../sessions/deadlines.ts';
import { Relocation } from '../sessions/relocation.ts';
import type { OpenSessionHost, SessionHosts } from '../sessions/session-host.ts';
import { Sessions } from '../sessions/sessions.ts';
import type { EndedSession, SessionEvent } from '../sessions/sessions-options.ts';
import type { ServiceDatabase, ServiceTables } from '../tables.ts';
import { Deliverer, type DeliveryAttempt } from '../webhooks/deliverer.ts';
import { type SeenInSession, Webhooks } from '../webhooks/webhooks.ts';
import { keepHouse } from './housekeeping.ts';
import { defaultTickMs, Loops } from './loops.ts';
import { Sealing } from './sealing.ts';
import { ServiceMetrics } from './service-metrics.ts';

export interface ServiceOptions {
  /** `mysql://user:password@host:port/database` or `sqlite:/path/to/file`. */
  database: string;
  /** The folder of the profiles of sessions. */
  folder: string;
  /** Exact version that hosts accounts by default. */
  library: string;
  /** How many browsers may start at the same time. */
  slots: number;
  /** How many sessions this instance runs at most; no limit by default. */
  maxSessions?: number;
  /** How many sessions of this instance move to others at the same time, while it drains or instances even out; by default 2. */
  moveAtOnce?: number;
  /** How many sessions all instances move in a minute to even out their numbers; none by default. */
  rebalancePerMinute?: number;
  openHost: OpenSessionHost;
  /** What is there of hosts before and beside their sessions; nothing by default. */
  hosts?: SessionHosts;
  /** Makes a library version ready for `openHost`; does nothing by default. */
  prepareLibrary?(version: string): Promise<void>;
  /** The store of profiles that all machines share; without it profiles stay on this machine. */
  vault?: Vault | null;
  deadlines?: Partial<Deadlines>;
  /** True when webhooks may reach private addresses. */
  allowPrivateWebhooks?: boolean;
  /** True when proxies of accounts may be in private networks. */
  allowPrivateProxies?: boolean;
  /** How many sessions `/metrics` shows one by one; none by default. */
  sessionDetail?: number;
  /** Policy and plan of rollouts; by default the files of `compat-matrix`. */
  rolloutRules?: RolloutRules;
  /** The keys, of 32 bytes, that texts in the database are sealed with: the first seals, each opens. The same for all instances. */
  sealKeys: readonly Buffer[];
  /** Milliseconds between two judgements of the rollout, by default a minute; null leaves decisions to operators. */
  judgeEveryMs?: number | null;
  /** Milliseconds between two rounds of the work that recurs most often, by default a second. */
  tickMs?: number;
  /** How long events of the library stay in the database for streams, in milliseconds; by default a day. The same for all instances. */
  eventsWindowMs?: number;
  /** The events of a library version out of its type definitions. By default they are not known, and every name can be followed. */
  eventsOf?(version: string): Promise<readonly string[]>;
  /** Without it, nothing is traced. */
  tracing?: Tracing;
  log(line: LogLine): void;
}

export const defaultEventsWindowMs = 86_400_000;

export const defaultJudgeEveryMs = 60_000;
export const defaultMoveAtOnce = 2;
const hourMs = 3_600_000;
/** Ticks between two measurements of the browsers: each reads all processes of the machine, so it is not done at each scrape. */
const measureEvery = 15;

/** Shutdown budget: 16.5 s for sessions, 2 s for writes, 1 s for HTTP: under the 20 s after which supervisors kill. */
const stopMs = 16_500;
const lastWordMs = 2_000;
/** How long a write may take that decides whether an instance is ready, in milliseconds. */
const writeMs = 2_000;

/** One instance of the service without its HTTP server. */
export class Service {
  readonly id = `${hostname()}-${randomUUID().slice(0, 8)}`;
  readonly database: ServiceDatabase;
  readonly deadlines: Deadlines;
  readonly accounts: Accounts;
  readonly canaries: CanaryAccounts;
  readonly workspaces: Workspaces;
  readonly linkCodes: LinkCodes;
  readonly rollouts: Rollouts;
  readonly rolloutJudge: RolloutJudge;
  readonly #control: ControlGroup;
  readonly #rolloutCalls: RolloutCalls;
  readonly libraries: LibraryChoice;
  readonly sessions: Sessions;
  readonly calls: LibraryCalls;
  readonly metrics: ServiceMetrics;
  readonly webhooks: Webhooks;
  readonly tracing: Tracing;
  readonly browsers: AccountBrowsers;
  /** True when proxies of accounts may be in private networks. */
  readonly allowPrivateProxies: boolean;
  readonly events: LibraryEvents;
  readonly #messages: PendingWrites<SeenInSession>;
  readonly #deliverer: Deliverer;
  readonly #measureBrowsers: () => Promise<void>;
  readonly sealer: Sealer;
  readonly instances: Instances;
  readonly #self: OwnInstance;
  readonly #relocation: Relocation;
  readonly #sealing: Sealing;
  readonly #library: string;
  readonly #log: ServiceOptions['log'];
  readonly #listeners = new Set<(ids: SessionIds, event: SessionEvent) => void>();
  readonly #loops: Loops;
  /** Set once the instance claims work. */
  #expiry: NodeJS.Timeout | undefined;

  /**
   * @param listen called before any session is claimed: the HTTP server may not get its port. Returns where other instances reach it.
   * @throws InputError, TroubleError when the database cannot be used, and the error of `listen`.
   */
  static async start(
    options: ServiceOptions,
    listen: (service: Service) => Promise<string | null> = async () => null,
  ): Promise<Service> {
    const database = await openDatabase<ServiceTables>(options.database);
    try {
      const service = new Service(database, options);
      await service.#sealing.checkKeys();
      await service.#begin(options, await listen(service));
      return service;
    } catch (error) {
      await database.close();
      throw error;
    }
  }

  private constructor(database: ServiceDatabase, options: ServiceOptions) {
    this.database = database;
    this.deadlines = { ...defaultDeadlines, ...options.deadlines };
    this.#log = options.log;
    this.tracing = options.tracing ?? noTracing;
    this.#loops = new Loops(options.log, options.tickMs);
    this.#library = options.library;
    this.accounts = new Accounts(database, this.id);
    this.canaries = new CanaryAccounts(database);
    this.workspaces = new Workspaces(database);
    this.linkCodes = new LinkCodes(database);
    const rules = options.rolloutRules ?? readRolloutRules();
    this.rollouts = new Rollouts(database, this.id, rules.plan);
    this.#control = new ControlGroup(database, rules.plan, rules.policy.success.looks.at(-1) as number);
    this.#rolloutCalls = new RolloutCalls(database, rules.policy);
    this.rolloutJudge = new RolloutJudge({ database, rollouts: this.rollouts, rules, log: options.log });
    this.libraries = new LibraryChoice(this.rollouts, options.library);
    const sealer = new Sealer(options.sealKeys);
    this.sealer = sealer;
    this.#sealing = new Sealing(database, sealer);
    const allowPrivate = options.allowPrivateWebhooks ?? false;
    this.webhooks = new Webhooks(database, sealer, allowPrivate);
    this.browsers = new AccountBrowsers(database, sealer);
    this.allowPrivateProxies = options.allowPrivateProxies ?? false;
    const onLost = (ids: SessionIds, why: string) => {
      options.log({ event: 'message-lost', ...this.#subject(ids), message: loggableText(why) });
    };
    this.#messages = new PendingWrites(
      (messages) => this.webhooks.messages(messages),
      ({ ids }, why) => onLost(ids, why),
    );
    this.events = new LibraryEvents({
      database,
      sealer,
      instanceId: this.id,
      windowMs: options.eventsWindowMs ?? defaultEventsWindowMs,
      eventsOf: options.eventsOf ?? (async () => null),
      apply: () => this.sessions.followEvents(),
      onLost,
    });
    this.#deliverer = new Deliverer(database, sealer, {
      allowPrivate,
      tracing: this.tracing,
      onAttempt: (attempt) => this.#tried(attempt),
    });
    this.instances = new Instances(database);
    this.#self = new OwnInstance(database, this.id, sealer.keyId);
    const browsers = new BrowserMeter();
    this.metrics = new ServiceMetrics({
      sessions: () => this.sessions,
      isDraining: () => this.draining,
      database: database.load,
      browsers,
      hosts: options.hosts,
      detailed: options.sessionDetail ?? 0,
    });
    this.#measureBrowsers = async () => this.metrics.browsersMeasured(await browsers.measure());
    options.hosts?.watch({
      claimed: (library, from) => this.metrics.hostClaimed(library, from),
      died: (library, sessions) => {
        this.metrics.hostDied(library, sessions);
        options.log({ event: 'host-died', library, sessions });
      },
    });
    const vault = options.vault ? new ProfileVault(database, options.vault.blobs, options.vault.keys) : null;
    this.sessions = new Sessions({
      ...options,
      prepareLibrary: async (version) => options.prepareLibrary?.(version),
      vault,
      onUnsaved: (ids, error) => {
        const message = `The profile of session ${ids.session} was not saved: ${error}`;
        options.log({ event: 'profile', ...this.#subject(ids), message });
      },
      database,
      sealer,
      browsers: this.browsers,
      instanceId: this.id,
      isDraining: () => this.draining,
      accounts: this.accounts,
      links: new Links(database, this.id, (outcome) => this.metrics.violation(outcome)),
      deadlines: this.deadlines,
      chooseLibrary: (account, pin) => this.libraries.choose(account, pin),
      isControl: (session) => this.#control.has(session),
      wasRolledBack,
      followedEvents: (ids) => this.events.namesOf(ids),
      onEvent: (ids, event) => this.#heard(ids, event),
      onEnd: (ended) => this.#ended(ended),
      onUnlinked: ({ account }, done, triesLeft) => {
        options.log({ event: done ? 'unlinked' : 'unlink-failed', account, ...(!done && { triesLeft }) });
      },
      onTrouble: (ids, error) =>
        options.log({ event: 'session-trouble', ...this.#subject(ids), ...loggableError(error) }),
    });
    this.#relocation = new Relocation({
      self: this.#self,
      instances: this.instances,
      leases: new Leases(database, this.id),
      instanceId: this.id,
      moveAtOnce: options.moveAtOnce ?? defaultMoveAtOnce,
      rebalancePerMinute: options.rebalancePerMinute ?? 0,
      onDrain: (event) => options.log({ event: `drain-${event}`, sessions: this.sessions.hosted.length }),
      onMoved: (reason, outcome) => this.metrics.sessionMoved(reason, outcome),
    });
    this.calls = new LibraryCalls({
      running: (session) => this.sessions.running(session),
      download: downloader(allowPrivate),
      onEnd: (ended) => {
        this.metrics.methodCalled(ended);
        this.#rolloutCalls.add(ended);
      },
    });
  }

  /** True when this instance claims work, and its vital work and the database succeed. */
  get ready(): boolean {
    return this.begun && this.#loops.succeed && !this.stopping;
  }

  /** True when it is ready, and the database takes a write now: one that answers may still refuse writes, as with a full disk. */
  async isReady(): Promise<boolean> {
    if (!this.ready) return false;
    return within(writeMs, () => this.#self.seen()).then(
      () => this.ready,
      () => false,
    );
  }

  /** True once this instance claims sessions. */
  get begun(): boolean {
    return this.#expiry !== undefined;
  }

  /** As `Instances.drain`; this instance itself drains, or takes sessions again, from the answer on. Others notice it within a second. */
  async drain(id: string, isOn: boolean): Promise<Instance> {
    const instance = await this.instances.drain(id, isOn);
    if (id === this.id) await this.#self.readDraining();
    return instance;
  }

  /** True while the instance takes no new session, and moves its own to others. */
  get draining(): boolean {
    return this.#self.draining;
  }

  /** True once graceful shutdown has begun. */
  get stopping(): boolean {
    return this.#loops.stopped || this.sessions.stopping;
  }

  /** A name that leads to a private address is noticed when it is used. @throws Problem `proxy-address-refused` */
  checkProxy(proxy: string | null): void {
    if (proxy === null || this.allowPrivateProxies) return;
    if (isPrivateHost(new URL(proxy).hostname)) throw new Problem('proxy-address-refused');
  }

  /** The versions that host the accounts of a workspace; the default one where it has none. */
  async versionsOf(workspace: WorkspaceId): Promise<string[]> {
    const versions = await this.accounts.librariesOf(workspace);
    return versions.length > 0 ? versions : [this.#library];
  }

  onEvent(listener: (ids: SessionIds, event: SessionEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Shuts down gracefully: starts nothing more, closes sessions, gives their leases back.
   *
   * @param endAnswers called when the sessions are closed and the database still answers: stops the HTTP server.
   */
  async stop(endAnswers: () => Promise<void> = async () => {}): Promise<void> {
    this.#log({ event: 'stopping', instance: this.id });
    const closing = this.sessions.stop();
    // Streams end now, and go on at another instance.
    this.events.wakeAll();
    await within(stopMs, () => closing).catch(() => {});
    await endAnswers();
    clearInterval(this.#expiry);
    // A database that does not answer must not keep the process alive: leases that were not released expire.
    await within(lastWordMs, async () => {
      await Promise.all([this.#loops.stop(), this.#messages.flush(), this.events.flush(), this.#rolloutCalls.flush()]);
      await this.#self.stopped();
      // When a receiver does not answer, another instance claims the delivery after this claim expires.
      await within(lastWordMs / 2, () => this.#deliverer.stop()).catch(() => {});
      await this.database.close();
    }).catch(() => {});
    this.#log({ event: 'stopped', instance: this.id });
  }

  async #begin(
    { slots, maxSessions, vault, judgeEveryMs = defaultJudgeEveryMs, tickMs = defaultTickMs }: ServiceOptions,
    address: string | null,
  ): Promise<void> {
    await this.#self.started({ slots, maxSessions: maxSessions ?? null, address, sharesProfiles: Boolean(vault) });
    await this.#sealing.round();
    await this.events.look();
    await this.#lookAtRollout();
    this.#log({ event: 'started', instance: this.id, database: this.database.name });
    this.#expiry = setInterval(() => this.sessions.giveUpExpired(), tickMs / 2);
    // Leases have their own loop: a slow claim must not let one expire.
    this.#loops.start({ name: 'renew-leases', vital: true, run: () => this.sessions.renewLeases() });
    this.#loops.start({ name: 'expire-leases', run: () => this.sessions.expireLeases() });
    this.#loops.start({ name: 'take-on', run: () => this.#takeOn() });
    this.#loops.start({ name: 'move-sessions', run: () => this.#relocation.round(this.sessions.hosted) });
    this.#loops.start({ name: 'send-texts', run: () => this.sessions.sendWaiting() });
    this.#loops.start({ name: 'probe-canaries', run: () => this.sessions.probeCanaries() });
    this.#loops.start({ name: 'tell-messages', run: () => this.#messages.flush() });
    this.#loops.start({ name: 'write-events', run: () => this.events.flush() });
    this.#loops.start({ name: 'write-calls', run: () => this.#rolloutCalls.flush() });
    this.#loops.start({ name: 'follow-events', run: () => this.events.look() });
    this.#loops.start({ name: 'wake-streams', run: () => this.events.wake(), everyMs: tickMs / 2 });
    this.#loops.start({ name: 'deliver', run: () => this.#deliverer.round() });
    this.#loops.start({ name: 'be-seen', run: () => this.#self.seen(), everyMs: 10 * tickMs });
    this.#loops.start({ name: 'seal-texts', run: () => this.#sealing.round(), everyMs: 60 * tickMs });
    this.#loops.start({ name: 'try-faults', run: () => this.sessions.tryFaults(), everyMs: 10 * tickMs });
    this.#loops.start({
      name: 'keep-house',
      run: () => keepHouse(this.database, this.events.windowMs),
      everyMs: hourMs,
    });
    this.#loops.start({ name: 'sweep-profiles', run: () => this.sessions.sweep(), everyMs: hourMs });
    this.#loops.start({ name: 'measure-browsers', run: this.#measureBrowsers, everyMs: measureEvery * tickMs });
    if (judgeEveryMs === null) return;
    const judge = () => this.rolloutJudge.round(judgeEveryMs);
    this.#loops.start({ name: 'judge-rollout', run: judge, everyMs: Math.min(tickMs, judgeEveryMs) });
  }

  async #takeOn(): Promise<void> {
    await this.#lookAtRollout();
    await this.sessions.takeOn();
    await this.sessions.unlinkNext();
  }

  async #lookAtRollout(): Promise<void> {
    await this.libraries.refresh();
    this.#rolloutCalls.look(this.libraries.newest);
    await this.#control.look(this.libraries.newest);
  }

  #heard(ids: SessionIds, event: SessionEvent): void {
    if (event.type === 'status') {
      const { status, library, build, tookMs, linking } = event;
      this.#log({ event: status, ...this.#subject(ids), library, build, ms: Math.round(tookMs) });
      if (linking) this.metrics.linkPhase(library, status === 'connected' ? 'ready' : 'authenticated', tookMs);
      if (status === 'connected') this.metrics.sessionReady(event);
    }
    if (event.type === 'probe') this.metrics.probe(event.library, event.outcome);
    if (event.type === 'message') this.#messages.add({ ids, message: event.message });
    if (event.type === 'followed') this.events.add(ids, event.name, event.event);
    for (const listener of this.#listeners) listener(ids, event);
  }

  #ended(ended: EndedSession): void {
    this.metrics.sessionEnded(ended);
    this.#log({ ...endedLine(ended), ...this.#subject(ended.ids) });
  }

  #tried({ outcome, state, ...attempt }: DeliveryAttempt): void {
    this.metrics.deliveryTried(outcome);
    const event = outcome === 'delivered' ? 'delivered' : 'delivery-failed';
    this.#log({ event, ...attempt, result: loggableText(attempt.result), state });
  }

  /** Of which account a log line is, and for which request its session was started. */
  #subject({ account, session }: SessionIds): { account: string; request: string | null } {
    return { account, request: this.sessions.running(session)?.spec.origin.request ?? null };
  }
}

/** The log line for the end of a session. `over`: its account is inactive, so nothing is written to the database. */
function endedLine({ library, build, end, overBy, settled }: EndedSession): LogLine {
  const why = 'said' in end && end.said !== null ? { message: loggableText(end.said) } : {};
  const code = 'cause' in end ? end.cause : null;
  const how =
    overBy === null ? { end: end.kind, code, ...why, written: settled.kind } : { end: 'over', code: overBy, ...why };
  const attention = settled.kind === 'failed' && settled.outcome.needsAttention;
  const level = attention || end.kind === 'dead' ? 'warn' : 'info';
  return { event: 'ended', level, library, build, ...how, attention };
}
