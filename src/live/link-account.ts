import { join } from 'node:path';
import type { Attempt } from '../contracts/attempt.ts';
import { InputError, TroubleError } from '../contracts/input-error.ts';
import type { AttemptInput } from '../runner/attempt-input.ts';
import { Finding } from '../runner/finding.ts';
import { restrictions, serversWord } from '../runner/judge-live.ts';
import { type LiveDevice, linkingFlows } from '../runner/live-site.ts';
import { eventOfFailure, tookCode } from './attempt-history.ts';
import { LeaseWatch } from './lease-watch.ts';
import { type LivePool, type LiveStartOptions, LiveStarts } from './live-starts.ts';
import { NotAllowedYet } from './not-allowed-yet.ts';
import { profileBrowser } from './profile-browser.ts';
import { blobName, openProfileFolder, sessionOf } from './profile-folder.ts';

/**
 * Links a new account: makes one attempt of a flow that links, and adds the account only when it passed.
 *
 * @param number digits, where it is known; a pairing code needs it.
 * @throws InputError for a name or a number that cannot be added; NotAllowedYet.
 */
export async function linkAccount(
  pool: LivePool,
  options: LiveStartOptions,
  { name, number, input }: { name: string; number: string | null; input: AttemptInput },
): Promise<Attempt> {
  const { accounts } = pool;
  const starts = new LiveStarts(pool, options);
  const pinned = await profileBrowser(input);
  await accounts.checkNew(name, number);
  const kind = linkingFlows.get(input.flow.name) ?? 'qr';
  await accounts.request([{ kind, account: name }], { number });
  const folder = await openProfileFolder();
  // There is no lease yet; a person may stop the pool all the same.
  const watch = new LeaseWatch(accounts, { leases: [], ms: starts.leaseMs(input), heartbeatMs: options.heartbeatMs });
  try {
    const device: LiveDevice = { account: name, number, dataPath: join(folder.path, name), isLinked: false };
    let linkedAs = number;
    const signal = AbortSignal.any([...(input.signal ? [input.signal] : []), watch.over]);
    const attempt = await starts.run(
      { ...input, signal },
      {
        devices: [device],
        linkedAs: async (own) => {
          linkedAs = own;
          if (number === null) await recognize(pool, name, kind, own);
        },
      },
    );
    const [lock] = restrictions(attempt.events);
    if (lock) await accounts.note(name, 'restricted', await starts.byDatabase(lock), linkedAs ?? undefined);
    if (attempt.outcome === 'passed' && linkedAs !== null) {
      await addLinked(pool, device, { number: linkedAs, library: input.cell.library, ...pinned });
      return attempt;
    }
    await accounts.note(name, tookCode(attempt) ? 'link' : 'not-linked', null, linkedAs ?? undefined);
    const failure = eventOfFailure(attempt, kind);
    const until = await starts.byDatabase(serversWord(attempt.events));
    if (failure) await accounts.note(name, failure, until, linkedAs ?? undefined);
    return attempt;
  } finally {
    watch.end();
    await folder.remove();
  }
}

/** The limits of a number that was not known before. @throws Finding that ends the attempt */
async function recognize({ accounts }: LivePool, name: string, kind: 'qr' | 'code', number: string): Promise<void> {
  try {
    await accounts.recognize(name, kind, number);
  } catch (error) {
    if (!(error instanceof NotAllowedYet || error instanceof InputError)) throw error;
    throw new Finding(
      'limit-reached',
      `${error.message}. The phone has linked it all the same: remove the device there under Linked devices`,
    );
  }
}

/** @throws InputError for a number that cannot be added; TroubleError where the profile cannot be kept. The link counts all the same. */
async function addLinked(
  { accounts, profiles }: LivePool,
  device: LiveDevice,
  account: Parameters<LivePool['accounts']['add']>[1],
): Promise<void> {
  const name = device.account;
  const blob = blobName(name, 0);
  try {
    const saved = await profiles.put(blob, name, sessionOf(device));
    await accounts.add(name, account, saved);
  } catch (error) {
    await profiles.discard(blob);
    await accounts.note(name, 'link', null, account.number);
    if (error instanceof InputError) throw error;
    throw new TroubleError(
      `account ${name}: it is linked, and its profile could not be kept: ${(error as Error).message}`,
    );
  }
}
