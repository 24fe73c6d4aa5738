import type { MoveOutcome, MoveReason } from '../../contracts/service-states.ts';
import { hostedStatuses } from '../../contracts/service-states.ts';
import type { Instance, Instances, OwnInstance } from '../leases/instances.ts';
import type { Lease } from '../leases/lease.ts';
import type { Leases } from '../leases/leases.ts';
import type { HostedSession } from './hosted-session.ts';

/** A session that has not arrived after this time has failed to move, in milliseconds: the offer, a start and a login. */
const arriveMs = 180_000;
/** For how long an instance gets no more sessions after one that moved to it has failed, in milliseconds. */
const distrustMs = 300_000;
/** How far above its share an instance has to be before it gives a session away, in sessions. */
const tolerance = 1;

export interface RelocationOptions {
  self: Pick<OwnInstance, 'readDraining'>;
  instances: Pick<Instances, 'list'>;
  leases: Leases;
  instanceId: string;
  /** How many sessions of this instance are on their way to another one at the same time. */
  moveAtOnce: number;
  /** How many sessions all instances together move in a minute to even out their numbers; 0 for none. */
  rebalancePerMinute: number;
  onDrain(event: DrainEvent): void;
  onMoved(reason: MoveReason, outcome: MoveOutcome): void;
}

/**
 * `began` and `ended`: on request; `waits`: no other instance has room for the sessions that are left; `done`: none is left.
 */
export type DrainEvent = 'began' | 'waits' | 'done' | 'ended';

interface Move {
  lease: Lease;
  reason: MoveReason;
  to: string;
  /** By `performance.now()`. */
  at: number;
}

/**
 * Moves sessions of this instance to others: all of them while it drains, and those above its share when instances even out. A session is
 * closed for its move only when another instance has room for it and can have its profile; that one starts it again.
 */
export class Relocation {
  readonly #options: RelocationOptions;
  #moves: Move[] = [];
  #lastMoveAt = Number.NEGATIVE_INFINITY;
  /** Until when an instance gets no sessions, by `performance.now()`. */
  readonly #distrusted = new Map<string, number>();
  #drainState: DrainEvent = 'ended';

  constructor(options: RelocationOptions) {
    this.#options = options;
  }

