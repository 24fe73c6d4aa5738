import type { Leases } from '../leases/leases.ts';
import type { HostedSession } from './hosted-session.ts';
import type { PreparedLibraries } from './prepared-libraries.ts';
import type { SessionsOptions } from './sessions-options.ts';

/** Gives back sessions of this instance that must restart: on another version, or as its control group. */
export class Mover {
  readonly #options: Pick<SessionsOptions, 'chooseLibrary' | 'isControl'>;
  readonly #leases: Leases;
  readonly #libraries: PreparedLibraries;
  #movedLast = false;

  constructor(
    options: Pick<SessionsOptions, 'chooseLibrary' | 'isControl'>,
    leases: Leases,
    libraries: PreparedLibraries,
  ) {
    this.#options = options;
    this.#leases = leases;
    this.#libraries = libraries;
  }

  /**
   * Closes sessions whose account should run another version now: all that are still starting, which gain nothing by
   * going on, and one ready session when a browser can start. Alternates with control-group restarts, so both versions see
   * the same conditions.
   */
  async move(hosted: readonly HostedSession[], canStart: boolean): Promise<void> {
    if (hosted.length === 0) return;
    const pins = await this.#leases.pins();
    const movable = hosted.flatMap((session) => {
      const { lease, library } = session.spec;
      const pin = pins.get(lease.ids.session);
      return session.canMove && pin !== undefined ? [{ session, account: lease.ids.account, pin, library }] : [];
    });
    const toMove = movable.filter(({ account, pin, library }) => {
      const wanted = this.#options.chooseLibrary(account, pin);
      // A working session is not closed for a version that cannot host it.
      return wanted !== library && this.#libraries.has(wanted);
    });
    for (const { session } of toMove) if (!session.ready) session.close('rollout');
    if (!canStart) return;
    const moving = toMove.find(({ session }) => session.ready)?.session;
    const control = movable.find(
      ({ session, ...hosted }) => session.ready && this.#options.isControl({ ...hosted, startedAt: session.startedAt }),
    )?.session;
    const isControlsTurn = control !== undefined && (moving === undefined || this.#movedLast);
    this.#movedLast = !isControlsTurn;
    if (isControlsTurn) control.close('control');
    else moving?.close('rollout');
  }
}
