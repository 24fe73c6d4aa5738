import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { chmod, cp, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress } from 'node:zlib';
import { extract } from 'tar';
import { TroubleError } from '../contracts/input-error.ts';
import { makeFolder } from '../contracts/make-folder.ts';
import { writeManifest } from '../install/manifest.ts';
import { NpmError, npmCi } from '../install/npm.ts';
import type { BundledBrowser } from './bundled-browsers.ts';

/**
 * Open Sans of the package and no font of the system, so that a page looks the same everywhere. Without any font the renderer
 * of Chromium 107 crashes.
 */
const fontsConf = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir prefix="relative">fonts</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
`;

/**
 * Fills the empty `target` with a Chromium that runs on a bare Debian: the program, its graphics libraries beside it, NSS in
 * `lib` and one font family in `fonts`.
 *
 * NSS and the font come from the dependency `system-libraries` where the lockfile has one, since the package of Chromium 107
 * lacks libnspr4.
 */
export async function unpackBrowser(browser: BundledBrowser, target: string): Promise<void> {
  const packages = join(target, 'packages');
  await cp(browser.lockFolder, packages, { recursive: true });
  await install(browser, packages);
  const own = join(packages, 'node_modules', 'chromium', 'bin');
  const separate = join(packages, 'node_modules', 'system-libraries', 'bin');
  const system = existsSync(separate) ? separate : own;
  await pipeline(
    createReadStream(join(own, 'chromium.br')),
    createBrotliDecompress(),
    createWriteStream(join(target, 'chromium')),
  );
  await chmod(join(target, 'chromium'), 0o755);
  await unpackTar(join(own, 'swiftshader.tar.br'), target);
  await unpackTar(join(system, 'al2023.tar.br'), target);
  await unpackTar(join(system, 'fonts.tar.br'), join(packages, 'fonts'));
  await rename(join(packages, 'fonts', 'fonts'), join(target, 'fonts'));
  await writeFile(join(target, 'fonts.conf'), fontsConf);
  await mkdir(join(target, 'locales')); // Otherwise Chromium creates it, readable by its first user only.
  await rm(packages, { recursive: true });
  await writeManifest(target);
}

/** Unpacks a `.tar.br` into `folder`; `tar` refuses entries outside of it. */
export async function unpackTar(archive: string, folder: string): Promise<void> {
  makeFolder(folder);
  await pipeline(
    createReadStream(archive),
    createBrotliDecompress(),
    extract({ cwd: folder, strict: true, preserveOwner: false }),
  );
}

async function install(browser: BundledBrowser, folder: string): Promise<void> {
  try {
    await npmCi(folder);
  } catch (error) {
    if (!(error instanceof NpmError)) throw error;
    throw new TroubleError(`Chromium ${browser.name} cannot be installed from ${browser.lockFolder}: ${error.message}`);
  }
}
