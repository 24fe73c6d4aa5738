import { pathToFileURL } from 'node:url';
import puppeteer, { type Browser, type Page } from 'puppeteer-core';
import { ensureBrowser } from '../../../src/browser/ensure-browser.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

/** An HTML report opened from disk in a real Chromium, with every error and every request of the page. */
export async function openReport(
  file: string,
  hash = '',
): Promise<{ chromium: Browser; page: Page; errors: string[]; requests: string[] }> {
  const browser = await ensureBrowser('current', () => {});
  const chromium = await puppeteer.launch({
    executablePath: browser.executablePath,
    args: browser.args,
    // Chromium leaves files of its own in there when it ends in the middle of a write.
    env: { ...process.env, ...browser.env, TMPDIR: temporaryFolder() },
  });
  const page = (await chromium.pages())[0] ?? (await chromium.newPage());
  const errors: string[] = [];
  const requests: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => errors.push(message.text()));
  page.on('request', (request) => requests.push(request.url()));
  await page.goto(`${pathToFileURL(file)}${hash}`);
  return { chromium, page, errors, requests };
}
