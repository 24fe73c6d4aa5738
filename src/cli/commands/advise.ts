import { Command } from 'commander';
import semver from 'semver';
import { checkBrowserName } from '../../browser/find-installed-browser.ts';
import type { Confidence } from '../../contracts/build-data.ts';
import { type ExitCode, exitCode } from '../../contracts/exit-code.ts';
import { InputError, naming } from '../../contracts/input-error.ts';
import type { Surface } from '../../contracts/surface.ts';
import type { SwitchValues } from '../../contracts/switches.ts';
import { ensureLibrary } from '../../library/ensure-library.ts';
import { listLibraryLocks } from '../../library/library-lock.ts';
import { resolveSurface } from '../../replica/builds/resolve-surface.ts';
import { columns } from '../../report/fit-text.ts';
import { processTerminal } from '../../report/terminal.ts';
import { type LibraryIndex, libraryIndex } from '../../surface/library-index.ts';
import { byVersion, type JudgedVersion, judgeSource, nearestVersion } from '../../surface/nearest-version.ts';
import { switchBreaks } from '../../surface/switch-breaks.ts';
import { reportedBuildLine } from '../../words/build-origin.ts';
import { openWords } from '../../words/prediction.ts';
import { switchSentence } from '../../words/switch-words.ts';
import { judgeStanding, knownBuild, storedStandings } from '../advise/judge-attempts.ts';
import { parseBuildOption } from '../options/build-option.ts';
import { checkedBy } from '../options/option-values.ts';
import { pageSwitchesOption } from '../options/switch-options.ts';
import { readBuildsWords } from '../surface/read-builds.ts';

interface AdviseOptions {
  current: string;
  build: string;
  browser: string;
  switch: SwitchValues;
  json?: boolean;
}

/** `advise`: the nearest version that works on a build, and why. */
export function adviseCommand(): Command {
  return new Command()
    .requiredOption('--current <version>', 'the version in use', checkedBy(checkVersion))
    .requiredOption('--build <build>', 'WhatsApp Web build, e.g. 2.3000.1032534684, or captured:FILE', parseBuildOption)
    .option('--browser <browser>', 'the browser whose stored attempts count', checkedBy(checkBrowserName), 'current')
    .addOption(pageSwitchesOption())
    .option('--json', 'as data')
    .addHelpText('after', help)
    .action(async (options: AdviseOptions) => {
      process.exitCode = await advise(options);
    });
}

const help = `
Judges every version of the project by its attempts in the store, of all flows and runs: a version that links and does not send does not
work. A version without attempts on that build is judged by its source,
compared with the names that the build offers. Each line says which of the two was used, and how sure the names are that it rests on: read,
reported, inferred, assumed. Another line says how old the build is, from where its names and behaviours are known, and what of it was seen live.
A change that may have reached the build and would break the advised version is named, as are values
of switches that do.

Exit codes: 0 a version works there, 1 none does, 2 it is not known, 3 bad usage or input

Example:
  wwebjs-canary advise --current 1.25.0 --build 2.3000.1032534684`;

async function advise({ current, build, browser, switch: chosen, json }: AdviseOptions): Promise<ExitCode> {
  const surface = naming('--switch', () => resolveSurface(build, chosen));
  const judged = byVersion(await judgeAll(current, surface, browser, chosen));
  const nearest = nearestVersion(current, judged);
  const unsure = judged.some(({ verdict }) => verdict === 'unsure');
  const switches = nearest ? switchBreaks(await indexOf(nearest.library), surface) : [];
  const known = await knownBuild(surface);
  const sentence = [sentenceOf(current, build, judged, nearest), ...switches.map(switchSentence)].join(' ');
  if (json)
    process.stdout.write(
      `${JSON.stringify({ schemaVersion: 1, current, build, behavioursOf: surface.behavioursOf, known, chosen, nearest, switches, judged }, null, 2)}\n`,
    );
  else {
    const rows = judged.map(({ library, verdict, from, why, prediction }) => [
      library,
      verdict,
      `by its ${from}`,
      why,
      prediction?.confidence ?? 'not known',
    ]);
    const { result, width } = processTerminal();
    result(`${sentence}\n${restSentence(nearest)}${reportedBuildLine(known)}.\n\n${columns(rows, width)}`);
  }
  if (nearest) return exitCode.asExpected;
  return unsure ? exitCode.inconclusive : exitCode.unexpected;
}

function checkVersion(text: string): void {
  if (!semver.valid(text)) throw new InputError('It has to be an exact version such as 1.34.2.');
}

async function judgeAll(
  current: string,
  surface: Surface,
  browser: string,
  chosen: SwitchValues,
): Promise<JudgedVersion[]> {
  const attempted = (await storedStandings(surface.build, browser, undefined, chosen)).map(judgeStanding);
  const known = new Set(attempted.map(({ library }) => library));
  const others = new Set([current, ...listLibraryLocks().map(({ label }) => label)]);
  const judged = [...attempted];
  for (const label of others) {
    if (known.has(label)) continue;
    judged.push(judgeSource(label, await indexOf(label), surface));
  }
  return judged;
}

async function indexOf(label: string): Promise<LibraryIndex> {
  const { packageDir } = await ensureLibrary(label, (line) => processTerminal().progress(`${line}\n`), 'source');
  return libraryIndex(packageDir);
}

const knownWords: Record<Confidence, string> = {
  read: 'was read in the code of that build',
  reported: 'is known from reports and from the code of older builds',
  inferred: 'is inferred',
  assumed: 'is a guess, as nothing is known of that build',
};

/** What the advice rests on: how sure it is, and every change that may have reached the build and would break it. */
function restSentence(nearest: JudgedVersion | null): string {
  if (!nearest) return '';
  const { library, prediction } = nearest;
  if (!prediction) return `How sure the names are that ${library} needs is not known.\n`;
  const open = prediction.open.filter(({ offered }) => offered).map(openWords);
  const rest = open.length > 0 ? ` It rests on ${open.join('; ')}.` : '';
  return `What ${library} needs there ${knownWords[prediction.confidence]}${readBuildsWords(prediction.read)}.${rest}\n`;
}

function sentenceOf(
  current: string,
  build: string,
  judged: readonly JudgedVersion[],
  nearest: JudgedVersion | null,
): string {
  const how = nearest?.from === 'attempts' ? 'it was tried' : 'by its source only, it was not tried';
  if (nearest?.library === current) return `${current} works on ${build} (${how}): stay.`;
  const own = judged.find(({ library }) => library === current);
  const verdict = own?.verdict === 'unsure' ? 'may not work' : 'does not work';
  const complaint = `${current} ${verdict} on ${build} (${own?.why}).`;
  if (nearest) return `${complaint} The nearest version that works is ${nearest.library} (${how}).`;
  const maybe = judged.filter((entry) => entry.verdict === 'unsure').map(({ library }) => library);
  if (maybe.length > 0) return `${complaint} No version is known to work there; perhaps ${maybe.join(', ')}.`;
  return `${complaint} No version of the project works there.`;
}
