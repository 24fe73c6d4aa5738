import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';
import { ensureBrowser } from '../../../src/browser/ensure-browser.ts';
import { packageRoot } from '../../../src/contracts/home.ts';
import { ensureLibrary } from '../../../src/library/ensure-library.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

/** The example of the README, unchanged. */
async function readmeExample(): Promise<string> {
  const readme = await readFile(join(packageRoot, 'README.md'), 'utf8');
  const example = /```js\n(\/\/ node my-bot\.js[\s\S]*?)```/.exec(readme)?.[1];
  if (!example) throw new Error('the README has no my-bot.js');
  return example;
}

/** A browser that needs no more than its path, as one that puppeteer downloads does. */
async function browserCommand(folder: string): Promise<string> {
  const { executablePath, args, env } = await ensureBrowser('current', console.log);
  const file = join(folder, 'chromium');
  const settings = Object.entries(env).map(([name, value]) => `export ${name}='${value}'`);
  await writeFile(file, `#!/bin/sh\n${settings.join('\n')}\nexec '${executablePath}' ${args.join(' ')} "$@"\n`);
  await chmod(file, 0o755);
  return file;
}

function start(
  args: string[],
  folder: string,
  env: Record<string, string> = {},
): { child: ChildProcess; lines: AsyncIterator<string> } {
  const child = spawn(process.execPath, args, {
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: folder, TMPDIR: folder, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(async () => {
    const gone = child.exitCode === null ? once(child, 'exit') : null;
    // Ctrl-C: puppeteer then ends its browser, which is in a process group of its own and would outlive a SIGKILL.
    if (gone) child.kill('SIGINT');
    await gone;
  });
  if (!child.stdout) throw new Error('no output');
  return { child, lines: createInterface({ input: child.stdout })[Symbol.asyncIterator]() };
}

test('the example of the README links whatsapp-web.js, used directly, to `wwebjs-canary replica`', async () => {
  const folder = temporaryFolder();
  const library = await ensureLibrary('1.34.7', console.log);
  const replica = start([join(packageRoot, 'src/cli/main.ts'), 'replica', '--build', '2.3000.1029241508'], folder);
  await writeFile(join(folder, 'replica.json'), (await replica.lines.next()).value);
  await writeFile(join(folder, 'my-bot.js'), await readmeExample());

  const bot = start(['my-bot.js'], folder, {
    NODE_PATH: join(library.packageDir, '..'),
    PUPPETEER_EXECUTABLE_PATH: await browserCommand(folder),
  });
  expect((await bot.lines.next()).value).toBe('ready as 15550100123@c.us');
});
