import current, { type Browser as Chromium, type Page } from 'puppeteer-core';
import { ensureBrowser } from '../../../src/browser/ensure-browser.ts';
import type { Replica } from '../../../src/replica/start-replica.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

/** What a desktop browser calls itself; headless ones are refused by newer builds. */
const userAgent =
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36';

/** The replica's page in a real Chromium, and what went wrong in it. */
export async function openInBrowser(
  replica: Replica,
  options: { userDataDir?: string } = {},
  puppeteer = current,
): Promise<{ chromium: Chromium; page: Page; errors: string[] }> {
  const browser = await ensureBrowser('current', () => {});
  const chromium = await puppeteer.launch({
    executablePath: browser.executablePath,
    args: [...browser.args, ...replica.chromiumArgs, `--user-agent=${userAgent}`],
    // Chromium leaves files of its own in there when it ends in the middle of a write.
    env: { ...process.env, ...browser.env, TMPDIR: temporaryFolder() },
    ...options,
  });
  const page = (await chromium.pages())[0] ?? (await chromium.newPage());
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  try {
    await page.goto(replica.url);
  } catch (error) {
    await chromium.close();
    throw error;
  }
  return { chromium, page, errors };
}
