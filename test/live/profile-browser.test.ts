import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { InputError } from '../../src/contracts/input-error.ts';
import { profileBrowser } from '../../src/live/profile-browser.ts';
import { temporaryFolder } from '../temporary-folder.ts';

test.each<[string, string | null, string, number]>([
  ['HeadlessChrome/107.0.5296.0', '', 'headless shell', 107],
  ['HeadlessChrome/153.0.8010.0', 'Chromium 153.0.8010.0', 'headless shell', 153],
  ['Chrome/156.0.8078.108', 'Chromium 156.0.8078.108 built on Debian GNU/Linux 12 (bookworm)', 'Chromium', 156],
  ['Chrome/156.0.8078.108', 'Google Chrome 156.0.8078.108 ', 'Google Chrome', 156],
  ['Chrome/156.0.8078.108', 'Google Chrome for Testing 156.0.8078.108', 'Google Chrome for Testing', 156],
  ['Edg/143.0.3650.80', 'Microsoft Edge 143.0.3650.80 ', 'Microsoft Edge', 143],
  ['Chrome/156.0.8078.108', 'a line of a wrapper\nBrave Browser 156.1.80.1', 'Brave Browser', 156],
  ['Chrome/156.0.8078.108', 'no version', 'Chrome', 156],
  ['Edg/143.0.3650.80', null, 'Edg', 143],
])('a browser that is %s over DevTools and says %j of itself is %s %i', async (version, said, product, major) => {
  expect(await profileBrowser(browserOf(version, said))).toEqual({ browserMajor: major, browserProduct: product });
});

test.each(['', 'Chromium', 'unknown browser 12'])(
  'a browser that says "%s" is refused: no profile could be pinned to it',
  async (version) => {
    await expect(profileBrowser(browserOf(version, null))).rejects.toThrow(InputError);
  },
);

/** @param said its answer to `--version`; null for a browser that cannot be asked. */
function browserOf(version: string, said: string | null) {
  const executablePath = join(temporaryFolder(), 'browser');
  if (said !== null) {
    writeFileSync(executablePath, `#!/bin/sh\n[ "$1" = --version ] && echo '${said}'\n`);
    chmodSync(executablePath, 0o755);
  }
  const browser = { name: 'chrome', executablePath, version, args: [], env: {} };
  return { browser: { ...browser, sandbox: { on: true, why: '' } } };
}
