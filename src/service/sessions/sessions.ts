import type { AccountBrowser } from '../../contracts/account-browser.ts';
import { LinkCodes } from '../accounts/link-codes.ts';
import type { LinkRequest } from '../accounts/links.ts';
import { Unlinks } from '../accounts/unlinks.ts';
import { LeaseKeeper } from '../leases/lease-keeper.ts';
import { Leases, type WaitingSessions } from '../leases/leases.ts';
import { Problem } from '../problems.ts';
import { noOrigin, type RequestOrigin } from '../request-origin.ts';
import { type SessionId, SessionIds, type WorkspaceId } from '../session-ids.ts';
import { openProxy } from './account-proxy.ts';
import { CanaryProbes } from './canary-probes.ts';
import { CanaryWatch } from './canary-watch.ts';
import type { HostedSession } from './hosted-session.ts';
import { Launches, Slots } from './launches.ts';
import { Mover } from './mover.ts';
import { OutgoingTexts, TextRouter } from './outgoing-texts.ts';
import { PreparedLibraries } from './prepared-libraries.ts';
import { ProfilesOfSessions } from './profiles-of-sessions.ts';
import { RunningSessions } from './running-sessions.ts';
import type { OpenSessionHost, SessionHostSpec } from './session-host.ts';
import type { SessionParts } from './session-parts.ts';
import { type SessionStart, SessionStarts } from './session-starts.ts';
import type { SessionsOptions } from './sessions-options.ts';
import { SharedFaults } from './shared-faults.ts';
import { Unlinker } from './unlinker.ts';

/** Sessions per claim: few, so that instances that start together share the work. */
const claimBatch = 4;

/** The sessions that run in this instance. */
export class Sessions {
  readonly #options: SessionsOptions;
  readonly #leases: Leases;
  readonly #keeper: LeaseKeeper;
  readonly #slots: Slots;
  readonly #launches: Launches;
  readonly #starts: SessionStarts;
  readonly #faults: SharedFaults;
  readonly #texts: TextRouter;
  readonly #profiles: ProfilesOfSessions;
  readonly #mover: Mover;
  readonly #libraries: PreparedLibraries;
  readonly #unlinker: Unlinker;
  readonly #canaries: CanaryWatch;
  readonly #running: RunningSessions;
  /** Links that are being written to the database. */
  #beginning = 0;
  #stopping = false;
  #takingOn: Promise<void> | null = null;

  constructor(given: SessionsOptions) {
    this.#libraries = new PreparedLibraries((version) => given.prepareLibrary(version));
    const openHost: OpenSessionHost = async (spec) => {
      await this.#libraries.prepare(spec.library);
      await given.vault?.fetch(spec.lease, spec.folder);
      return openThroughProxy(spec, await given.browsers.of(spec.lease.ids.account));
    };
    const openThroughProxy = async (spec: SessionHostSpec, { proxy, arguments: own }: AccountBrowser) => {
      if (proxy === null) return given.openHost({ ...spec, browserArgs: own });
      const opened = await openProxy(proxy, given.allowPrivateProxies ?? false);
      const onSeen: SessionHostSpec['onSeen'] = (event) => {
        if (event.type === 'host:exited') void opened.close();
        spec.onSeen(event);
      };
      const browserArgs = [...own, `--proxy-server=${opened.server}`];
      return given.openHost({ ...spec, browserArgs, onSeen }).catch(async (error) => {
        await opened.close();
        throw error;
      });
    };
    const options = { ...given, openHost };
    this.#options = options;
    const { database, sealer, instanceId } = options;
    this.#leases = new Leases(database, instanceId);
    this.#keeper = new LeaseKeeper(this.#leases);
    // The next session starts when one browser is up, not at the next claim; a failure shows at the next claim.
    this.#slots = new Slots(options.slots, () => void this.takeOn().catch(() => {}));
    this.#launches = new Launches(this.#slots, this.#libraries);
    this.#starts = new SessionStarts(database, options.wasRolledBack);
    this.#faults = new SharedFaults(database);
    this.#mover = new Mover(options, this.#leases, this.#libraries);
    const unlinks = new Unlinks(database, instanceId);
    this.#profiles = new ProfilesOfSessions(options, unlinks);
    const parts: SessionParts = {
      ...options,
      leases: this.#leases,
      keeper: this.#keeper,
      slots: this.#slots,
      launches: this.#launches,
      starts: this.#starts,
      probes: new CanaryProbes(database),
      linkCodes: new LinkCodes(database),
      unlinks,
      profiles: this.#profiles,
    };
    this.#unlinker = new Unlinker(parts);
    this.#running = new RunningSessions(parts);
    const running = this.#running.find.bind(this.#running);
    this.#canaries = new CanaryWatch(parts, running);
    const texts = new OutgoingTexts(database, sealer, instanceId, options.deadlines);
    this.#texts = new TextRouter(texts, options.accounts, running);
  }

  get stopping(): boolean {
    return this.#stopping;
  }

  /** The sessions that this instance runs. */
  get hosted(): HostedSession[] {
    return this.#running.all;
  }

