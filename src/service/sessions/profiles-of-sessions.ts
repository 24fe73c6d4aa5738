import { within } from '../../contracts/within.ts';
import type { SessionEnd } from '../../session/session-state.ts';
import type { Unlinks } from '../accounts/unlinks.ts';
import type { Lease } from '../leases/lease.ts';
import { findLeftProfiles } from '../profiles/find-left-profiles.ts';
import { removeSessionFolder, sessionFolder } from '../profiles/session-folder.ts';
import type { SessionIds } from '../session-ids.ts';
import type { HostedSession } from './hosted-session.ts';
import type { SessionsOptions, Settled } from './sessions-options.ts';

/** How long the database has to report why an account is inactive, in milliseconds. */
const patienceMs = 2_000;

/** Removes profiles, on this machine and in the shared store, as soon as they are no longer needed. */
export class ProfilesOfSessions {
  readonly #options: Pick<SessionsOptions, 'database' | 'folder' | 'accounts' | 'vault' | 'onTrouble'>;
  readonly #unlinks: Unlinks;

  constructor(options: SessionsOptions, unlinks: Unlinks) {
    this.#options = options;
    this.#unlinks = unlinks;
  }

  /**
   * After the end of a session: removes its profile if the session will not start again, unless its device must still be unlinked.
   *
   * @param isOver true when its account is inactive.
   */
  async tidy(session: HostedSession, end: SessionEnd, settled: Settled, isOver: boolean): Promise<void> {
    const { lease } = session.spec;
    // A version may report a lost login that is still there: such a profile stays until `sweep`.
    if (settled.kind === 'dead' && !session.hadLogin && !(await this.#unlinks.isWaiting(lease.ids.session)))
      await this.remove(lease.ids);
    if (!isOver) return;
    if (session.farewell !== 'none' || (end.kind === 'dead' && end.cause === 'unlinked'))
      await this.#unlinks.done(lease.ids);
    if (!(await this.#unlinks.isWaiting(lease.ids.session))) await this.remove(lease.ids);
  }

  /** Removes left profiles, including those of sessions that ran here long ago. */
  async sweep(): Promise<void> {
    const { database, folder, onTrouble } = this.#options;
    for (const ids of await findLeftProfiles(database, folder)) {
      await this.remove(ids).catch((error) => onTrouble(ids, error));
    }
  }

  async remove(ids: SessionIds): Promise<void> {
    removeSessionFolder(sessionFolder(this.#options.folder, ids));
    await this.#options.vault?.forget(ids);
  }

  /** Why the account is inactive, so that this session never starts again; null when it is active or the database does not answer. */
  async overBy({ ids }: Lease): Promise<string | null> {
    return within(patienceMs, () => this.#options.accounts.overBy(ids)).catch(() => null);
  }
}
