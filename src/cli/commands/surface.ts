import { Command } from 'commander';
import { parseBuild } from '../../contracts/build-number.ts';
import { exitCode } from '../../contracts/exit-code.ts';
import { InputError, naming } from '../../contracts/input-error.ts';
import type { Needs } from '../../contracts/needs.ts';
import type { MethodState, SurfaceCheck, SwitchBreak } from '../../contracts/surface-check.ts';
import type { SwitchValues } from '../../contracts/switches.ts';
import { ensureLibrary } from '../../library/ensure-library.ts';
import { parseLibrarySpec } from '../../library/library-spec.ts';
import { buildOfText } from '../../replica/builds/captured-build.ts';
import { resolveSurface } from '../../replica/builds/resolve-surface.ts';
import { processTerminal } from '../../report/terminal.ts';
import { checkMethods } from '../../surface/check-methods.ts';
import { checkSurface } from '../../surface/check-surface.ts';
import { diffBuilds } from '../../surface/diff-builds.ts';
import { diffLibraries } from '../../surface/diff-libraries.ts';
import { type LibraryIndex, libraryIndex } from '../../surface/library-index.ts';
import { behindSwitches, switchBreaks } from '../../surface/switch-breaks.ts';
import { knownBuild, storedStandings } from '../advise/judge-attempts.ts';
import { parseBuildOption } from '../options/build-option.ts';
import { checkedBy, parsedBy } from '../options/option-values.ts';
import { pageSwitchesOption } from '../options/switch-options.ts';
import { captureCommand } from '../surface/capture-command.ts';
import { exportCommand, importCommand, listCommand, updateCommand } from '../surface/data-commands.ts';
import { renderBuildDiff, renderCheck, renderLibraryDiff, renderNeeds } from '../surface/render-surface.ts';

interface SurfaceOptions {
  json?: boolean;
}

interface CheckOptions extends SurfaceOptions {
  build: string;
  methods?: boolean;
  switch: SwitchValues;
}

const whichLibrary = 'exact version, tag (latest), tarball, folder or git reference; an unknown version is installed';

/** `surface`: what a library needs from the page, what a build offers, and the difference. It runs nothing. */
export function surfaceCommand(): Command {
  const surface = new Command().addHelpText(
    'after',
    '\nExamples:\n  wwebjs-canary surface check 1.34.7 --build 2.3000.1044822804\n  wwebjs-canary surface capture',
  );
  surface
    .command('extract')
    .description('every module and export that a library uses, from its own source')
    .argument('<library>', whichLibrary, checkedBy(parseLibrarySpec))
    .option('--json', 'every single use, as data')
    .addHelpText(
      'after',
      '\nExamples:\n  wwebjs-canary surface extract 1.34.7\n  wwebjs-canary surface extract ../my-fork --json',
    )
    .action(async (library: string, { json }: SurfaceOptions) => {
      const needs = await needsOf(library);
      show(needs, json, (width) => renderNeeds(needs, width));
    });
  surface
    .command('check')
    .description('what a build does not offer to a library, and which step or method it stops')
    .argument('<library>', whichLibrary, checkedBy(parseLibrarySpec))
    .requiredOption('--build <build>', 'WhatsApp Web build, e.g. 2.3000.1032534684, or captured:FILE', parseBuildOption)
    .addOption(pageSwitchesOption())
    .option('--methods', 'each public method: works, broken (why and where), behind a switch or not known')
    .option('--json', 'as data')
    .addHelpText('after', checkHelp)
    .action(check);
  surface
    .command('diff')
    .description('what two libraries need differently, or what changed between two builds')
    .argument('<first>', 'a library, a build or captured:FILE', parsedBy(parseSide))
    .argument('<second>', 'another one of the same kind', parsedBy(parseSide))
    .option('--json', 'as data')
    .addHelpText(
      'after',
      '\nExamples:\n  wwebjs-canary surface diff 1.34.2 1.34.7\n  wwebjs-canary surface diff 2.3000.1029241508 2.3000.1032534684',
    )
    .action(diff);
  for (const command of [captureCommand(), importCommand(), listCommand(), updateCommand(), exportCommand()])
    surface.addCommand(command);
  return surface;
}

