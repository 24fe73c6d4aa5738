import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { platform } from 'node:process';
import { InputError, TroubleError } from '../contracts/input-error.ts';
import type { Browser } from './ensure-browser.ts';

const mark = '# A Chromium that takes a replica for WhatsApp Web; written by wwebjs-canary.';

/**
 * Writes an executable that starts a browser with `args`, for programs that take the path of a browser but no arguments for it. It becomes
 * the browser: arguments, signals and exit code pass through. `args` come last, because Chromium takes the last one of two.
 *
 * @throws InputError when `file` is there and is no such executable; TroubleError when it cannot be written.
 */
export function writeChromeWrapper(file: string, browser: Browser, args: readonly string[]): void {
  if (platform === 'win32')
    throw new InputError('--chrome-wrapper: it is a script of a POSIX shell, which Windows has not');
  if (existsSync(file) && !readFileSync(file, 'utf8').includes(mark)) {
    throw new InputError(
      `--chrome-wrapper ${file}: this file is there already, and is no wrapper; choose another path`,
    );
  }
  const settings = Object.entries(browser.env).map(([name, value]) => `export ${name}=${quoted(value)}\n`);
  const own = browser.args.map(quoted).join(' ');
  const command = `exec ${quoted(browser.executablePath)} ${own} "$@" ${args.map(quoted).join(' ')}`;
  try {
    writeFileSync(file, `#!/bin/sh\n${mark}\n${settings.join('')}${command}\n`);
    chmodSync(file, 0o755);
  } catch (error) {
    throw new TroubleError(`--chrome-wrapper ${file}: cannot be written: ${(error as Error).message}`);
  }
}

/** A word of a POSIX shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
