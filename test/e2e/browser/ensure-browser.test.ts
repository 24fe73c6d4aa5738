import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ensureBrowser } from '../../../src/browser/ensure-browser.ts';
import { bareEnvironment } from '../../../src/browser/probe-browser.ts';
import { ensureLibrary } from '../../../src/library/ensure-library.ts';

interface Page {
  goto(url: string): Promise<unknown>;
  evaluate<T>(program: string): Promise<T>;
  screenshot(): Promise<Uint8Array>;
}

interface Launched {
  newPage(): Promise<Page>;
  version(): Promise<string>;
  close(): Promise<void>;
}

/** The puppeteer that every library up to 1.34.2 brings; it drives both browsers. */
async function launch(name: string): Promise<{ launched: Launched; version: string }> {
  const { executablePath, args, env, version } = await ensureBrowser(name, console.log);
  const { root } = await ensureLibrary('1.25.0', console.log);
  const puppeteer = createRequire(join(root, 'package.json'))('puppeteer');
  const launched = await puppeteer.launch({ executablePath, args, env: bareEnvironment(env) });
  return { launched, version };
}

const page =
  'data:text/html,<body style="margin:0"><span style="font:40px sans-serif">WIDE</span> <span style="font:40px Open Sans">WIDE</span>';

describe.each([
  ['107', 'HeadlessChrome/107.'],
  ['current', 'HeadlessChrome/153.'],
])('Chromium %s out of npm', (name, expectedVersion) => {
  test('starts, says its version, and draws text with the font it brings', async () => {
    const { launched, version } = await launch(name);
    try {
      expect(version).toContain(expectedVersion);
      expect(await launched.version()).toBe(version);
      const tab = await launched.newPage();
      await tab.goto(page);
      const widths = await tab.evaluate<number[]>(
        '[...document.querySelectorAll("span")].map((span) => span.getBoundingClientRect().width)',
      );
      expect(widths[0]).toBeGreaterThan(80);
      expect(widths[0]).toBe(widths[1]); // sans-serif is Open Sans, and no font of this machine
      expect((await tab.screenshot()).length).toBeGreaterThan(1000);
    } finally {
      await launched.close();
    }
  });
});
