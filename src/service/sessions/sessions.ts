import { CanaryAccounts } from '../accounts/canary-accounts.ts';
import { Problem } from '../problems.ts';
import { type SessionId, SessionIds, sessionId, type WorkspaceId } from '../session-ids.ts';
import { CanaryProbes } from './canary-probes.ts';
import { CanaryWatch } from './canary-watch.ts';
import { HostedSession } from './hosted-session.ts';
import { LeaseKeeper, type LossReason } from './lease-keeper.ts';
import { Leases } from './leases.ts';
import { LinkCodes } from './link-codes.ts';
import { Mover } from './mover.ts';
import { OutgoingTexts } from './outgoing-texts.ts';
import { PreparedLibraries } from './prepared-libraries.ts';
import { ProfilesOfSessions } from './profiles-of-sessions.ts';
import { removeBrowserLocks, sessionFolder } from './session-folder.ts';
import type { OpenSessionHost } from './session-host.ts';
import type { SessionSpec, SessionSurroundings } from './session-spec.ts';
import { type SessionStart, SessionStarts } from './session-starts.ts';
import type { LinkOptions, SessionsOptions } from './sessions-options.ts';
import { settleSession } from './settle-session.ts';
import { Slots } from './slots.ts';
import { Unlinker } from './unlinker.ts';
import { Unlinks } from './unlinks.ts';

/** Sessions taken on in one go: small, so that instances that start together share the work. */
const claimBatch = 4;

/** A session that this instance got the lease of; `acquiredAt` is `performance.now()` from before. */
type Taken = Pick<SessionSpec, 'lease' | 'cause' | 'linking' | 'pairWith'> & {
  libraryPin: string | null;
  acquiredAt: number;
};

/** The sessions that run in this instance. */
export class Sessions {
  readonly #options: SessionsOptions;
  readonly #leases: Leases;
  readonly #keeper: LeaseKeeper;
  readonly #slots: Slots;
  readonly #starts: SessionStarts;
  readonly #texts: OutgoingTexts;
  readonly #profiles: ProfilesOfSessions;
  readonly #mover: Mover;
  readonly #libraries: PreparedLibraries;
  readonly #unlinker: Unlinker;
  readonly #canaries: CanaryWatch;
  readonly #around: SessionSurroundings;
  readonly #running = new Map<SessionId, { session: HostedSession; over: Promise<void> }>();
  /** Links that are being written down. */
  #beginning = 0;
  /** Sessions that wait for their library, and then for a slot. */
  #preparing = 0;
  #stopping = false;
  #takingOn: Promise<void> | null = null;

