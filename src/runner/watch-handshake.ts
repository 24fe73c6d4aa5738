import { setTimeout as sleep } from 'node:timers/promises';
import type { LoadedLibrary } from '../contracts/host.ts';
import { browserBehind } from './devtools-endpoint.ts';
import { Finding } from './finding.ts';

/** Longer than any deadline of a launch: then nobody waits for an answer any more. */
const mostMs = 60_000;

/**
 * Finds that a browser has been up for a while and the library has not noticed.
 *
 * @param profile the browser's user data folder.
 * @param isOver whether the library has noticed, or nobody waits for it any more.
 * @returns null when it was over before.
 */
export async function watchHandshake(
  profile: string,
  patienceMs: number,
  isOver: () => boolean,
): Promise<string | null> {
  const until = performance.now() + mostMs;
  let browser: string | null = null;
  while (!browser) {
    await sleep(250, null, { ref: false });
    if (isOver() || performance.now() > until) return null;
    browser = await browserBehind(profile);
  }
  await sleep(patienceMs, null, { ref: false });
  return isOver() ? null : browser;
}

/** @param loaded tells which puppeteer it was. */
export function noHandshake(browser: string, loaded: LoadedLibrary | null): Finding {
  const puppeteer = loaded?.packages.find(({ name }) => name.startsWith('puppeteer'));
  const driver = puppeteer ? `${puppeteer.name} ${puppeteer.version}` : 'the library';
  return new Finding('protocol-error', `${browser} is up and answers, but ${driver} does not get on with it`);
}
