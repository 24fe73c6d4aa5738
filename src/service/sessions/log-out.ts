import { setTimeout as sleep } from 'node:timers/promises';
import type { Deadlines } from './deadlines.ts';
import { factsInTime } from './read-facts.ts';
import type { SessionHost } from './session-host.ts';
import { within } from './within.ts';

const askAgainMs = 1_000;

/**
 * Unlinks the device of a session as soon as its page is connected: one that is not would take a logout and tell nobody.
 *
 * @param forMs how long it may take to be connected, in milliseconds.
 * @param isReady false while the library has not said so: an older one has no way to log out before.
 * @returns true when the device is unlinked.
 */
export async function logOut(
  host: SessionHost,
  { answerMs, closeMs }: Pick<Deadlines, 'answerMs' | 'closeMs'>,
  forMs: number,
  isReady: () => boolean = () => true,
): Promise<boolean> {
  for (const until = performance.now() + forMs; performance.now() < until; await sleep(askAgainMs)) {
    const facts = isReady() ? await factsInTime(() => host.sessionFacts(), answerMs) : null;
    if (facts?.state !== 'CONNECTED') continue;
    return within(closeMs, () => host.logout()).then(
      () => true,
      () => false,
    );
  }
  return false;
}
