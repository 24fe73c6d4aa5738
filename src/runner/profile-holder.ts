import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { lstatSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import type { Browser } from '../browser/ensure-browser.ts';
import type { ProfileCircumstances } from '../contracts/circumstances.ts';
import { makeFolder } from '../contracts/make-folder.ts';

interface SecondOptions {
  browser: Browser;
  /** An existing folder. */
  tmp: string;
}

/** What keeps a profile from the browser of an attempt. */
export interface ProfileHolder {
  /** True while it has the profile: no browser has taken it over. */
  isHeld(): boolean;
  release(): Promise<void>;
}

/**
 * Holds a profile as a condition says.
 *
 * @param folder user data of the browser, which is made when it is missing
 * @param second what holds it, where a living browser does
 * @returns null where no condition holds profiles.
 * @throws Error when the second browser does not start.
 */
export async function holdProfile(
  { lockedBy, isInUse }: ProfileCircumstances,
  folder: string,
  second: SecondOptions,
): Promise<ProfileHolder | null> {
  if (lockedBy === undefined && !isInUse) return null;
  makeFolder(folder);
  return lockedBy === undefined ? SecondBrowser.start(folder, second) : new StaleLock(folder, lockedBy);
}

const lockOf = (folder: string) => join(folder, 'SingletonLock');

/** A profile as a browser on another machine has locked it: a link to nothing that names machine and process. */
class StaleLock implements ProfileHolder {
  readonly #file: string;
  readonly #holder: string;

  /** An earlier lock is replaced. */
  constructor(folder: string, machine: string) {
    this.#file = lockOf(folder);
    this.#holder = `${machine}-1`;
    rmSync(this.#file, { force: true });
    symlinkSync(this.#holder, this.#file);
  }

  isHeld(): boolean {
    return holderOf(this.#file) === this.#holder;
  }

  async release(): Promise<void> {}
}

/** Null where the file is no link. */
function holderOf(file: string): string | null {
  return lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() ? readlinkSync(file) : null;
}

/** A browser of this machine that runs on the profile. It ends with this process, since its DevTools pipe does. */
class SecondBrowser implements ProfileHolder {
  readonly #process: ChildProcess;

  private constructor(browser: ChildProcess) {
    this.#process = browser;
  }

  static async start(
    folder: string,
    { browser: { executablePath, args, env }, tmp }: SecondOptions,
  ): Promise<SecondBrowser> {
    const flags = ['--headless=new', '--remote-debugging-pipe', `--user-data-dir=${folder}`];
    const browser = spawn(executablePath, [...args, ...flags, 'about:blank'], {
      env: { PATH: process.env.PATH ?? '', HOME: tmp, TMPDIR: tmp, ...env },
      stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
    });
    const ended = once(browser, 'exit').then(() => {
      throw new Error(`${executablePath} does not start on the profile ${folder}`);
    });
    const [, , , commands, answers] = browser.stdio as unknown as [null, null, null, Writable, Readable];
    commands.on('error', () => {});
    commands.write(`${JSON.stringify({ id: 1, method: 'Browser.getVersion' })}\0`);
    await Promise.race([once(answers, 'data'), ended]);
    ended.catch(() => {});
    return new SecondBrowser(browser);
  }

  isHeld(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null;
  }

  async release(): Promise<void> {
    if (!this.isHeld()) return;
    const over = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await over;
  }
}
