import { setTimeout as sleep } from 'node:timers/promises';
import type { SessionCause } from '../../codes/codes.ts';
import type { SessionEnd } from '../../session/session-state.ts';
import { isUnavailable } from '../../store/database/database-errors.ts';
import { type Lease, LeaseLost, leaseMs } from '../leases/lease.ts';
import type { LossReason } from '../leases/lease-keeper.ts';
import { removeBrowserLocks, sessionFolder } from '../profiles/session-folder.ts';
import type { SessionId, SessionIds } from '../session-ids.ts';
import { HostedSession, type SessionSpec } from './hosted-session.ts';
import type { SessionParts } from './session-parts.ts';
import type { Settled } from './sessions-options.ts';
import { StartSpans } from './start-spans.ts';

/** A session whose lease this instance has acquired; `acquiredAt` is `performance.now()` before that. */
type Taken = Pick<SessionSpec, 'lease' | 'cause' | 'linking' | 'pairWith' | 'origin'> & {
  libraryPin: string | null;
  browserRevision: number;
  acquiredAt: number;
};

const writeAgainMs = 500;

/** The sessions whose lease this instance owns, each until its end is written. */
export class RunningSessions {
  readonly #parts: SessionParts;
  readonly #running = new Map<SessionId, { session: HostedSession; over: Promise<void> }>();

  constructor(parts: SessionParts) {
    this.#parts = parts;
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
    const { keeper, launches } = this.#parts;
    const { lease, cause, linking, pairWith, origin, libraryPin, browserRevision, acquiredAt } = taken;
    const library = this.#parts.chooseLibrary(lease.ids.account, libraryPin);
    const folder = sessionFolder(this.#parts.folder, lease.ids);
    let onLaunched = () => {};
    const restMs = () => keeper.restMs(lease);
    const spans = new StartSpans(this.#parts.tracing, {
      kind: linking ? 'link' : 'restoration',
      traceparent: origin.traceparent,
      library,
      account: lease.ids.account,
    });
    const spec = {
      lease,
      cause,
      library,
      browserRevision,
      linking,
      pairWith,
      origin,
      spans,
      folder,
      restMs,
      onLaunched: () => onLaunched(),
    };
    const session = new HostedSession(spec, this.#parts, this);
    keeper.keep(lease, acquiredAt, {
      onLost: (reason) => void this.#lost(session, reason),
      onRenewed: (restMs) => session.extend(restMs),
    });
    const over = launches.turn(library, linking ? 'link' : 'restoration').then(async (giveBack) => {
      onLaunched = giveBack;
      await this.#run(session)
        .catch((error) => this.#parts.onTrouble(lease.ids, error))
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

  /** True when the account of a session is inactive: it never starts again. False where the database does not say. */
  async isOver(lease: Lease): Promise<boolean> {
    return (await this.#parts.profiles.overBy(lease)) !== null;
  }

  async #run(session: HostedSession): Promise<void> {
    const { keeper, profiles, onUnlinked, onEnd } = this.#parts;
    const { lease, library, cause, folder, linking } = session.spec;
    try {
      removeBrowserLocks(lease, folder);
      const end = await session.run();
      const settled = await settleSession(session, end, this.#parts);
      const overBy = settled.kind === 'fenced' ? await profiles.overBy(lease) : null;
      await profiles
        .tidy(session, end, settled, overBy !== null)
        .catch((error) => this.#parts.onTrouble(lease.ids, error));
      if (session.farewell === 'unlinked') onUnlinked(lease.ids, true, 0);
      const wasReady = session.step === 'ready';
      onEnd({ ids: lease.ids, library, build: session.build, cause, linking, wasReady, end, overBy, settled });
    } finally {
      keeper.drop(lease);
      // Once released, it may have been claimed here again.
      if (this.find(lease.ids.session) === session) this.#running.delete(lease.ids.session);
    }
  }

  async #lost(session: HostedSession, reason: LossReason): Promise<void> {
    // The lease has expired, so another instance may be starting the session: there is no time for a graceful close.
    session.abandon({ unlink: reason === 'taken' && (await this.isOver(session.spec.lease)) });
  }
}

/** Writes the end of a hosted session, and retries for as long as its lease can last. Never rejects. */
async function settleSession(
  { spec: { lease }, farewell }: HostedSession,
  end: SessionEnd,
  { accounts, leases, starts, onTrouble }: SessionParts,
): Promise<Settled> {
  for (const until = performance.now() + leaseMs; performance.now() < until; await sleep(writeAgainMs)) {
    try {
      switch (end.kind) {
        case 'failed':
          return { kind: 'failed', outcome: await starts.failed(lease, end.cause, end.isRefused) };
        case 'dead':
          return {
            kind: 'dead',
            isLostLogin: await accounts.fail(lease, end.cause, {
              isRefused: end.isRefused,
              unlinks: end.mayBeScanned && farewell === 'none',
            }),
          };
        case 'closed':
          await leases.release(lease, end.cause);
          return { kind: 'closed' };
        case 'lost':
          return { kind: 'fenced' };
      }
    } catch (error) {
      if (error instanceof LeaseLost) return { kind: 'fenced' };
      if (isUnavailable(error)) continue;
      onTrouble(lease.ids, error);
      return { kind: 'fenced' };
    }
  }
  return { kind: 'fenced' };
}
