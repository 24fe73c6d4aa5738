import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import puppeteer from 'puppeteer-core';
import { expect, onTestFinished, test } from 'vitest';
import { writeChromeWrapper } from '../../../src/browser/chrome-wrapper.ts';
import { ensureBrowser } from '../../../src/browser/ensure-browser.ts';
import { findLeftovers } from '../../../src/cli/doctor/check-machine.ts';
import { home, packageRoot } from '../../../src/contracts/home.ts';
import { ensureLibrary } from '../../../src/library/ensure-library.ts';
import { startReplica } from '../../../src/replica/start-replica.ts';
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
    const gone = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : null;
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

/** Starts the command with a folder of its own, a phone that scans by itself, and the executable `chrome`; resolves when it listens. */
async function startKeptReplica(folder: string, build: string, ports: string[] = []): Promise<ChildProcess> {
  const own = ['--state', 'kept', '--auto-scan', '15550100123', '--chrome-wrapper', 'chrome', ...ports];
  const main = join(packageRoot, 'src/cli/main.ts');
  const replica = start([main, 'replica', '--build', build, ...own], folder, { WWEBJS_CANARY_HOME: home() });
  await replica.lines.next();
  return replica.child;
}

/** A program that takes no flags for its browser, draws its QR code, and ends when it is ready. */
const stubbornBot = `
const { Client, LocalAuth } = require('whatsapp-web.js');
const client = new Client({ authStrategy: new LocalAuth(), puppeteer: { executablePath: './chrome' } });
client.on('qr', () => console.log('drew a QR code'));
client.on('ready', async () => {
  await client.destroy();
  console.log('ready as', client.info.wid._serialized);
});
client.initialize();
`;

test('a program that takes no flags and only draws its QR code links, and restores after the replica was killed and started again', async () => {
  const folder = temporaryFolder();
  const { packageDir } = await ensureLibrary('1.34.7', console.log);
  await writeFile(join(folder, 'bot.js'), stubbornBot);
  const startAgain = () => startKeptReplica(folder, '2.3000.1029241508');
  const runBot = async () => {
    const bot = start(['bot.js'], folder, { NODE_PATH: join(packageDir, '..') });
    return Array.fromAsync({ [Symbol.asyncIterator]: () => bot.lines });
  };

  const killed = await startAgain();
  expect(await runBot()).toEqual(['drew a QR code', 'ready as 15550100123@c.us']);
  expect(findLeftovers(folder)).toEqual(['.wwebjs_auth/session', '.wwebjs_cache/2.3000.1029241508.html']);
  const gone = once(killed, 'exit');
  killed.kill('SIGKILL');
  await gone;
  await startAgain();
  expect(await runBot()).toEqual(['ready as 15550100123@c.us']);
});

/** A program that runs on, and answers. */
const lastingBot = `
const { Client } = require('whatsapp-web.js');
const client = new Client({ webVersionCache: { type: 'none' }, puppeteer: { executablePath: './chrome' } });
client.on('ready', () => console.log('ready'));
client.on('message', async (message) => {
  await client.sendMessage(message.from, 'you wrote ' + message.body);
  console.log('answered', message.body);
});
client.initialize();
`;

test('a program that runs on answers again after the replica was killed and started on the same ports', async () => {
  const folder = temporaryFolder();
  const { packageDir } = await ensureLibrary('1.34.7', console.log);
  await writeFile(join(folder, 'bot.js'), lastingBot);
  const first = await startReplica({ build: '2.3000.1032534684' });
  const ports = ['--port', String(first.port), '--phone-port', new URL(first.phoneUrl).port];
  await first.close();
  const startAgain = () => startKeptReplica(folder, '2.3000.1032534684', ports);
  const write = async (body: string) => {
    const headers = { 'content-type': 'application/json' };
    const [{ id }] = (await (await fetch(`${first.phoneUrl}/phones`)).json()) as [{ id: string }];
    await fetch(`${first.phoneUrl}/phones/${id}/send`, { method: 'POST', headers, body: JSON.stringify({ body }) });
  };

  const killed = await startAgain();
  const bot = start(['bot.js'], folder, { NODE_PATH: join(packageDir, '..') });
  const said = async () => (await bot.lines.next()).value;
  expect(await said()).toBe('ready');
  await write('one');
  expect(await said()).toBe('answered one');
  const gone = once(killed, 'exit');
  killed.kill('SIGKILL');
  await gone;
  await startAgain();
  await write('two');
  expect(await said()).toBe('answered two');
});

test('the wrapper passes arguments and signals through', async () => {
  const folder = temporaryFolder();
  const replica = await startReplica({ build: '2.3000.1029241508' });
  onTestFinished(() => replica.close());
  const file = join(folder, "it's a chrome");
  writeChromeWrapper(file, await ensureBrowser('current', console.log), replica.chromiumArgs);
  const env = { ...process.env, TMPDIR: folder };
  const chromium = await puppeteer.launch({ executablePath: file, args: ['--user-agent=a browser'], env });
  const ended = once(chromium.process() as ChildProcess, 'exit');
  const page = await chromium.newPage();
  await page.goto(replica.url);
  expect(await page.evaluate('navigator.userAgent + ", " + document.title')).toBe('a browser, WhatsApp Web');
  chromium.process()?.kill('SIGTERM');
  await ended;
});

test('a file that is no wrapper is not overwritten', async () => {
  const file = join(temporaryFolder(), 'chrome');
  await writeFile(file, '#!/bin/sh\n');
  const browser = await ensureBrowser('current', console.log);
  expect(() => writeChromeWrapper(file, browser, [])).toThrow('choose another path');
  expect(await readFile(file, 'utf8')).toBe('#!/bin/sh\n');
});
