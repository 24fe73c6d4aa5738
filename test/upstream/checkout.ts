import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { writeChromeWrapper } from '../../src/browser/chrome-wrapper.ts';
import { ensureBrowser } from '../../src/browser/ensure-browser.ts';

/** A copy of a checkout of another project, with its dependencies, in a folder that is removed afterwards. */
export interface Checkout {
  /** Where the copy is. */
  root: string;
  /** For files besides the copy. */
  folder: string;
}

/**
 * Sets the exit code of the process: what `use` resolves to, or 3 when `from` is no checkout.
 *
 * @param has a file or folder that tells such a checkout from others.
 */
export async function inCheckout(
  from: string | undefined,
  has: string,
  use: (checkout: Checkout) => Promise<number>,
): Promise<void> {
  if (from === undefined || !existsSync(join(from, has))) {
    console.error(`--from: the folder of a checkout that has ${has}`);
    process.exitCode = 3;
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), 'upstream-'));
  try {
    const root = join(folder, 'checkout');
    cpSync(resolve(from), root, {
      recursive: true,
      filter: (path) => !['.git', 'node_modules'].includes(basename(path)),
    });
    await command('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], root, {
      PUPPETEER_SKIP_DOWNLOAD: '1',
    });
    process.exitCode = await use({ root, folder });
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Writes the executable of a browser that takes a replica for WhatsApp Web. @returns its path. */
export async function chromeIn(folder: string, chromiumArgs: readonly string[]): Promise<string> {
  const file = join(folder, 'chrome');
  writeChromeWrapper(file, await ensureBrowser('current', console.error), chromiumArgs);
  return file;
}

/** Resolves when the command has ended; its errors are those of this process. */
export async function command(name: string, args: string[], cwd: string, env: Record<string, string>): Promise<void> {
  const child = spawn(name, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'ignore', 'inherit'] });
  await once(child, 'exit');
}
