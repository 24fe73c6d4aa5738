import {
  type BuildFinding,
  isEarlier,
  isWhole,
  type Tried,
  type TriedFlow,
  takesSomething,
  type VersionChange,
} from '../contracts/build-finding.ts';
import type { Outcome } from '../contracts/outcome.ts';
import type { MissingKind } from '../contracts/surface-check.ts';
import { flowCounts, whatItDoes } from './standing.ts';
import { andList, plural } from './text.ts';

/** So many names are in a sentence; of more, the number is. */
const namesShown = 3;

/**
 * The one sentence about a build: `2.3000.1 of 2026-11-29: WAWebChatForwardMessage became lazy; 1.34.5 to 1.34.7 lose Message.forward; on a
 * replica of it 1.34.5 to 1.34.7 link (link 3 of 3)`.
 */
export function buildSentence(finding: BuildFinding): string {
  const { build, date, versions, unread, replayed, live, worse, drift, capture } = finding;
  const order = versions.map(({ library }) => library);
  const lost = lossWords(versions, order);
  const isUnknown = versions.length === 0 && unread.length > 0;
  const noLoss = isUnknown ? [] : ['no version loses a step or a method by its source'];
  const parts = [
    ...nameWords(versions),
    ...(lost.length > 0 ? lost : noLoss),
    ...regainWords(versions, order),
    ...(unread.length > 0 ? [`${andList(unread.map(({ library }) => library))} could not be read`] : []),
    ...(replayed ? triedWords(replayed, order, 'on a replica of it') : []),
    ...worseWords(worse, 'replica'),
    ...(live ? triedWords(live, order, 'on the live site') : []),
    ...worseWords(worse, 'live'),
    ...(drift.length > 0
      ? [`${shown(drift.map(({ behaviour, data, seen }) => `${behaviour} is ${seen}, and the data says ${data}`))}`]
      : []),
    ...(capture.complete ? [] : [`${plural(capture.findings, 'part')} of its page could not be read`]),
    ...(capture.standIn ? ['its page stood in for the live site'] : []),
  ];
  return `${build} of ${date}: ${parts.join('; ')}`;
}

function worseWords(worse: BuildFinding['worse'], where: 'replica' | 'live'): string[] {
  const its = worse.filter(({ on }) => on === where).map(({ library, flow }) => `${library} in ${flow}`);
  return its.length === 0 ? [] : [`worse than ${where === 'live' ? 'with' : 'on'} the build before: ${shown(its)}`];
}

/**
 * What a finding comes to in a few words, with the outcome whose colour they have.
 *
 * @param isComplete false while attempts on the build are still to come
 */
export function findingMark(finding: BuildFinding, isComplete: boolean): { words: string; outcome: Outcome } {
  if (takesSomething(finding)) return { words: 'versions lose something', outcome: 'failed' };
  if (!isComplete || !isWhole(finding)) return { words: 'not all is known', outcome: 'infra' };
  return { words: 'no loss is known', outcome: 'passed' };
}

/** The versions for which the build changes something, for better or worse, as far as it is known. */
export function touchedVersions({ versions }: Pick<BuildFinding, 'versions'>): VersionChange[] {
  return versions.filter(({ stops, lost, regained, doubtful, missing, found }) => {
    const names = [lost, regained, doubtful, missing, found].some((each) => each.length > 0);
    return names || stops.before !== stops.after;
  });
}

const changeWords: Record<MissingKind, string> = {
  absent: 'is gone',
  lazy: 'became lazy',
  argument: 'is called otherwise',
  behaviour: 'works otherwise',
};

/** What changed of the names that versions need: those first that most versions miss. */
function nameWords(versions: readonly VersionChange[]): string[] {
  const missing = versions.flatMap((version) => version.missing);
  const byKind = Map.groupBy(missing, ({ kind }) => kind);
  return [...byKind].map(([kind, its]) => {
    const counts = Map.groupBy(its, ({ name }) => name);
    const names = [...counts].sort(([, a], [, b]) => b.length - a.length).map(([name]) => name);
    const [verb, ...rest] = changeWords[kind].split(' ');
    const words = names.length === 1 ? changeWords[kind] : [plurals[verb as string] ?? verb, ...rest].join(' ');
    return `${shown(names)} ${words}`;
  });
}

const plurals: Readonly<Record<string, string>> = { is: 'are', works: 'work' };

