import { within } from '../../contracts/within.ts';
import type { SessionEnd } from '../../session/session-state.ts';
import type { Unlinks } from '../accounts/unlinks.ts';
import type { Lease } from '../leases/lease.ts';
import { findLeftProfiles } from '../profiles/find-left-profiles.ts';
import { removeSessionFolder, sessionFolder } from '../profiles/session-folder.ts';
import type { SessionIds } from '../session-ids.ts';
import type { HostedSession } from './hosted-session.ts';
import type { SessionsOptions } from './sessions-options.ts';
import type { Settled } from './settle-session.ts';

/** Until the account counts as not known to be over, in milliseconds. */
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
   * After the end of a session: removes its profile where it is over, unless its device has still to be unlinked with it.
   *
   * @param isOver true when its account is inactive.
   */
  async tidy(session: HostedSession, end: SessionEnd, settled: Settled, isOver: boolean): Promise<void> {
    const { lease } = session.spec;
    // What a version took for a lost login may be none: such a profile stays until it is swept away.
    if (settled.kind === 'dead' && !session.hadLogin) await this.remove(lease.ids);
    if (!isOver) return;
    if (session.farewell !== 'none' || (end.kind === 'dead' && end.cause === 'unlinked'))
      await this.#unlinks.done(lease.ids);
    if (!(await this.#unlinks.isWaiting(lease.ids.session))) await this.remove(lease.ids);
  }

  /** Removes what was left behind, by sessions too that ran here long ago. */
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
