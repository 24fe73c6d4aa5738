import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { labelOfLibrary } from '../../src/library/add-library.ts';
import { openStore } from '../../src/store/open-store.ts';
import { StoreRecorder } from '../../src/store/store-recorder.ts';
import { passedAttempt, planned, playRun } from '../fixtures/example-run.ts';
import { toyClient } from '../surface/toy-package.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { cli } from './cli.ts';

vi.setConfig({ testTimeout: 60_000 }); // npm is started several times

test('surface check finds the attempts of a library that is named by its folder', async () => {
  const home = temporaryFolder();
  const folder = toyClient('window.wait = 1;');
  const ofLibrary = planned({ library: await labelOfLibrary(folder, () => {}) });
  const store = await openStore(join(home, 'store.sqlite'));
  await playRun([{ planned: ofLibrary, attempts: [passedAttempt()] }], [new StoreRecorder(store, home)]);
  await store.close();
  const { stdout, stderr } = await cli(['surface', 'check', folder, '--build', ofLibrary.cell.build], home);
  expect(stdout, stderr).toContain('In its attempts it links (link 1 of 1).');
});
