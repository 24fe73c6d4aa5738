import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { keepEvidence } from '../../src/runner/artifacts.ts';
import { temporaryFolder } from '../temporary-folder.ts';

test('the record names the folder of the evidence, or says why there is none', async () => {
  const runFolder = temporaryFolder();
  const keep = (id: string) => keepEvidence({ runFolder, id }, [], async () => {});
  expect(await keep('1-0001')).toEqual({ artifacts: '1-0001' });
  writeFileSync(join(runFolder, '1-0002'), 'a file where the folder would be');
  expect(await keep('1-0002')).toEqual({
    artifacts: null,
    artifactsMissing: expect.stringMatching(/1-0002 could not be written: .+/),
  });
});