  constructor(given: SessionsOptions) {
    this.#libraries = new PreparedLibraries((version) => given.prepareLibrary(version));
    const openHost: OpenSessionHost = async (spec) => {
      await this.#libraries.prepare(spec.library);
      return given.openHost(spec);
    };
    const options = { ...given, openHost };
    this.#options = options;
    this.#leases = new Leases(options.database, options.instanceId);
    this.#texts = new OutgoingTexts(options.database, options.instanceId, options.deadlines);
    this.#keeper = new LeaseKeeper(this.#leases);
    // The next session starts when one browser is up, not when somebody looks again; a failure shows at the next look.
    this.#slots = new Slots(options.slots, () => void this.takeOn().catch(() => {}));
    this.#starts = new SessionStarts(options.database);
    this.#mover = new Mover(options, this.#leases, this.#libraries);
    const unlinks = new Unlinks(options.database, options.instanceId);
    this.#profiles = new ProfilesOfSessions(options, unlinks);
    const [keeper, slots, profiles] = [this.#keeper, this.#slots, this.#profiles];
    this.#unlinker = new Unlinker({ options, unlinks, keeper, slots, profiles });
    const probes = new CanaryProbes(options.database);
    this.#canaries = new CanaryWatch({
      ...options,
      accounts: new CanaryAccounts(options.database),
      probes,
      running: (session) => this.#running.get(session)?.session,
    });
    this.#around = {
      ...options,
      linkCodes: new LinkCodes(options.database),
      starts: this.#starts,
      probes,
      onSuperseded: (sessions) => this.closeOver(sessions),
    };
  }

  get stopping(): boolean {
    return this.#stopping;
  }

  /** The sessions that this instance runs. */
  get hosted(): HostedSession[] {
    return Array.from(this.#running.values(), ({ session }) => session);
  }

  /** Browsers that are starting, sessions that wait for that, and how many more could start at once. */
  get launches(): { underWay: number; waiting: number; free: number } {
    return { ...this.#slots.taken, free: this.#slots.free };
  }

  /** Makes a version ready to host sessions here. @throws Problem `library-unavailable` */
  async prepareLibrary(version: string): Promise<void> {
    await this.#libraries.prepare(version).catch((error: Error) => {
      throw new Problem('library-unavailable', error.message, { cause: error });
    });
  }

  /** @throws Problem `workspace-unknown`, `number-contested`, `instance-full`, `stopping` */
  async link(workspace: WorkspaceId, { phone, pairing, libraryPin }: LinkOptions): Promise<SessionIds> {
    if (this.#stopping) throw new Problem('stopping');
    if (this.#room <= 0) throw new Problem('instance-full');
    const acquiredAt = performance.now();
    const ids = SessionIds.create(workspace);
    const library = this.#options.chooseLibrary(ids.account, libraryPin);
    this.#beginning++;
    const begun = this.#options.links.begin(ids, { phone, library, libraryPin, pairing });
    const { lease, superseded } = await begun.finally(() => this.#beginning--);
    this.closeOver(superseded);
    const pairWith = pairing ? phone : null;
    this.#host({ lease, cause: 'link-asked', linking: true, pairWith, libraryPin, acquiredAt });
    return ids;
  }

  /** Renews leases when it is time, and stops sessions whose lease was taken away. To be called about once a second. */
  async renewLeases(): Promise<void> {
    await this.#keeper.renew();
  }

  /** Stops sessions whose lease has run out. To be called twice a second, whatever the database does. */
  giveUpExpired(): void {
    this.#keeper.giveUpExpired();
  }

  /**
   * Takes on sessions that nobody runs, as many as browsers can start now. To be called about once a second; whoever asks while that
   * goes on waits for the same.
   */
  takeOn(): Promise<void> {
    this.#takingOn ??= this.#takeOnSome().finally(() => {
      this.#takingOn = null;
    });
    return this.#takingOn;
  }

  /** Unlinks a device that an account left behind which ended while nobody ran it. To be called about once a second. */
  async unlinkNext(): Promise<void> {
    if (!this.#stopping) await this.#unlinker.takeOn();
  }

  /** Removes profiles of sessions that are over, those too that ran here long ago. To be called about once an hour. */
  async sweep(): Promise<void> {
    await this.#profiles.sweep();
  }

  /** Closes sessions whose account is inactive now, those of them that run here. */
  closeOver(sessions: readonly SessionIds[]): void {
    for (const { session } of sessions) {
      const running = this.#running.get(session)?.session;
      if (!running) continue;
      this.#keeper.drop(running.spec.lease);
      running.abandon({ unlink: true });
    }
  }

  /** Starts of a session, newest first, at most `limit` of them, those before `beforeId`. */
  startsOf(ids: SessionIds, limit: number, beforeId: number): Promise<SessionStart[]> {
    return this.#starts.list(ids, limit, beforeId);
  }

  /** Lets canary accounts probe each other, and ends sessions that turn out to be deaf. To be called about once a second. */
  async probeCanaries(): Promise<void> {
    await this.#canaries.round();
  }

  /** Starts a session that waits. @throws Problem `account-not-active` */
  async restore(ids: SessionIds): Promise<void> {
    if (!(await this.#leases.startNow(ids))) throw new Problem('account-not-active');
  }

  /** Makes the account inactive; whoever runs the session unlinks the device, else somebody starts it once more for that. */
  async logout(ids: SessionIds): Promise<void> {
    await this.#options.accounts.deactivate(ids, 'logout-asked');
    this.closeOver([ids]);
  }

  /** Like `logout`, and the account is shown no more. */
  async delete(ids: SessionIds): Promise<void> {
    await this.#options.accounts.delete(ids);
    this.closeOver([ids]);
  }

  /** Sends a text, through another instance where that runs the session. Returns the id that the library gives it. */
  async sendText(ids: SessionIds, to: string, body: string): Promise<unknown> {
    const running = this.#running.get(ids.session);
    if (running) return running.session.sendText(to, body);
    const status = await this.#options.accounts.statusOf(ids);
    if (status !== 'connected') throw new Problem('session-not-connected');
    return this.#texts.hand(ids, to, body);
  }

  /** Sends texts that other instances were asked for. To be called about once a second. */
  async sendWaiting(): Promise<void> {
    if (this.#running.size === 0) return;
    await this.#texts.sendWaiting(async (session, to, body) => {
      const running = this.#running.get(sessionId(session));
      if (!running) throw new Problem('session-not-connected');
      return running.session.sendText(to, body);
    });
  }

  /** Starts nothing any more, closes every session in order and gives it back. */
  async stop(): Promise<void> {
    this.#stopping = true;
    const running = [...this.#running.values()];
    for (const { session } of running) session.close('instance-stopped');
    await Promise.all([this.#unlinker.stop(), ...Array.from(this.#running.values(), ({ over }) => over)]);
  }

  /** How many sessions more this instance may run. */
  get #room(): number {
    return (this.#options.maxSessions ?? Number.POSITIVE_INFINITY) - this.#running.size - this.#beginning;
  }

  async #takeOnSome(): Promise<void> {
    if (this.#stopping) return;
    await this.#claim();
    await this.#mover.move(this.hosted, this.#slots.free > 0);
  }

  async #claim(): Promise<void> {
    const acquiredAt = performance.now();
    for (const claim of await this.#leases.claim(
      Math.min(this.#slots.free - this.#preparing, this.#room, claimBatch),
    )) {
      // A stop that came meanwhile: the lease is given back as any other.
      this.#host({ ...claim, linking: claim.status === 'qr_scanning', acquiredAt });
      if (this.#stopping) this.#running.get(claim.lease.ids.session)?.session.close('instance-stopped');
    }
  }

  #host(claim: Taken): void {
    const { lease, cause, linking, pairWith, libraryPin, acquiredAt } = claim;
    const library = this.#options.chooseLibrary(lease.ids.account, libraryPin);
    const folder = sessionFolder(this.#options.folder, lease.ids);
    let onLaunched = () => {};
    const restMs = () => this.#keeper.restMs(lease);
    const spec = { lease, cause, library, linking, pairWith, folder, restMs, onLaunched: () => onLaunched() };
    const session = new HostedSession(spec, this.#around);
    this.#keeper.keep(lease, acquiredAt, {
      onLost: (reason) => void this.#lost(session, reason),
      onRenewed: (restMs) => session.extend(restMs),
    });
    const over = this.#slotFor(library).then(async (giveBack) => {
      onLaunched = giveBack;
      await this.#run(session)
        .catch((error) => this.#options.onTrouble(lease.ids, error))
        .finally(giveBack);
    });
    this.#running.set(lease.ids.session, { session, over });
  }

  /** An installation takes minutes and no browser: it happens before the slot is taken. What it fails with is told when the host is opened. */
  async #slotFor(library: string): Promise<() => void> {
    this.#preparing++;
    await this.#libraries.prepare(library).catch(() => {});
    this.#preparing--;
    return this.#slots.take();
  }

  async #run(session: HostedSession): Promise<void> {
    const { lease, library, cause, folder, linking } = session.spec;
    try {
      removeBrowserLocks(lease, folder);
      const end = await session.run();
      const settled = await settleSession(lease, end, { ...this.#options, leases: this.#leases, starts: this.#starts });
      await this.#profiles.tidy(session, end, settled).catch((error) => this.#options.onTrouble(lease.ids, error));
      const wasReady = session.step === 'ready';
      this.#options.onEnd({ ids: lease.ids, library, cause, linking, wasReady, end, settled });
    } finally {
      this.#keeper.drop(lease);
      // Given back, it may have been taken on again here already.
      if (this.#running.get(lease.ids.session)?.session === session) this.#running.delete(lease.ids.session);
    }
  }

  async #lost(session: HostedSession, reason: LossReason): Promise<void> {
    // Where only time is known to be over, somebody else may be starting the session: no moment to say goodbye.
    session.abandon({ unlink: reason === 'taken' && (await this.#profiles.isOver(session.spec.lease)) });
  }
}
