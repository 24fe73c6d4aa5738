import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cli } from '../cli/cli.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { define, pageOf } from './capture/tiny-page.ts';

/** Each of these ends with exit code 3 and one message, before anything is installed. */
const badInput: [what: string, args: string[], message: RegExp][] = [
  ['check without a build', ['surface', 'check', '1.34.2'], /required option '--build <build>' not specified/],
  [
    'check with a bad build',
    ['surface', 'check', '1.34.2', '--build', '3.1'],
    /--build <build>' argument '3\.1' is invalid\. "3\.1" is not a WhatsApp Web build/,
  ],
  [
    'diff of a library and a build',
    ['surface', 'diff', '1.34.2', '2.3000.1'],
    /surface check 1\.34\.2 --build 2\.3000\.1/,
  ],
  ['diff with a bad build', ['surface', 'diff', '2.3000.x', '2.3000.1'], /"2\.3000\.x" is not a WhatsApp Web build/],
  ['a bad version', ['surface', 'extract', '1.34'], /library "1\.34" is a range of versions/],
  [
    'a capture of an account that is not there',
    ['surface', 'capture', '--account', 'one'],
    /account one: there is no such account; `wwebjs-canary account add` makes the first one/,
  ],
  [
    'a capture of a page with and without a login',
    ['surface', 'capture', '--page', '--account', 'one'],
    /--page: --account runs the page too/,
  ],
  [
    'a capture of saved files in a browser',
    ['surface', 'capture', '--page', '--from', 'README.md'],
    /--page: saved files are not run/,
  ],
  [
    'a capture of an account at a stand-in for the live site',
    ['surface', 'capture', '--account', 'one', '--connect-to', 'localhost:1'],
    /--connect-to: the profile of a live account is opened on the live site only/,
  ],
  [
    'a capture of an account beyond the policy',
    ['surface', 'capture', '--account', 'one', '--force'],
    /--force: how often an account opens the page is in live-policy\.yaml/,
  ],
  [
    'a capture that trusts what is no certificate',
    ['surface', 'capture', '--page', '--trust', 'README.md'],
    /--trust README\.md: /,
  ],
  [
    'a capture in a browser that is not known',
    ['surface', 'capture', '--page', '--browser', 'netscape'],
    /browser "netscape" is unknown/,
  ],
  ['a capture of nothing', ['surface', 'capture', '--from', 'no-such-folder'], /no such file or folder/],
  ['a capture of another kind of file', ['surface', 'capture', '--from', 'README.md'], /say which one it is/],
  ['a build without a page', ['surface', 'capture', '--build', '2.3000.1'], /--build: it is for the scripts/],
  [
    'a build out of what is no capture',
    ['surface', 'check', '1.34.7', '--build', 'captured:package.json'],
    /package\.json: it is no file of `surface capture`/,
  ],
  [
    'advice for a range',
    ['advise', '--current', '1.34', '--build', '2.3000.1'],
    /--current <version>' argument '1\.34' is invalid\. It has to be an exact/,
  ],
  [
    'advice for no build',
    ['advise', '--current', '1.34.2', '--build', 'new'],
    /--build <build>' argument 'new' is invalid\. "new" is not a WhatsApp Web build/,
  ],
];

describe.concurrent('bad input of surface and advise', () => {
  test.each(badInput)('%s', async (_what, args, message) => {
    const { exit, stdout, stderr } = await cli(args);
    expect([exit, stdout]).toEqual([3, '']);
    expect(stderr).toMatch(message);
    expect(stderr).not.toContain('    at ');
  });
});

test('the difference of two builds needs no library', async () => {
  const { exit, stdout } = await cli(['surface', 'diff', '2.3000.1029241508', '2.3000.1032534684']);
  expect(exit).toBe(0);
  expect(stdout).toContain('Removed from WAWebCollections (4)\n  Call\n');
  expect(stdout).toContain('sendSeenArgument  chat -> object');
});

test('the capture of a saved page does not replace that of the live site, which `watch --live` goes on with', async () => {
  const home = temporaryFolder();
  const [page, captures] = [join(home, 'page'), join(home, 'captures')];
  const { build, html, scripts } = pageOf({ 'one.js': define('WAWebOne', 'l.one = function(e) {}') });
  for (const folder of [page, captures]) mkdirSync(folder);
  writeFileSync(join(page, 'index.html'), html);
  for (const { name, text } of scripts) writeFileSync(join(page, name), text);
  writeFileSync(join(captures, `${build}.json`), 'that of the live site');
  const { exit, stdout, stderr } = await cli(['surface', 'capture', '--from', page, '--json'], home);
  expect(exit, stderr).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ file: join(captures, `${build}.saved.json`), build });
  expect(readFileSync(join(captures, `${build}.json`), 'utf8')).toBe('that of the live site');
});
