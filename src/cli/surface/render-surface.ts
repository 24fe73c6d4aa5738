import { boundsWords } from '../../contracts/bounds-words.ts';
import type { ReportedBuild } from '../../contracts/build-origin.ts';
import type { Needs } from '../../contracts/needs.ts';
import type { Standing } from '../../contracts/standing.ts';
import type { MethodState, MissingKind, SurfaceCheck, SwitchBreak } from '../../contracts/surface-check.ts';
import { chosenText, type SwitchValues } from '../../contracts/switches.ts';
import { columns } from '../../report/fit-text.ts';
import type { BuildDiff } from '../../surface/diff-builds.ts';
import type { LibraryDiff } from '../../surface/diff-libraries.ts';
import { isBeforeReady, listNames, type NamedNeed } from '../../surface/list-names.ts';
import { reportedBuildLine } from '../../words/build-origin.ts';
import { flowCounts, whatItDoes } from '../../words/standing.ts';
import { switchSentence } from '../../words/switch-words.ts';
import { readBuildsWords } from './read-builds.ts';

/** The table of `surface extract`. */
export function renderNeeds(needs: Needs, width?: number): string {
  const names = listNames(needs);
  const before = names.filter(isBeforeReady);
  const fatal = before.filter(({ absence }) => absence === 'fatal');
  const rows = names.map((entry) => [shorten(entry.name), stageText(entry), entry.absence, whereText(entry)]);
  return [
    `whatsapp-web.js ${needs.library}: ${names.length} names of the page, ${before.length} of them on the way to ready, ${fatal.length} of which must be there\n\n`,
    columns([['name', 'needed for', 'absence', 'in'], ...rows], width),
  ].join('');
}

interface ShownCheck {
  check: SurfaceCheck;
  /** The builds that are known. */
  range: { from: string; to: string };
  /** From where the checked one is known. */
  known: ReportedBuild;
  /** What the attempts in the store say of the library on the build. */
  seen: readonly Standing[];
  /** Null where they were not asked for. */
  methods: readonly MethodState[] | null;
  /** Values of switches that the page has in place of its defaults. */
  chosen: SwitchValues;
  /** What other values break. */
  switches: readonly SwitchBreak[];
}

/** The tables of `surface check`. */
export function renderCheck(
  { check, chosen, switches, range, known, seen, methods }: ShownCheck,
  width?: number,
): string {
  const { library, build, missing, extrapolated } = check;
  const rows = missing
    .filter(({ stops }) => !methods || stops !== 'methods')
    .map((entry) => [
      entry.stops === 'methods' ? 'only methods' : `${entry.stops}${entry.certain ? '' : ' (perhaps)'}`,
      `${entry.name}${notes[entry.kind] ?? ''}`,
      whereText(entry),
      entry.history.join(' '),
    ]);
  return [
    `${library} on ${[build, chosenText(chosen)].filter(Boolean).join(' with ')}: ${verdictText(check, seen)}\n`,
    ...switches.map((each) => `${switchSentence(each)}\n`),
    ...seen.map(({ flows }) => `In its attempts it ${whatItDoes(flows)} (${flowCounts(flows)}).\n`),
    ...(extrapolated ? [`Nothing is known of builds outside of ${range.from} to ${range.to}: this is a guess.\n`] : []),
    `Confidence: ${check.confidence}${readBuildsWords(check.read)}.\n`,
    `${reportedBuildLine(known)}.\n`,
    ...check.restsOn.map(
      (rest) => `It rests on ${rest.name}, which changed ${boundsWords(rest)}: the data takes ${build} for older.\n`,
    ),
    ...(rows.length > 0 ? ['\n', columns([['stops', 'missing', 'needed in', 'known'], ...rows], width)] : []),
    ...(methods ? ['\n', methodTable(methods, width)] : []),
  ].join('');
}

const notes: Partial<Record<MissingKind, string>> = { lazy: ' (not loaded)', argument: ' (called otherwise)' };

