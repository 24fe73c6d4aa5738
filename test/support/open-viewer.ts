import { type Browser, chromium } from 'playwright-core';
import { ensureBrowser } from '../../src/browser/ensure-browser.ts';
import { temporaryFolder } from '../temporary-folder.ts';

/** A real Chromium that looks at pages of ours. */
export async function openViewer(): Promise<Browser> {
  const browser = await ensureBrowser('current', () => {});
  return chromium.launch({
    executablePath: browser.executablePath,
    args: browser.args,
    // Chromium leaves files of its own in there when it ends in the middle of a write.
    env: { ...(process.env as Record<string, string>), ...browser.env, TMPDIR: temporaryFolder() },
  });
}