  /** Call it about once a second, with the sessions that this instance runs. */
  async round(hosted: readonly HostedSession[]): Promise<void> {
    const { self, rebalancePerMinute } = this.#options;
    const drains = await self.readDraining();
    await this.#settle();
    if (drains) await this.#drain(hosted);
    else {
      if (this.#drainState !== 'ended') this.#report('ended');
      if (rebalancePerMinute > 0) await this.#rebalance(hosted);
    }
  }

  async #drain(hosted: readonly HostedSession[]): Promise<void> {
    if (this.#drainState === 'ended') this.#report('began');
    if (hosted.length === 0) return this.#report('done');
    if (this.#free <= 0) return;
    const fleet = await this.#options.instances.list();
    // A session that is still starting goes first: no caller uses it yet. A link that waits for its scan stays until it ends.
    const movable = hosted.filter(({ canMove }) => canMove).sort((a, b) => Number(a.ready) - Number(b.ready));
    for (const session of movable.slice(0, this.#free)) {
      const target = this.#targetOf(fleet);
      if (!target) return this.#report('waits');
      if (this.#drainState !== 'began') this.#report('began');
      await this.#move(session, target, 'drain');
    }
  }

  async #rebalance(hosted: readonly HostedSession[]): Promise<void> {
    const { instances, instanceId, rebalancePerMinute } = this.#options;
    const sinceMs = performance.now() - this.#lastMoveAt;
    const alone = 60_000 / rebalancePerMinute;
    if (this.#free <= 0 || sinceMs < alone) return;
    const fleet = await instances.list();
    const living = fleet.filter((instance) => canHost(instance));
    // Together, the instances keep to the bound.
    if (sinceMs < alone * living.length) return;
    const own = living.find(({ id }) => id === instanceId);
    const shares = fairShares(living);
    if (!own || own.expectedSessions < (shares.get(own.id) as number) + tolerance) return;
    const below = living.filter((one) => one.expectedSessions <= (shares.get(one.id) as number) - tolerance);
    const target = this.#targetOf([own, ...below]);
    const session = hosted.find(({ ready, canMove }) => ready && canMove);
    if (target && session) await this.#move(session, target, 'rebalance');
  }

  /** How many more sessions may be on their way. */
  get #free(): number {
    return this.#options.moveAtOnce - this.#moves.length;
  }

  /** The instance with the fewest sessions of those that have room, and can have the profiles of this one. */
  #targetOf(fleet: readonly Instance[]): Instance | undefined {
    const own = fleet.find(({ id }) => id === this.#options.instanceId);
    if (!own) return undefined;
    return fleet
      .filter((one) => one !== own && canHost(one) && one.expectedSessions < (one.maxSessions ?? Infinity))
      .filter(({ host, sharesProfiles }) => host === own.host || (own.sharesProfiles && sharesProfiles))
      .filter(({ id }) => (this.#distrusted.get(id) ?? 0) < performance.now())
      .sort((a, b) => a.expectedSessions - b.expectedSessions)[0];
  }

  async #move(session: HostedSession, target: Instance, reason: MoveReason): Promise<void> {
    const { lease } = session.spec;
    if (!(await this.#options.leases.offer(lease, target.id))) return;
    this.#moves.push({ lease, reason, to: target.id, at: performance.now() });
    this.#lastMoveAt = performance.now();
    target.expectedSessions++;
    session.close('moved');
  }

  /** Finds out which sessions have arrived, and which have failed. */
  async #settle(): Promise<void> {
    if (this.#moves.length === 0) return;
    const found = await this.#options.leases.offered(this.#moves.map(({ lease }) => lease));
    const states = new Map(found.map(({ lease, ...state }) => [lease, state]));
    this.#moves = this.#moves.filter((move) => {
      const outcome = outcomeOf(states.get(move.lease), performance.now() - move.at);
      if (outcome === null) return true;
      if (outcome === 'failed') this.#distrusted.set(move.to, performance.now() + distrustMs);
      this.#options.onMoved(move.reason, outcome);
      return false;
    });
  }

  #report(event: DrainEvent): void {
    if (this.#drainState === event) return;
    this.#drainState = event;
    this.#options.onDrain(event);
  }
}

/** Null while the session is on its way. One whose account is no longer active has nowhere to arrive. */
function outcomeOf(state: { status: string; failures: number } | undefined, tookMs: number): MoveOutcome | null {
  if (state?.status === 'connected') return 'arrived';
  if (state && state.failures > 0) return 'failed';
  const isUnderWay = state === undefined || ['disconnected', ...hostedStatuses].includes(state.status);
  if (!isUnderWay) return 'ended';
  return tookMs > arriveMs ? 'failed' : null;
}

/** True for an instance that takes sessions which are offered to it. */
function canHost({ isSilent, drainAskedAt, sharesProfiles }: Instance): boolean {
  return !isSilent && drainAskedAt === null && sharesProfiles !== null;
}

/**
 * How many of all sessions each instance would run if they were spread evenly: an instance with a lower limit has its limit, and the
 * others share the rest. By id; not rounded.
 */
export function fairShares(
  instances: readonly Pick<Instance, 'id' | 'maxSessions' | 'expectedSessions'>[],
): Map<string, number> {
  const shares = new Map<string, number>();
  let left = instances.reduce((total, { expectedSessions }) => total + expectedSessions, 0);
  const ascending = [...instances].sort((a, b) => (a.maxSessions ?? Infinity) - (b.maxSessions ?? Infinity));
  for (const [i, { id, maxSessions }] of ascending.entries()) {
    const share = Math.min(maxSessions ?? Infinity, left / (ascending.length - i));
    shares.set(id, share);
    left -= share;
  }
  return shares;
}
