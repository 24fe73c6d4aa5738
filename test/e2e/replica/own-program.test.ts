import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { ensureBrowser } from '../../../src/browser/ensure-browser.ts';
import { packageRoot } from '../../../src/contracts/home.ts';
import { ensureLibrary } from '../../../src/library/ensure-library.ts';

/** The program of docs/replica.md, as it is printed there. */
const program = /```js\n([\s\S]+?)```/.exec(readFileSync(join(packageRoot, 'docs/replica.md'), 'utf8'))?.[1] ?? '';

test('the program of the documentation gets from QR to a message on the command’s replica, and the command ends on a signal', async () => {
  const quiet = () => {};
  const [browser, library] = await Promise.all([ensureBrowser('current', quiet), ensureLibrary('1.34.7', quiet)]);
  const command = spawn(
    process.execPath,
    [join(packageRoot, 'src/cli/main.ts'), 'replica', '--build', '2.3000.1032534684'],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const [line] = (await once(createInterface(command.stdout), 'line')) as [string];
  const folder = mkdtempSync(join(tmpdir(), 'own-program-'));
  writeFileSync(join(folder, 'bot.cjs'), program);
  const { stdout } = await promisify(execFile)(process.execPath, ['bot.cjs'], {
    cwd: folder,
    timeout: 60_000,
    env: {
      ...process.env,
      ...browser.env,
      NODE_PATH: join(library.root, 'node_modules'),
      REPLICA: line,
      CHROMIUM: browser.executablePath,
      CHROMIUM_ARGS: browser.args.join(' '),
    },
  });
  expect(stdout).toBe('hello\n');
  command.kill('SIGTERM');
  expect(await once(command, 'exit')).toEqual([0, null]);
  rmSync(folder, { recursive: true, force: true });
});
