import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, join, resolve } from 'node:path';
import { InputError } from '../contracts/input-error.ts';
import { bundledBrowserNames } from './bundled-browsers.ts';

/** Names that a user may give, each with the names of the executables on the supported systems. */
const installedNames: Record<string, readonly string[]> = {
  chrome: [
    'google-chrome',
    'google-chrome-stable',
    'chrome',
    '/opt/google/chrome/chrome',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  ],
  chromium: ['chromium', 'chromium-browser', '/Applications/Chromium.app/Contents/MacOS/Chromium'],
};

/**
 * The path of an installed browser, given as `chrome`, `chromium` or a path.
 *
 * @throws InputError that lists the paths that were tried.
 */
export function findInstalledBrowser(name: string): string {
  checkBrowserName(name);
  const candidates = installedNames[name];
  if (candidates) {
    const found = candidates.flatMap(placesOf).find(isExecutable);
    if (found) return found;
    throw new InputError(
      `browser "${name}" is not installed: looked for ${candidates.join(', ')}; install it, or use ${bundledBrowserNames().join(' or ')}, which need no installation`,
    );
  }
  const path = resolve(name);
  if (isExecutable(path)) return path;
  throw new InputError(`browser "${name}": ${path} is not an executable file`);
}

/** Checks a name without a look at what is installed. @throws InputError when it is none of the names and no path. */
export function checkBrowserName(name: string): void {
  const names = [...bundledBrowserNames(), ...Object.keys(installedNames)];
  if (names.includes(name) || /[/\\]/.test(name)) return;
  throw new InputError(`browser "${name}" is unknown: it is one of ${names.join(', ')}, or a path`);
}

function placesOf(candidate: string): string[] {
  if (isAbsolute(candidate)) return [candidate];
  return (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, candidate));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
