import { type Browser, chromium } from 'playwright-core';
import { ensureBrowser } from '../../src/browser/ensure-browser.ts';

/** A real Chromium that looks at pages of ours. */
export async function openViewer(): Promise<Browser> {
  const browser = await ensureBrowser('current', () => {});
  return chromium.launch({
    executablePath: browser.executablePath,
    args: browser.args,
    env: { ...(process.env as Record<string, string>), ...browser.env },
  });
}