function verdictText({ stops, missing }: SurfaceCheck, seen: readonly Standing[]): string {
  if (stops === 'probe') return 'ready, but broken';
  if (stops !== null) return `no ${stops}`;
  const doubt = missing.find((entry) => entry.stops !== 'methods');
  if (doubt) return `perhaps no ${doubt.stops}`;
  const failed = seen.some(({ flows }) => flows.some((flow) => flow.failed > 0));
  return failed ? 'no name is missing, and yet attempts failed' : 'nothing is known to stop it';
}

const statusOrder = ['broken', 'behind-switch', 'unknown', 'works'] as const;
const statusWords = {
  broken: 'broken',
  'behind-switch': 'behind a switch',
  unknown: 'not known',
  works: 'works',
};

/** One row per public method, broken ones first. */
function methodTable(methods: readonly MethodState[], width?: number): string {
  if (methods.length === 0) return 'The library has no type definitions, which would list its public methods.\n';
  const sorted = statusOrder.flatMap((status) => methods.filter((method) => method.status === status));
  const counts = statusOrder.map(
    (status) => `${methods.filter((method) => method.status === status).length} ${statusWords[status]}`,
  );
  const rows = sorted.map(({ status, name, why, at }) => [
    statusWords[status],
    name,
    at ? `${at.file}:${at.line}` : '',
    why,
  ]);
  return [
    `${methods.length} public methods: ${counts.join(', ')}\n`,
    columns([['status', 'method', 'needed in', 'why'], ...rows], width),
  ].join('');
}

/** The tables of `surface diff` for two libraries. */
export function renderLibraryDiff(first: string, second: string, diff: LibraryDiff, width?: number): string {
  const row = (entry: NamedNeed) => [shorten(entry.name), stageText(entry), entry.absence, whereText(entry)];
  const changed = diff.changed.map(({ first: a, second: b }) => [
    a.name,
    `${stageText(a)}, ${a.absence} -> ${stageText(b)}, ${b.absence}`,
  ]);
  return sections(
    {
      [`Only ${first} uses`]: diff.onlyFirst.map(row),
      [`Only ${second} uses`]: diff.onlySecond.map(row),
      'Used by both, but otherwise': changed,
    },
    width,
  );
}

/** The lists of `surface diff` for two builds. */
export function renderBuildDiff(
  { modules, exports, collections, tiers, behaviours }: BuildDiff,
  width?: number,
): string {
  const names = (list: readonly string[]) => list.map((name) => [name]);
  const change = (entry: { from: string; to: string }) => `${entry.from} -> ${entry.to}`;
  return sections(
    {
      'Modules removed': names(modules.removed),
      'Modules added': names(modules.added),
      'Exports removed': names(exports.removed),
      'Exports added': names(exports.added),
      'Removed from WAWebCollections': names(collections.removed),
      'Added to WAWebCollections': names(collections.added),
      'Loaded at another time': tiers.map((entry) => [entry.module, change(entry)]),
      Behaviour: behaviours.map((entry) => [entry.name, change(entry)]),
    },
    width,
  );
}

/** Tables below their titles; the first column is indented. */
function sections(tables: Readonly<Record<string, readonly string[][]>>, width?: number): string {
  const texts = Object.entries(tables).map(([title, rows]) => {
    if (rows.length === 0) return `${title}: nothing\n`;
    const indented = rows.map(([name = '', ...rest]) => [`  ${name}`, ...rest]);
    return `${title} (${rows.length})\n${columns(indented, width)}`;
  });
  return texts.join('\n');
}

function stageText({ stage }: NamedNeed): string {
  return stage.replace(/^(method|event):/, '$1 ');
}

function whereText({ file, line, function: name }: { file: string; line: number; function: string }): string {
  return `${file}:${line}${name ? ` (${name})` : ''}`;
}

/** Shortened: names of several modules would make the column wider than any terminal. */
function shorten(name: string): string {
  return name.length <= 64 ? name : `${name.slice(0, 63)}…`;
}
