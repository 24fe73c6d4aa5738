import type { SessionCause } from '../../codes/codes.ts';
import { LinkCodes } from '../accounts/link-codes.ts';
import type { Lease } from '../leases/lease.ts';
import type { LeaseKeeper, LossReason } from '../leases/lease-keeper.ts';
import type { Leases } from '../leases/leases.ts';
import { removeBrowserLocks, sessionFolder } from '../profiles/session-folder.ts';
import type { SessionId, SessionIds } from '../session-ids.ts';
import type { CanaryProbes } from './canary-probes.ts';
import { HostedSession, type SessionSpec, type SessionSurroundings } from './hosted-session.ts';
import type { Launches } from './launches.ts';
import type { ProfilesOfSessions } from './profiles-of-sessions.ts';
import type { SessionStarts } from './session-starts.ts';
import type { SessionsOptions } from './sessions-options.ts';
import { settleSession } from './settle-session.ts';

/** A session whose lease this instance has acquired; `acquiredAt` is `performance.now()` before that. */
type Taken = Pick<SessionSpec, 'lease' | 'cause' | 'linking' | 'pairWith'> & {
  libraryPin: string | null;
  acquiredAt: number;
};

interface RunningSessionsParts {
  options: SessionsOptions;
  leases: Leases;
  keeper: LeaseKeeper;
  launches: Launches;
  starts: SessionStarts;
  probes: CanaryProbes;
  profiles: ProfilesOfSessions;
}

/** The sessions whose lease this instance owns, each until its end is written. */
export class RunningSessions {
  readonly #parts: RunningSessionsParts;
  readonly #around: SessionSurroundings;
  readonly #running = new Map<SessionId, { session: HostedSession; over: Promise<void> }>();

  constructor(parts: RunningSessionsParts) {
    this.#parts = parts;
    const { options, starts, probes, profiles } = parts;
    const linkCodes = new LinkCodes(options.database);
    const isOver = async (lease: Lease) => (await profiles.overBy(lease)) !== null;
    const onSuperseded = (sessions: SessionIds[]) => this.closeOver(sessions);
    this.#around = { ...options, linkCodes, starts, probes, isOver, onSuperseded };
  }

  get size(): number {
    return this.#running.size;
  }

  get all(): HostedSession[] {
    return Array.from(this.#running.values(), ({ session }) => session);
  }

  find(session: SessionId): HostedSession | undefined {
    return this.#running.get(session)?.session;
  }

  /** Runs a session as soon as a browser can start. */
  host(taken: Taken): HostedSession {
    const { options, keeper, launches } = this.#parts;
    const { lease, cause, linking, pairWith, libraryPin, acquiredAt } = taken;
    const library = options.chooseLibrary(lease.ids.account, libraryPin);
    const folder = sessionFolder(options.folder, lease.ids);
    let onLaunched = () => {};
    const restMs = () => keeper.restMs(lease);
    const spec = { lease, cause, library, linking, pairWith, folder, restMs, onLaunched: () => onLaunched() };
    const session = new HostedSession(spec, this.#around);
    keeper.keep(lease, acquiredAt, {
      onLost: (reason) => void this.#lost(session, reason),
      onRenewed: (restMs) => session.extend(restMs),
    });
    const over = launches.turn(library).then(async (giveBack) => {
      onLaunched = giveBack;
      await this.#run(session)
        .catch((error) => options.onTrouble(lease.ids, error))
        .finally(giveBack);
    });
    this.#running.set(lease.ids.session, { session, over });
    return session;
  }

  /** Closes those of `sessions` that run here: their accounts have become inactive. */
  closeOver(sessions: readonly SessionIds[]): void {
    for (const { session } of sessions) {
      const running = this.find(session);
      if (!running) continue;
      this.#parts.keeper.drop(running.spec.lease);
      running.abandon({ unlink: true });
    }
  }

  /** Closes all gracefully, and waits until their leases are released. */
  async close(cause: SessionCause): Promise<void> {
    for (const session of this.all) session.close(cause);
    await Promise.all(Array.from(this.#running.values(), ({ over }) => over));
  }

  async #run(session: HostedSession): Promise<void> {
    const { options, leases, keeper, starts, profiles } = this.#parts;
    const { lease, library, cause, folder, linking } = session.spec;
    try {
      removeBrowserLocks(lease, folder);
      const end = await session.run();
      const settled = await settleSession(lease, end, { ...options, leases, starts });
      const overBy = settled.kind === 'fenced' ? await profiles.overBy(lease) : null;
      await profiles.tidy(session, end, settled, overBy !== null).catch((error) => options.onTrouble(lease.ids, error));
      if (session.farewell === 'unlinked') options.onUnlinked(lease.ids, true, 0);
      const wasReady = session.step === 'ready';
      options.onEnd({ ids: lease.ids, library, build: session.build, cause, linking, wasReady, end, overBy, settled });
    } finally {
      keeper.drop(lease);
      // Once released, it may have been claimed here again.
      if (this.find(lease.ids.session) === session) this.#running.delete(lease.ids.session);
    }
  }

  async #lost(session: HostedSession, reason: LossReason): Promise<void> {
    // The lease has expired, so another instance may be starting the session: there is no time for a graceful close.
    session.abandon({ unlink: reason === 'taken' && (await this.#around.isOver(session.spec.lease)) });
  }
}