const checkHelp = `
Each other value of a switch that breaks something is named, with what it breaks.
A line says how old the build is, from where its names and behaviours are known, and what of it was seen live.
The attempts of the library on that build, where the store has some, are a line of their own: names do not say whether texts arrive.

Exit codes: 0 nothing is known to stop the library up to ready and its first message (with --methods: nor any method), 1 something
is, 2 only another value of a switch does, or something that the data does not decide, 3 bad usage or input

Examples:
  wwebjs-canary surface check 1.34.2 --build 2.3000.1032534684
  wwebjs-canary surface check 1.34.7 --build 2.3000.1044822804 --methods
  wwebjs-canary surface check 1.34.7 --build 2.3000.1044822804 --switch download-mimetype-check=true --methods`;

async function check(library: string, { build, json, methods: byMethod, switch: chosen }: CheckOptions): Promise<void> {
  const offered = naming('--switch', () => resolveSurface(build, chosen));
  const { label, index } = await indexOf(library);
  const checked = checkSurface(index, offered);
  const switches = switchBreaks(index, offered);
  const methods = byMethod ? behindSwitches(checkMethods(index, offered), switches) : [];
  const seen = await storedStandings(offered.build, 'current', [label], chosen);
  const attempted = seen.flatMap((standing) => standing.flows);
  const known = await knownBuild(offered);
  show({ ...checked, chosen, switches, attempted, known, ...(byMethod && { methods }) }, json, (width) =>
    renderCheck(
      { check: checked, chosen, switches, range: offered.known, known, seen, methods: byMethod ? methods : null },
      width,
    ),
  );
  process.exitCode = codeOf(checked, switches, methods);
}

function codeOf(
  { missing, restsOn, extrapolated }: SurfaceCheck,
  switches: readonly SwitchBreak[],
  methods: readonly MethodState[],
): number {
  const stopping = missing.filter(({ stops }) => stops !== 'methods');
  const isSure = stopping.some(({ certain, bounds }) => certain && bounds === null);
  if (isSure || methods.some(({ status }) => status === 'broken')) return exitCode.unexpected;
  const isBehindSwitch = switches.some((each) => each.missing.length > 0);
  const isOpen = stopping.length + restsOn.length > 0 || methods.some(({ status }) => status !== 'works');
  return isOpen || isBehindSwitch || extrapolated ? exitCode.inconclusive : exitCode.asExpected;
}

async function diff(first: string, second: string, { json }: SurfaceOptions): Promise<void> {
  if (isBuild(first) !== isBuild(second)) {
    const [build, library] = isBuild(first) ? [first, second] : [second, first];
    throw new InputError(
      `surface diff compares two libraries or two builds; for one of each use: surface check ${library} --build ${build}`,
    );
  }
  if (isBuild(first)) {
    const result = diffBuilds(resolveSurface(first), resolveSurface(second));
    return show(result, json, (width) => renderBuildDiff(result, width));
  }
  const result = diffLibraries(await needsOf(first), await needsOf(second));
  show(result, json, (width) => renderLibraryDiff(first, second, result, width));
}

/** A build has a minor number of four digits, a library version does not. */
function isBuild(text: string): boolean {
  return /^2\.\d{4}\./.test(text);
}

function parseSide(text: string): string {
  const side = buildOfText(text);
  if (isBuild(side)) parseBuild(side);
  else parseLibrarySpec(side);
  return side;
}

async function needsOf(library: string): Promise<Needs> {
  return (await indexOf(library)).index.needs;
}

/** What the source of a library says, and the name that its attempts are kept under. */
async function indexOf(library: string): Promise<{ label: string; index: LibraryIndex }> {
  const { label, packageDir } = await ensureLibrary(
    library,
    (line) => processTerminal().progress(`${line}\n`),
    'source',
  );
  return { label, index: libraryIndex(packageDir) };
}

/** @param render the same as text of at most so many columns. */
function show(value: unknown, json: boolean | undefined, render: (width: number) => string): void {
  const { result, width } = processTerminal();
  if (json) process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
  else result(render(width));
}
