import { execFile } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../src/contracts/home.ts';
import { ownHome } from '../support/own-home.ts';

const build = '2.3000.1029241508';

/** Commands that say in a line that they listen, and run until a signal. */
const listening = [
  ['exporter', ['--port', '0']],
  ['replica', ['--build', build]],
  ['serve', ['--port', '0']],
  ['watch', ['--port', '0', '--library', '1.34.7', '--build', build]],
] as const;

function runWithSignalAtFirstLine(args: readonly string[]) {
  const main = join(packageRoot, 'src', 'cli', 'main.ts');
  const preload = join(packageRoot, 'test', 'cli', 'terminate-at-first-line.ts');
  const env = { ...process.env, WWEBJS_CANARY_HOME: ownHome() };
  return new Promise<{ code: number | null; signal: string | null; stdout: string }>((resolve) => {
    const child = execFile(process.execPath, ['--import', preload, main, ...args], { env }, (_error, stdout) =>
      resolve({ code: child.exitCode, signal: child.signalCode, stdout }),
    );
  });
}

test.each(listening)('%s ends gracefully by a SIGTERM that comes with its first line', async (command, options) => {
  const { code, signal, stdout } = await runWithSignalAtFirstLine([command, ...options]);
  expect({ code, signal }).toEqual({ code: 0, signal: null });
  expect(JSON.parse(stdout.split('\n')[0] as string)).toBeTypeOf('object');
});

test('every command that prints its address waits for a signal in the same way', () => {
  const folder = join(packageRoot, 'src', 'cli');
  const sources = globSync('**/*.ts', { cwd: folder }).map((file) => ({
    file,
    text: readFileSync(join(folder, file), 'utf8'),
  }));
  const naming = (pattern: RegExp) => sources.filter(({ text }) => pattern.test(text)).map(({ file }) => file);
  expect(naming(/'SIG(?:INT|TERM)'/)).toEqual(['process/signals.ts']);
  // `study incident` ends by itself.
  const expected = ['commands/study.ts', ...listening.map(([command]) => `commands/${command}.ts`)].sort();
  expect(naming(/await untilSignal\(|= untilSignal\(|^ *untilSignal\(/m).sort()).toEqual(expected);
});
