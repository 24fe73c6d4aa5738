import { existsSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openProfileFolder } from '../../src/live/profile-folder.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const hourAgo = Date.now() / 1_000 - 3_600;

test('a profile that a killed process left unencrypted is gone with the next attempt, and one that is in use stays', async () => {
  const parent = temporaryFolder();
  const used = await openProfileFolder(parent);
  const [left, young, other] = ['wwebjs-live-left', 'wwebjs-live-young', 'other-left'].map((name) =>
    join(parent, name),
  );
  for (const folder of [left, young, other] as string[]) {
    mkdirSync(join(folder, 'anna', 'session'), { recursive: true });
    writeFileSync(join(folder, 'anna', 'session', 'login'), 'secret');
  }
  for (const folder of [left, other, used.path] as string[]) utimesSync(folder, hourAgo, hourAgo);
  const next = await openProfileFolder(parent);
  expect([left, young, other, used.path, next.path].map((folder) => existsSync(folder as string))).toEqual([
    ...[false, true, true, true, true],
  ]);
  await used.remove();
  await next.remove();
  expect([used.path, next.path].map((folder) => existsSync(folder))).toEqual([false, false]);
});
