import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { CodeShower } from '../../src/live/code-shower.ts';
import { temporaryFolder } from '../temporary-folder.ts';

vi.stubEnv('SHELL', '/bin/sh');
const folder = temporaryFolder();
const shower = (onCode?: string, write: (text: string) => void = () => {}) =>
  new CodeShower({ account: 'anna', onCode, file: join(folder, 'qr.png'), write });

test('a person gets a QR code as text and as a picture, which is gone afterwards', async () => {
  const said: string[] = [];
  const shown = shower(undefined, (text) => said.push(text));
  await shown.show('qr', '2@abc,def,ghi,jkl,1');
  const file = join(folder, 'qr.png');
  expect(readFileSync(file).subarray(1, 4).toString()).toBe('PNG');
  expect(said.join('')).toContain(file);
  shown.close();
  expect(existsSync(file)).toBe(false);
});

test('a command that still runs when the attempt is over ends with all that it has started', async () => {
  const shown = shower('sleep 300 & wait');
  const ended = expect(shown.show('qr', '2@abc')).rejects.toMatchObject({
    message: expect.stringContaining('SIGTERM'),
  });
  await sleep(300);
  shown.close();
  await ended;
});

test('a file of that name that the shower has not written stays', async () => {
  const file = join(temporaryFolder(), 'qr.png');
  writeFileSync(file, 'a picture of the user');
  const shown = new CodeShower({ account: 'anna', file, write: () => {} });
  await shown.show('pairing', 'ABCD1234');
  shown.close();
  expect(readFileSync(file, 'utf8')).toBe('a picture of the user');
});

test('a person gets a pairing code as text', async () => {
  const said: string[] = [];
  await shower(undefined, (text) => said.push(text)).show('pairing', 'ABCD1234');
  expect(said.join('')).toMatch(/account anna: .*ABCD1234/);
});

test('a command gets account, kind and code in its environment, and the code on its input', async () => {
  const file = join(folder, 'said');
  await shower(
    `cat > "${file}"; echo "$WWEBJS_CANARY_ACCOUNT $WWEBJS_CANARY_CODE_KIND $WWEBJS_CANARY_CODE" >> "${file}"`,
  ).show('qr', '2@abc');
  expect(readFileSync(file, 'utf8')).toBe('2@abc\nanna qr 2@abc\n');
});

test.each([
  ['echo passkey-required; exit 1', { code: 'passkey-required' }],
  ['echo account-banned; exit 3', { code: 'account-banned' }],
  ['echo no phone is there; exit 1', { code: 'not-scanned', message: expect.stringContaining('no phone is there') }],
  ['exit 7', { code: 'not-scanned', message: expect.stringContaining('ended with 7') }],
])('a command that ends with `%s` tells why no phone took the code', async (command, error) => {
  await expect(shower(command).show('qr', '2@abc')).rejects.toMatchObject(error);
});
