import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { temporaryFolder } from '../temporary-folder.ts';
import { cli } from './cli.ts';

test('a comment of a report that there is not, and one outside of CI, are refused with exit code 3', async () => {
  for (const name of ['GITHUB_ACTIONS', 'GITLAB_CI']) vi.stubEnv(name, undefined);
  const report = join(temporaryFolder(), 'summary.md');
  expect(await cli(['report', 'comment', report])).toMatchObject({ exit: 3, stderr: expect.stringContaining(report) });
  writeFileSync(report, '# text');
  const outside = await cli(['report', 'comment', report]);
  expect(outside).toMatchObject({ exit: 3, stderr: expect.stringContaining('neither GITHUB_ACTIONS nor GITLAB_CI') });
});