/** `1.34.5 to 1.34.7 lose Message.forward`, `1.25.0 does not get to ready`. */
function lossWords(versions: readonly VersionChange[], order: readonly string[]): string[] {
  const groups = Map.groupBy(
    versions.filter(({ stops, lost }) => lost.length > 0 || isEarlier(stops.after, stops.before)),
    ({ stops, lost }) => JSON.stringify([isEarlier(stops.after, stops.before) ? stops.after : null, lost]),
  );
  return [...groups.values()].map((group) => {
    const [{ stops, lost }] = group as [VersionChange, ...VersionChange[]];
    const one = group.length === 1;
    const parts = [
      ...(isEarlier(stops.after, stops.before) ? [`${one ? 'does' : 'do'} not pass ${stops.after}`] : []),
      ...(lost.length > 0 ? [`${one ? 'loses' : 'lose'} ${shown(lost)}`] : []),
    ];
    return `${rangeWords(namesOf(group), order)} ${andList(parts)}`;
  });
}

function regainWords(versions: readonly VersionChange[], order: readonly string[]): string[] {
  const groups = Map.groupBy(
    versions.filter(({ stops, regained }) => regained.length > 0 || isEarlier(stops.before, stops.after)),
    ({ stops, regained }) => JSON.stringify([isEarlier(stops.before, stops.after) ? stops.before : null, regained]),
  );
  return [...groups.values()].map((group) => {
    const [{ stops, regained }] = group as [VersionChange, ...VersionChange[]];
    const one = group.length === 1;
    const parts = [
      ...(isEarlier(stops.before, stops.after) ? [`${one ? 'passes' : 'pass'} ${stops.before} again`] : []),
      ...(regained.length > 0 ? [`${one ? 'has' : 'have'} ${shown(regained)} again`] : []),
    ];
    return `${rangeWords(namesOf(group), order)} ${andList(parts)}`;
  });
}

/** What versions did in attempts, those together that did the same, and why not all were made. */
function triedWords({ flows, note }: Tried, order: readonly string[], where: string): string[] {
  const judged = flows.filter(({ passed, failed }) => passed + failed > 0);
  const byVersion = [...Map.groupBy(judged, ({ library }) => library)];
  const groups = Map.groupBy(byVersion, ([, its]) => whatItDoes(its));
  const words = [...groups.values()].map((group) => {
    const versions = group.map(([library]) => library);
    const all = group.flatMap(([, its]) => its);
    const sums = [...Map.groupBy(all, ({ flow }) => flow).values()].map((its) => ({
      ...(its[0] as TriedFlow),
      passed: sum(its, 'passed'),
      failed: sum(its, 'failed'),
    }));
    return `${rangeWords(versions, order)} ${whatItDoes(sums, versions.length)} (${flowCounts(sums)})`;
  });
  return [...(words.length === 0 ? [] : [`${where} ${words.join(', ')}`]), ...(note === null ? [] : [note])];
}

const sum = (flows: readonly TriedFlow[], key: 'passed' | 'failed') =>
  flows.reduce((total, flow) => total + flow[key], 0);

const namesOf = (versions: readonly VersionChange[]) => versions.map(({ library }) => library);

/**
 * `1.34.5 to 1.34.7` for three or more releases in a row without a gap, else a list: of a version in between that is not there, nothing is
 * known.
 */
function rangeWords(versions: readonly string[], order: readonly string[]): string {
  const inOrder = order.filter((version) => versions.includes(version));
  const rows: string[][] = [];
  for (const version of [...inOrder, ...versions.filter((other) => !order.includes(other))]) {
    const row = rows.at(-1);
    if (row && isNextRelease(version, row.at(-1) as string)) row.push(version);
    else rows.push([version]);
  }
  return andList(rows.flatMap((row) => (row.length < 3 ? row : [`${row[0]} to ${row.at(-1)}`])));
}

/** Whether no release can be between two: `1.34.6` after `1.34.5`. */
function isNextRelease(version: string, before: string): boolean {
  const [release, earlier] = [releasePattern.exec(version), releasePattern.exec(before)];
  return release !== null && release[1] === earlier?.[1] && Number(release[2]) === Number(earlier?.[2]) + 1;
}

const releasePattern = /^(\d+\.\d+)\.(\d+)$/;

function shown(names: readonly string[]): string {
  const more = names.length - namesShown;
  return more > 0 ? `${names.slice(0, namesShown).join(', ')} and ${more} more` : andList(names);
}
