import type { HostEvent } from '../../contracts/host-events.ts';
import { within } from '../../contracts/within.ts';
import { next } from '../../session/machine.ts';
import { newSession, type SessionEnd, type SessionInput } from '../../session/session-state.ts';
import { LeaseLost } from '../leases/lease.ts';
import type { ClaimedSession } from '../leases/take-session.ts';
import { removeBrowserLocks, sessionFolder } from '../profiles/session-folder.ts';
import { type Deadlines, servicePolicy } from './deadlines.ts';
import { logOut } from './farewell.ts';
import type { OpenSessionHost, SessionHostSpec } from './session-host.ts';
import type { SessionParts } from './session-parts.ts';

/** Starts sessions whose account ended without an owner once more, to unlink their devices; one at a time. */
export class Unlinker {
  readonly #parts: SessionParts;
  #underWay: { over: Promise<void>; abort: AbortController } | null = null;

  constructor(parts: SessionParts) {
    this.#parts = parts;
  }

  /** Claims one such session, if a browser can start now. Call it about once a second. */
  async takeOn(): Promise<void> {
    const { launches, unlinks } = this.#parts;
    if (this.#underWay !== null || launches.room <= 0) return;
    const acquiredAt = performance.now();
    const claim = await unlinks.claim();
    if (!claim) return;
    const abort = new AbortController();
    const over = this.#unlink(claim, acquiredAt, abort).finally(() => {
      this.#underWay = null;
    });
    this.#underWay = { over, abort };
  }

  /** Aborts the try under way; another instance repeats it. */
  async stop(): Promise<void> {
    this.#underWay?.abort.abort();
    await this.#underWay?.over;
  }

  /** Never rejects. */
  async #unlink(
    claim: ClaimedSession & { triesLeft: number },
    acquiredAt: number,
    abort: AbortController,
  ): Promise<void> {
    const { unlinks, keeper, slots, profiles, openHost, deadlines } = this.#parts;
    const { lease, libraryPin, triesLeft } = claim;
    const { ids } = lease;
    keeper.keep(lease, acquiredAt, { onLost: () => abort.abort(), onRenewed: () => {} });
    const giveBack = await slots.take('restoration');
    try {
      const folder = sessionFolder(this.#parts.folder, ids);
      removeBrowserLocks(lease, folder);
      const library = this.#parts.chooseLibrary(ids.account, libraryPin);
      const restMs = () => keeper.restMs(lease);
      const spec = { lease, library, folder, restMs, signal: abort.signal };
      const how = await unlinkDevice(spec, openHost, deadlines).catch(() => 'failed' as const);
      if (abort.signal.aborted) return;
      const isLast = how !== 'failed' || triesLeft === 0;
      if (isLast) {
        await unlinks.end(lease);
        await profiles.remove(ids);
      } else await unlinks.again(lease);
      this.#parts.onUnlinked(ids, how === 'unlinked', isLast ? 0 : triesLeft);
    } catch (error) {
      if (!(error instanceof LeaseLost)) this.#parts.onTrouble(ids, error);
    } finally {
      keeper.drop(lease);
      giveBack();
    }
  }
}

/** Far more often than leases are renewed. */
const extendEveryMs = 1_000;

/**
 * Starts a session only to log it out, so the phone no longer lists its device. The host has ended when it returns.
 *
 * @returns `unlinked`: by this start, or by the phone before; `no-login`: the profile has no login, so no start can unlink the device.
 * @throws the errors of `openHost`.
 */
async function unlinkDevice(
  spec: Omit<SessionHostSpec, 'onSeen' | 'pairWith'>,
  openHost: OpenSessionHost,
  deadlines: Deadlines,
): Promise<'unlinked' | 'no-login' | 'failed'> {
  const heard = Promise.withResolvers<'ready' | 'unlinked' | 'no-login' | 'failed'>();
  const begin: SessionInput = { type: 'session:start', isLinked: true, pairWith: null };
  let { state } = next(newSession(servicePolicy(deadlines)), begin);
  const onSeen = (event: HostEvent) => {
    const { state: after, end } = next(state, event);
    state = after;
    if (end) heard.resolve(unlinkedBy(end));
    else if (after.saidReady) heard.resolve('ready');
  };
  const host = await openHost({ ...spec, pairWith: null, onSeen });
  const extending = setInterval(() => host.liveFor(spec.restMs()), extendEveryMs);
  spec.signal.addEventListener('abort', () => heard.resolve('failed'));
  if (spec.signal.aborted) heard.resolve('failed');
  try {
    const how = await within(deadlines.startMs + deadlines.readyMs, () => heard.promise).catch(() => 'failed' as const);
    if (how !== 'ready') return how;
    return (await logOut(host, deadlines, deadlines.readyMs)) ? 'unlinked' : 'failed';
  } finally {
    clearInterval(extending);
    await host.kill();
  }
}

/** What the end of a start says about its device: a page whose login was refused had one that the phone no longer knows. */
function unlinkedBy(end: SessionEnd): 'unlinked' | 'no-login' | 'failed' {
  if (end.kind !== 'dead' || end.cause !== 'unlinked') return 'failed';
  return end.isRefused ? 'unlinked' : 'no-login';
}
