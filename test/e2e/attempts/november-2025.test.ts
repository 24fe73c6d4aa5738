import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { ensureLibrary } from '../../../src/library/ensure-library.ts';
import { flow } from '../../../src/runner/flow.ts';
import { temporaryFolder } from '../../temporary-folder.ts';
import { attempt } from './real-attempt.ts';

const returnsNothing = fileURLToPath(new URL('../../fixtures/auth-strategies/returns-nothing.cjs', import.meta.url));

/**
 * In November 2025 1.34.2 was blamed for an error at `Client.js:215:21`, which is a line of 1.24.0: an old copy was what
 * really ran, with a strategy of the user's own.
 */
test('an old copy that runs under the name of another version is named, with the file and line of its error', async () => {
  const asked = await ensureLibrary('1.34.2', console.log);
  const old = await ensureLibrary('1.24.0', console.log);
  const packageDir = join(temporaryFolder(), 'node_modules', 'whatsapp-web.js');
  await mkdir(packageDir, { recursive: true });
  await writeFile(join(packageDir, 'package.json'), JSON.stringify({ name: 'whatsapp-web.js', version: '1.34.2' }));
  await writeFile(join(packageDir, 'index.js'), `module.exports = require(${JSON.stringify(old.packageDir)});`);

  const record = await attempt('1.34.2', '2.2412.54', {
    library: { ...asked, packageDir },
    flow: flow(
      'start',
      async ({ client }) => {
        await client.start();
        await client.qr();
      },
      { auth: returnsNothing },
    ),
  });

  expect(record).toMatchObject({ outcome: 'failed', code: 'provenance-mismatch', blame: 'harness' });
  expect(record.provenance).toMatchObject({ requested: '1.34.2', installed: '1.34.2', loaded: '1.24.0' });
  expect(record.provenance.frames).toContainEqual(
    expect.objectContaining({ package: 'whatsapp-web.js', version: '1.24.0', line: 215 }),
  );
  expect(record.cause?.message).toMatch(/1\.34\.2 was asked for.*1\.24\.0 was loaded/);
  expect(JSON.stringify(record.cause?.evidence)).toContain("Cannot destructure property 'failed'");
});
