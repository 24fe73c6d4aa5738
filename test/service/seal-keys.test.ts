import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { profileKeys, sealKeys } from '../../src/service/seal-keys.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const one = '1'.repeat(64);
const two = 'A'.repeat(64);
const hex = (keys: Buffer[]) => keys.map((key) => key.toString('hex'));

test('the first key of the list seals, else the key of profiles, which stays the first one for profiles', () => {
  const list = { WWEBJS_CANARY_SEAL_KEY: `${two}, ${one}` };
  const ofProfiles = { WWEBJS_CANARY_PROFILE_KEY: one };
  expect(hex(sealKeys(list, '/nowhere')())).toEqual([two.toLowerCase(), one]);
  expect(hex(sealKeys({ ...list, ...ofProfiles }, '/nowhere')())).toEqual([two.toLowerCase(), one]);
  expect(hex(sealKeys(ofProfiles, '/nowhere')())).toEqual([one]);
  expect(hex(profileKeys({ WWEBJS_CANARY_SEAL_KEY: two, ...ofProfiles }))).toEqual([one, two.toLowerCase()]);
  expect(hex(profileKeys(list))).toEqual([two.toLowerCase(), one]);
});

test('without any, this machine makes one, which only its user can read, and keeps it', () => {
  const folder = temporaryFolder();
  const file = join(folder, 'home', 'seal.key');
  const [key] = sealKeys({}, file)();
  expect(key).toHaveLength(32);
  expect(sealKeys({}, file)()).toEqual([key]);
  expect(readdirSync(join(folder, 'home'))).toEqual(['seal.key']);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readFileSync(file, 'utf8')).toBe(`${key?.toString('hex')}\n`);
  expect(() => profileKeys({})).toThrow(/WWEBJS_CANARY_SEAL_KEY/);
});

test('what is no key is refused with the place where it stands', () => {
  for (const text of ['x', one.slice(1), `${one},`, `${one} ${two}`])
    expect(() => sealKeys({ WWEBJS_CANARY_SEAL_KEY: text }, '/nowhere')).toThrow(
      /WWEBJS_CANARY_SEAL_KEY: a key has to be/,
    );
  const file = join(temporaryFolder(), 'seal.key');
  writeFileSync(file, 'x');
  expect(() => sealKeys({}, file)()).toThrow(`${file}: a key has to be`);
});
