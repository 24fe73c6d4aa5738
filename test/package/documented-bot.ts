import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'vitest';
import { ensureBrowser } from '../../src/browser/ensure-browser.ts';
import { home, packageRoot } from '../../src/contracts/home.ts';

const page = readFileSync(join(packageRoot, 'docs', 'test-your-bot.md'), 'utf8');

/** Test runners, each with the test of docs/test-your-bot.md that is for it and how one file is run. */
export const runners = {
  vitest: { file: 'bot.test.mjs', command: (file: string) => ['node_modules/vitest/vitest.mjs', 'run', file] },
  playwright: {
    file: 'bot.spec.mjs',
    command: (file: string) => ['node_modules/@playwright/test/cli.js', 'test', file],
  },
  jest: { file: 'bot.test.cjs', command: (file: string) => ['node_modules/jest/bin/jest.js', file] },
  node: { file: 'bot-node.test.mjs', command: (file: string) => ['--test', file] },
  'node, without a fixture': { file: 'replica.test.mjs', command: (file: string) => ['--test', file] },
} as const;
export type Runner = keyof typeof runners;

/** The program of the page whose first line is `// file`. */
export function documentedProgram(file: string): string {
  const programs = [...page.matchAll(/```js\n([\s\S]*?)```/g)].map(([, text = '']) => text);
  const found = programs.find((text) => text.startsWith(`// ${file}\n`));
  if (found === undefined) throw new Error(`docs/test-your-bot.md has no ${file}`);
  return found;
}

/** The commands of the page, block by block. */
export function documentedCommands(): string[] {
  return [...page.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, text = '']) => text);
}

interface Ended {
  /** Undefined when the test passed. */
  code?: number;
  stdout: string;
  stderr: string;
}

/** Runs the documented test of a runner in a project that has the runner, the library and this package. */
async function runDocumentedTest(folder: string, runner: Runner, bot: string, timeoutMs: number): Promise<Ended> {
  const { file, command } = runners[runner];
  const limited = documentedProgram(file).replace("received('pong'", `received('pong', { timeoutMs: ${timeoutMs} }`);
  writeFileSync(join(folder, file), limited);
  writeFileSync(join(folder, 'bot.cjs'), bot);
  const { executablePath, args, env } = await ensureBrowser('current', () => {});
  const started = promisify(execFile)(process.execPath, command(file), {
    cwd: folder,
    env: {
      ...env,
      PATH: process.env.PATH,
      HOME: folder,
      WWEBJS_CANARY_HOME: home(),
      CHROMIUM: executablePath,
      CHROMIUM_ARGS: args.join(' '),
    },
  });
  return started.catch((ended) => ended);
}

/** The documented bot, its test and this runner: it passes, fails when the bot breaks, and fails when the bot calls a stub. */
export async function tryRunner(folder: string, runner: Runner): Promise<void> {
  const bot = documentedProgram('bot.cjs');
  const { code, stdout, stderr } = await runDocumentedTest(folder, runner, bot, 30_000);
  expect(code, stdout + stderr).toBeUndefined();

  const broken = await runDocumentedTest(folder, runner, bot.replace("'pong'", "'pang'"), 2_000);
  expect(broken.code).toBe(1);
  expect(broken.stdout + broken.stderr).toContain('these came: ["pang"]');

  // It answers, and swallows the error of the stub.
  const calling = bot.replace(
    'await message.reply',
    `await client.interface.openChatSearch(message.from).catch(() => {}), await message.reply`,
  );
  const stubbed = await runDocumentedTest(folder, runner, calling, 30_000);
  expect(stubbed.code).toBe(1);
  expect(stubbed.stdout + stubbed.stderr).toMatch(
    /chatSearch[\s\S]*InterfaceController\.openChatSearch[^\n]*whatsapp-web\.js\/src\/util\/InterfaceController\.js/,
  );
}
