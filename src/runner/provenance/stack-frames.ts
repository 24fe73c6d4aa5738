import { relative } from 'node:path';
import { parseStack } from '../../cause/parse-stack.ts';
import type { StackFrame } from '../../contracts/attempt.ts';
import { packageOf } from './package-of.ts';

/** A frame with the folder of its package, for those who must tell two copies apart. */
export interface PackageFrame extends StackFrame {
  folder: string;
}

/**
 * Frames of error stacks that lie in packages, each place once, in the order of the stacks. Stacks of Node and those that
 * puppeteer made in the page are understood; a file whose package is not on this disk is left out.
 */
export function packageFrames(stacks: readonly string[]): PackageFrame[] {
  const frames = new Map<string, PackageFrame>();
  for (const frame of stacks.flatMap(parseStack)) {
    const site = frame.kind === 'node' ? frame : frame.kind === 'page' ? frame.evaluatedAt : null;
    if (!site || frames.has(`${site.file}:${site.line}`)) continue;
    const found = packageOf(site.file);
    if (!found || !isThirdParty(found)) continue;
    const { name, version, folder } = found;
    const file = relative(folder, site.file).replaceAll('\\', '/');
    frames.set(`${site.file}:${site.line}`, { package: name, version, file, line: site.line, folder });
  }
  return [...frames.values()];
}

/** The library may be a checkout; everything else that counts is in `node_modules`. */
function isThirdParty({ name, folder }: { name: string; folder: string }): boolean {
  return name === 'whatsapp-web.js' || /[\\/]node_modules[\\/]/.test(folder);
}
