import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { FolderBlobs } from '../../../src/blobs/folder-blobs.ts';
import { SealedProfiles } from '../../../src/service/profiles/sealed-profiles.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

const login = 'Default/IndexedDB/https_web.whatsapp.com_0.indexeddb.leveldb/000003.log';
/** What can answer with a page or with scripts of an earlier build. */
const kept = [
  'Default/Service Worker/Database/000003.log',
  'Default/Service Worker/CacheStorage/2f4c/index',
  'Default/Cache/Cache_Data/index',
  'Default/Code Cache/js/index',
];

test('a profile comes with its login, and without a worker or a cache that could answer with another build', async () => {
  const [there, back] = [temporaryFolder(), temporaryFolder()];
  for (const file of [login, ...kept]) {
    mkdirSync(dirname(join(there, file)), { recursive: true });
    writeFileSync(join(there, file), 'kept');
  }
  const profiles = new SealedProfiles(new FolderBlobs(temporaryFolder()), [Buffer.alloc(32, 7)]);
  await profiles.get(await profiles.put('anna', 'anna', there), 'anna', back);
  expect(readFileSync(join(back, login), 'utf8')).toBe('kept');
  for (const file of kept) expect(existsSync(join(back, file)), file).toBe(false);
});
