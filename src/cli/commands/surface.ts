import { Command } from 'commander';
import { parseBuild } from '../../contracts/build-number.ts';
import { exitCode } from '../../contracts/exit-code.ts';
import { InputError, naming } from '../../contracts/input-error.ts';
import type { Needs } from '../../contracts/needs.ts';
import { ensureLibrary } from '../../library/ensure-library.ts';
import { resolveSurface } from '../../replica/builds/resolve-surface.ts';
import { checkSurface } from '../../surface/check-surface.ts';
import { diffBuilds } from '../../surface/diff-builds.ts';
import { diffLibraries } from '../../surface/diff-libraries.ts';
import { extractNeeds } from '../../surface/library-index.ts';
import { storedStandings } from '../advise/judge-attempts.ts';
import { renderBuildDiff, renderCheck, renderLibraryDiff, renderNeeds } from '../surface/render-surface.ts';

interface SurfaceOptions {
  json?: boolean;
}

/** `surface`: what a library needs from the page, what a build offers, and the difference. It runs nothing. */
export function surfaceCommand(): Command {
  const surface = new Command();
  surface
    .command('extract <library>')
    .description('every module and export that a library uses, from its own source')
    .option('--json', 'every single use, as data')
    .addHelpText(
      'after',
      '\nExamples:\n  wwebjs-canary surface extract 1.34.7\n  wwebjs-canary surface extract ../my-fork --json',
    )
    .action(async (library: string, { json }: SurfaceOptions) => {
      const needs = await needsOf(library);
      process.stdout.write(json ? toJson(needs) : renderNeeds(needs));
    });
  surface
    .command('check <library>')
    .description('which missing names stop qr, authenticated, ready or only methods')
    .requiredOption('--build <build>', 'WhatsApp Web build, e.g. 2.3000.1032534684')
    .option('--json', 'as data')
    .addHelpText('after', checkHelp)
    .action(async (library: string, { build, json }: SurfaceOptions & { build: string }) => {
      const offered = naming('--build', () => resolveSurface(build));
      const check = checkSurface(await needsOf(library), offered);
      const seen = await storedStandings(offered.build, 'current', [library]);
      const flows = seen.flatMap((standing) => standing.flows);
      process.stdout.write(json ? toJson({ ...check, attempted: flows }) : renderCheck(check, offered.known, seen));
      process.exitCode = check.stops === null ? exitCode.asExpected : exitCode.unexpected;
    });
  surface
    .command('diff <first> <second>')
    .description('what two libraries need differently, or what changed between two builds')
    .option('--json', 'as data')
    .addHelpText(
      'after',
      '\nExamples:\n  wwebjs-canary surface diff 1.34.2 1.34.7\n  wwebjs-canary surface diff 2.3000.1029241508 2.3000.1032534684',
    )
    .action(diff);
  surface
    .command('capture')
    .description('record the surface of the live site (not possible yet)')
    .action(() => {
      throw new InputError(
        'surface capture is not possible yet: builds are described in compat-matrix/builds, with a source for every change',
      );
    });
  return surface;
}

const checkHelp = `
The attempts of the library on that build, where the store has some, are a line of their own: names do not say whether texts arrive.

Exit codes: 0 no missing name is known to stop the library on that build, 1 one is, 3 bad usage or input

Example:
  wwebjs-canary surface check 1.34.2 --build 2.3000.1032534684`;

async function diff(first: string, second: string, { json }: SurfaceOptions): Promise<void> {
  if (isBuild(first) !== isBuild(second)) {
    const [build, library] = isBuild(first) ? [first, second] : [second, first];
    throw new InputError(
      `surface diff compares two libraries or two builds; for one of each use: surface check ${library} --build ${build}`,
    );
  }
  if (isBuild(first)) {
    const result = diffBuilds(resolveSurface(first), resolveSurface(second));
    process.stdout.write(json ? toJson(result) : renderBuildDiff(result));
    return;
  }
  const result = diffLibraries(await needsOf(first), await needsOf(second));
  process.stdout.write(json ? toJson(result) : renderLibraryDiff(first, second, result));
}

/** A build has a minor number of four digits, a library version does not. */
function isBuild(text: string): boolean {
  if (!/^2\.\d{4}\./.test(text)) return false;
  parseBuild(text);
  return true;
}

async function needsOf(library: string): Promise<Needs> {
  const { packageDir } = await ensureLibrary(library, (line) => process.stderr.write(`${line}\n`));
  return extractNeeds(packageDir);
}

function toJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
