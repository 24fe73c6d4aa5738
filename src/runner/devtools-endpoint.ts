import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Asks a browser, past the library, whether it runs: Chromium writes the port of its DevTools into its profile.
 *
 * @param profile the browser's user data folder.
 * @returns what the browser calls itself, e.g. `HeadlessChrome/107.0.5296.0`; null when none answers.
 */
export async function browserBehind(profile: string): Promise<string | null> {
  try {
    const [port] = (await readFile(join(profile, 'DevToolsActivePort'), 'utf8')).split('\n');
    const response = await fetch(`http://127.0.0.1:${port}/json/version`, { signal: AbortSignal.timeout(1_000) });
    const { Browser } = (await response.json()) as { Browser?: string };
    return Browser ?? null;
  } catch {
    return null;
  }
}
