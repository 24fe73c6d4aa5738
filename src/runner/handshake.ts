import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LoadedLibrary } from '../contracts/host.ts';

/** Longer than any deadline of a launch: no flow waits for an answer after that. */
const mostMs = 60_000;

/**
 * Finds that a browser has been up for a while and the library has not noticed.
 *
 * @param profile the browser's user data folder.
 * @param isOver whether the library has noticed, or no launch is under way any more.
 * @returns what the browser calls itself; null when it was over before.
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

/**
 * Asks a browser, past the library, whether it runs: Chromium writes the port of its DevTools into its profile.
 *
 * @returns what the browser calls itself, e.g. `HeadlessChrome/107.0.5296.0`; null when none answers.
 */
async function browserBehind(profile: string): Promise<string | null> {
  try {
    const [port] = (await readFile(join(profile, 'DevToolsActivePort'), 'utf8')).split('\n');
    const response = await fetch(`http://127.0.0.1:${port}/json/version`, { signal: AbortSignal.timeout(1_000) });
    const { Browser } = (await response.json()) as { Browser?: string };
    return Browser ?? null;
  } catch {
    return null;
  }
}

/** The sentence about a browser that the library does not get on with; `loaded` has its puppeteer. */
export function noHandshake(browser: string, loaded: LoadedLibrary | null): string {
  const puppeteer = loaded?.packages.find(({ name }) => name.startsWith('puppeteer'));
  const driver = puppeteer ? `${puppeteer.name} ${puppeteer.version}` : 'the library';
  return `${browser} is up and answers, but ${driver} does not get on with it`;
}
