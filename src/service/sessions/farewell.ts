import { setTimeout as sleep } from 'node:timers/promises';
import type { SessionFacts } from '../../contracts/host.ts';
import { within } from '../../contracts/within.ts';
import { waitsForScan } from '../../session/facts.ts';
import type { Deadlines } from './deadlines.ts';
import type { SessionHost } from './session-host.ts';

const lookAgainMs = 500;
const askAgainMs = 1_000;

/** The facts that a page reports of its session; null when it does not answer within `ms` milliseconds. */
export function factsInTime(host: SessionHost, ms: number): Promise<SessionFacts | null> {
  return within(ms, () => host.sessionFacts()).catch(() => null);
}

/**
 * True when the page shows its code for so long that it cannot have been scanned: after the scan it reports `UNPAIRED` until its server
 * lets it reconnect.
 */
export async function staysUnscanned(
  host: SessionHost,
  { answerMs, scannedMs }: Pick<Deadlines, 'answerMs' | 'scannedMs'>,
): Promise<boolean> {
  for (const until = performance.now() + scannedMs; performance.now() < until; await sleep(lookAgainMs)) {
    if (!waitsForScan(await factsInTime(host, answerMs))) return false;
  }
  return true;
}

/**
 * Unlinks the device of a session as soon as its page is connected: before that, a page accepts a logout without telling its server.
 *
 * @param forMs how long it may take to be connected, in milliseconds.
 * @param isReady false until the library has reported `ready`: older libraries cannot log out before.
 * @returns true when the device is unlinked.
 */
export async function logOut(
  host: SessionHost,
  { answerMs, closeMs }: Pick<Deadlines, 'answerMs' | 'closeMs'>,
  forMs: number,
  isReady: () => boolean = () => true,
): Promise<boolean> {
  for (const until = performance.now() + forMs; performance.now() < until; await sleep(askAgainMs)) {
    const facts = isReady() ? await factsInTime(host, answerMs) : null;
    if (facts?.state !== 'CONNECTED') continue;
    return within(closeMs, () => host.logout()).then(
      () => true,
      () => false,
    );
  }
  return false;
}
