import { cpSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { ensureLibrary } from '../../src/library/ensure-library.ts';
import { type FlowContext, flow } from '../../src/runner/flow.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { attempt } from './attempts/real-attempt.ts';

const returnsNothing = fileURLToPath(new URL('../fixtures/auth-strategies/returns-nothing.cjs', import.meta.url));

/** An installation whose `whatsapp-web.js` was replaced by another version's files; its dependencies stay that version's. */
function installationWith(packageDir: string): string {
  const root = temporaryFolder();
  const modules = join(root, 'node_modules');
  mkdirSync(modules);
  for (const name of readdirSync(dirname(packageDir))) {
    if (name !== 'whatsapp-web.js') symlinkSync(join(dirname(packageDir), name), join(modules, name));
  }
  cpSync(packageDir, join(modules, 'whatsapp-web.js'), { recursive: true });
  return join(modules, 'whatsapp-web.js');
}

/** The story of November 2025: the line that 1.34.2 was blamed for is one of 1.24.0. */
test('a run that asks for 1.34.2 where 1.24.0 lies names both, the line, and the strategy that returned nothing', async () => {
  const asked = await ensureLibrary('1.34.2', console.log);
  const packageDir = installationWith((await ensureLibrary('1.24.0', console.log)).packageDir);
  const build = '2.2412.54';
  const untilQr = async ({ client }: FlowContext) => {
    await client.start();
    await client.qr();
  };
  const start = flow('start', untilQr, { auth: returnsNothing });
  const record = await attempt('1.34.2', build, { library: { ...asked, packageDir }, flow: start });

  expect(record).toMatchObject({ outcome: 'failed', code: 'provenance-mismatch', blame: 'harness' });
  expect(record.provenance).toMatchObject({ requested: '1.34.2', installed: '1.24.0', loaded: '1.24.0' });
  const line = { package: 'whatsapp-web.js', version: '1.24.0', file: 'src/Client.js', line: 215 };
  expect(record.provenance.frames).toContainEqual(line);
  expect(JSON.stringify(record.events)).toContain('src/Client.js:215:21');

  const message = record.cause?.message ?? '';
  expect(message).toContain('1.34.2 was asked for; 1.24.0 is installed');
  expect(message).toContain("1.24.0 is in the error's stack at src/Client.js:215");
  expect(record.cause).toMatchObject({ libraryFile: 'src/Client.js', libraryLine: 215 });
  expect(record.cause?.evidence.join('\n')).toContain(
    'the auth strategy returned nothing from onAuthenticationNeeded()',
  );
});
