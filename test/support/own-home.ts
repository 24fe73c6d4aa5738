import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { home } from '../../src/contracts/home.ts';
import { temporaryFolder } from '../temporary-folder.ts';

/** A home with a store of its own and with the browsers and libraries of this checkout: no test downloads them again. */
export function ownHome(): string {
  const folder = temporaryFolder();
  for (const shared of ['browsers', 'libraries']) {
    mkdirSync(home(shared), { recursive: true });
    symlinkSync(home(shared), join(folder, shared));
  }
  return folder;
}
