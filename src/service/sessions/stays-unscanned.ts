import { setTimeout as sleep } from 'node:timers/promises';
import { factsInTime, waitsForScan } from './read-facts.ts';
import type { SessionHost } from './session-host.ts';

/** A page that has answered the phone says `UNPAIRED` until its server tells it to connect anew: a round trip, here a slow one. */
const forMs = 5_000;
const askAgainMs = 500;

/** Whether the page shows its code for so long that nobody can have scanned it. */
export async function staysUnscanned(host: SessionHost, answerMs: number): Promise<boolean> {
  for (const until = performance.now() + forMs; performance.now() < until; await sleep(askAgainMs)) {
    if (!waitsForScan(await factsInTime(() => host.sessionFacts(), answerMs))) return false;
  }
  return true;
}
