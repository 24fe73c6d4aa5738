import type { Needs } from '../../contracts/needs.ts';
import type { Standing } from '../../contracts/standing.ts';
import type { SurfaceCheck } from '../../contracts/surface-check.ts';
import type { BuildDiff } from '../../surface/diff-builds.ts';
import type { LibraryDiff } from '../../surface/diff-libraries.ts';
import { isBeforeReady, listNames, type NamedNeed } from '../../surface/list-names.ts';
import { flowCounts, whatItDoes } from '../../words/standing.ts';
import { columns } from '../../words/text.ts';

/** The table of `surface extract`. */
export function renderNeeds(needs: Needs): string {
  const names = listNames(needs);
  const before = names.filter(isBeforeReady);
  const fatal = before.filter(({ absence }) => absence === 'fatal');
  const rows = names.map((entry) => [shorten(entry.name), stageText(entry), entry.absence, whereText(entry)]);
  return [
    `whatsapp-web.js ${needs.library}: ${names.length} names of the page, ${before.length} of them on the way to ready, ${fatal.length} of which must be there\n\n`,
    columns([['name', 'needed for', 'absence', 'in'], ...rows]),
  ].join('');
}

/** The table of `surface check`. @param seen what the attempts in the store say of the library on the build. */
export function renderCheck(
  check: SurfaceCheck,
  known: { from: string; to: string },
  seen: readonly Standing[],
): string {
  const { library, build, stops, missing, extrapolated } = check;
  const verdict =
    stops === null ? 'nothing is known to stop it' : stops === 'probe' ? 'ready, but broken' : `no ${stops}`;
  const rows = missing.map((entry) => [
    entry.stops === 'methods' ? 'only methods' : `${entry.stops}${entry.certain ? '' : ' (perhaps)'}`,
    entry.name,
    whereText(entry),
    entry.history.join(' '),
  ]);
  return [
    `${library} on ${build}: ${verdict}\n`,
    ...seen.map(({ flows }) => `In its attempts it ${whatItDoes(flows)} (${flowCounts(flows)}).\n`),
    ...(extrapolated ? [`Nothing is known of builds outside of ${known.from} to ${known.to}: this is a guess.\n`] : []),
    ...(rows.length > 0 ? ['\n', columns([['stops', 'missing', 'needed in', 'known'], ...rows])] : []),
  ].join('');
}

/** The tables of `surface diff` for two libraries. */
export function renderLibraryDiff(first: string, second: string, diff: LibraryDiff): string {
  const part = (title: string, entries: readonly NamedNeed[]) =>
    section(
      title,
      entries.map((entry) => [shorten(entry.name), stageText(entry), entry.absence, whereText(entry)]),
    );
  return [
    part(`Only ${first} uses`, diff.onlyFirst),
    part(`Only ${second} uses`, diff.onlySecond),
    section(
      'Used by both, but otherwise',
      diff.changed.map(({ first: a, second: b }) => [
        a.name,
        `${stageText(a)}, ${a.absence} -> ${stageText(b)}, ${b.absence}`,
      ]),
    ),
  ].join('\n');
}

/** The lists of `surface diff` for two builds. */
export function renderBuildDiff({ modules, exports, collections, tiers, behaviours }: BuildDiff): string {
  const names = (list: readonly string[]) => list.map((name) => [name]);
  const change = (entry: { from: string; to: string }) => `${entry.from} -> ${entry.to}`;
  return [
    section('Modules removed', names(modules.removed)),
    section('Modules added', names(modules.added)),
    section('Exports removed', names(exports.removed)),
    section('Exports added', names(exports.added)),
    section('Removed from WAWebCollections', names(collections.removed)),
    section('Added to WAWebCollections', names(collections.added)),
    section(
      'Loaded at another time',
      tiers.map((entry) => [entry.module, change(entry)]),
    ),
    section(
      'Behaviour',
      behaviours.map((entry) => [entry.name, change(entry)]),
    ),
  ].join('\n');
}

function section(title: string, rows: readonly string[][]): string {
  if (rows.length === 0) return `${title}: nothing\n`;
  return `${title} (${rows.length})\n${columns(rows.map(([name = '', ...rest]) => [`  ${name}`, ...rest]))}`;
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
