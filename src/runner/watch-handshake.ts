import { setTimeout as sleep } from 'node:timers/promises';
import type { LoadedLibrary } from '../contracts/host.ts';
import { browserBehind } from './devtools-endpoint.ts';
import type { EventLog } from './event-log.ts';
import { Finding } from './finding.ts';

/** Longer than any deadline of a launch: then nobody waits for an answer any more. */
const mostMs = 60_000;

/**
 * Tells when a browser has been up for a while and the library has not noticed.
 *
 * @param profile the browser's user data folder.
 */
export async function watchHandshake(
  log: EventLog,
  profile: string,
  patienceMs: number,
  tell: (finding: Finding) => void,
): Promise<void> {
  const until = performance.now() + mostMs;
  let browser: string | null = null;
  while (!browser) {
    await sleep(250, null, { ref: false });
    if (log.has('browser:launched') || performance.now() > until) return;
    browser = await browserBehind(profile);
  }
  await sleep(patienceMs, null, { ref: false });
  if (log.has('browser:launched')) return;
  const loaded = log.last('host:loaded')?.detail as LoadedLibrary | undefined;
  const puppeteer = loaded?.packages.find(({ name }) => name.startsWith('puppeteer'));
  const driver = puppeteer ? `${puppeteer.name} ${puppeteer.version}` : 'the library';
  tell(new Finding('protocol-error', `${browser} is up and answers, but ${driver} does not get on with it`));
}
