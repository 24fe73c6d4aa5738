import type { Leases } from '../leases/leases.ts';
import type { HostedSession } from './hosted-session.ts';
import type { PreparedLibraries } from './prepared-libraries.ts';
import type { SessionsOptions } from './sessions-options.ts';

/** Gives back sessions of this instance that must restart: on another version, with another browser, or as its control group. */
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
   * Closes sessions whose account should run another version or another browser now: all that are still starting, which gain nothing by
   * going on, and one ready session when a browser can start. Alternates with control-group restarts, so both versions see
   * the same conditions.
   */
  async move(hosted: readonly HostedSession[], canStart: boolean): Promise<void> {
    if (hosted.length === 0) return;
    const choices = await this.#leases.choices();
    const movable = hosted.flatMap((session) => {
      const { lease, library, browserRevision } = session.spec;
      const choice = choices.get(lease.ids.session);
      if (!session.canMove || choice === undefined) return [];
      const { libraryPin: pin } = choice;
      const hasOtherBrowser = choice.browserRevision !== browserRevision;
      return [{ session, account: lease.ids.account, pin, library, hasOtherBrowser }];
    });
    const toMove = movable.filter(({ account, pin, library, hasOtherBrowser }) => {
      if (hasOtherBrowser) return true;
      const wanted = this.#options.chooseLibrary(account, pin);
      // A working session is not closed for a version that cannot host it.
      return wanted !== library && this.#libraries.has(wanted);
    });
    const causeOf = ({ hasOtherBrowser }: (typeof toMove)[number]) => (hasOtherBrowser ? 'restore-asked' : 'rollout');
    for (const moved of toMove) if (!moved.session.ready) moved.session.close(causeOf(moved));
    if (!canStart) return;
    const moving = toMove.find(({ session }) => session.ready);
    const control = movable.find(
      ({ session, ...hosted }) => session.ready && this.#options.isControl({ ...hosted, startedAt: session.startedAt }),
    )?.session;
    const isControlsTurn = control !== undefined && (moving === undefined || this.#movedLast);
    this.#movedLast = !isControlsTurn;
    if (isControlsTurn) control.close('control');
    else moving?.session.close(causeOf(moving));
  }
}