  /** Browsers that are starting, sessions that wait for a slot, and free slots. */
  get launches(): { underWay: number; waiting: number; free: number } {
    return { ...this.#slots.taken, free: this.#slots.free };
  }

  /** Prepares a version to host sessions here. @throws Problem `library-unavailable` */
  async prepareLibrary(version: string): Promise<void> {
    await this.#libraries.prepare(version).catch((error: Error) => {
      throw new Problem('library-unavailable', error.message, { cause: error });
    });
  }

  /** @throws Problem `workspace-unknown`, `number-contested`, `instance-full`, `draining`, `stopping` */
  async link(
    workspace: WorkspaceId,
    { browser = null, ...asked }: Omit<LinkRequest, 'library' | 'browser'> & { browser?: AccountBrowser | null },
  ): Promise<SessionIds> {
    if (this.#stopping) throw new Problem('stopping');
    if (this.#options.isDraining()) throw new Problem('draining');
    if (this.#room <= 0) throw new Problem('instance-full');
    const acquiredAt = performance.now();
    const ids = SessionIds.create(workspace);
    const { phone, libraryPin, pairing, origin = noOrigin } = asked;
    const library = this.#options.chooseLibrary(ids.account, libraryPin);
    const columns = browser && this.#options.browsers.columns(ids.account, browser);
    this.#beginning++;
    const begun = this.#options.links.begin(ids, {
      ...asked,
      library,
      browser: columns,
    });
    const { lease, superseded } = await begun.finally(() => this.#beginning--);
    this.#running.closeOver(superseded);
    const pairWith = pairing ? phone : null;
    this.#running.host({
      lease,
      cause: 'link-asked',
      linking: true,
      pairWith,
      libraryPin,
      browserRevision: 0,
      origin,
      acquiredAt,
    });
    return ids;
  }

  /** Renews leases when it is time, and stops sessions whose lease another instance took. Call it about once a second. */
  async renewLeases(): Promise<void> {
    await this.#keeper.renew();
  }

  /** Ends leases that have run out, of whatever instance. Call it about once a second. */
  async expireLeases(): Promise<void> {
    await this.#leases.expire();
  }

  /** Stops sessions whose lease has expired. Call it twice a second, even while the database is unavailable. */
  giveUpExpired(): void {
    this.#keeper.giveUpExpired();
  }

  /**
   * Claims sessions without an owner, as many as browsers can start now. To be called about once a second; concurrent callers
   * share one claim.
   */
  takeOn(): Promise<void> {
    this.#takingOn ??= this.#takeOnSome().finally(() => {
      this.#takingOn = null;
    });
    return this.#takingOn;
  }

  /** Unlinks the device of an account that ended without an owner. To be called about once a second. */
  async unlinkNext(): Promise<void> {
    if (!this.#stopping && !this.#options.isDraining()) await this.#unlinker.takeOn();
  }

  /** Removes profiles of ended sessions, including those that ran here long ago. Call it about once an hour. */
  async sweep(): Promise<void> {
    await this.#profiles.sweep();
  }

  /** At most `limit` starts of a session before `beforeId`, newest first. */
  startsOf(ids: SessionIds, limit: number, beforeId: number): Promise<SessionStart[]> {
    return this.#starts.list(ids, limit, beforeId);
  }

  /** Lets canary accounts probe each other, and ends deaf sessions. Call it about once a second. */
  async probeCanaries(): Promise<void> {
    await this.#canaries.round();
  }

  /** Starts one session of each fault that many share, to see whether it is over. Call it every few seconds. */
  async tryFaults(): Promise<void> {
    if (!this.#stopping) await this.#faults.tryOne();
  }

  /** Starts a session that waits, for the request `origin`. @throws Problem `account-not-active` */
  async restore(ids: SessionIds, origin?: RequestOrigin): Promise<void> {
    if (!(await this.#leases.startNow(ids, origin))) throw new Problem('account-not-active');
  }

  /** Starts all sessions that wait, for the request `origin`. Returns how many. */
  restoreAll(which: WaitingSessions, origin?: RequestOrigin): Promise<number> {
    return this.#leases.startAll(which, origin);
  }

  /** Makes the account inactive; the owner of the session unlinks the device, else an instance starts it once more for that. */
  async logout(ids: SessionIds): Promise<void> {
    await this.#options.accounts.deactivate(ids, 'logout-asked');
    this.#running.closeOver([ids]);
  }

  /** Like `logout`, and hides the account. */
  async delete(ids: SessionIds): Promise<void> {
    await this.#options.accounts.delete(ids);
    this.#running.closeOver([ids]);
  }

  /** The session with this id, if it runs in this instance. */
  running(session: SessionId): HostedSession | undefined {
    return this.#running.find(session);
  }

  /** Tells the hosts which events of the library are wanted as data now. */
  followEvents(): void {
    for (const session of this.hosted) session.follow();
  }

  /** Sends a text, through another instance if that runs the session. Returns the library's id of the message. */
  async sendText(ids: SessionIds, to: string, body: string): Promise<unknown> {
    return this.#texts.send(ids, to, body);
  }

  /** Sends texts that other instances accepted. Call it about once a second. */
  async sendWaiting(): Promise<void> {
    if (this.#running.size > 0) await this.#texts.sendWaiting();
  }

  /** Starts nothing more, closes every session gracefully and releases its lease. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#options.hosts?.stop();
    await Promise.all([this.#unlinker.stop(), this.#running.close('instance-stopped')]);
  }

  /** How many more sessions this instance may run. */
  get #room(): number {
    return (this.#options.maxSessions ?? Number.POSITIVE_INFINITY) - this.#running.size - this.#beginning;
  }

  async #takeOnSome(): Promise<void> {
    if (this.#stopping) return;
    if (!this.#options.isDraining()) await this.#claim();
    await this.#mover.move(this.hosted, this.#slots.free > 0);
  }

  async #claim(): Promise<void> {
    const acquiredAt = performance.now();
    for (const claim of await this.#leases.claim(Math.min(this.#launches.room, this.#room, claimBatch))) {
      const session = this.#running.host({ ...claim, linking: claim.status === 'qr_scanning', acquiredAt });
      // A shutdown that began during the claim: the lease is released as usual.
      if (this.#stopping) session.close('instance-stopped');
    }
  }
}
