import semver from 'semver';
import type { Confidence } from '../contracts/build-data.ts';
import { liveBuild, sortBuilds } from '../contracts/build-number.ts';
import { doubtOf } from '../contracts/doubt-of.ts';
import { phaseSchema } from '../contracts/outcome.ts';
import type { RunInfo } from '../contracts/run.ts';
import { type FlowStanding, flowDoes, type Standing, versionDoes } from '../contracts/standing.ts';
import { chosenText } from '../contracts/switches.ts';
import { buildDate, dataEnd } from '../replica/builds/build-dates.ts';
import { type CellSummary, isOpen } from '../words/cell-summary.ts';
import { buildDoubt, openWords } from '../words/prediction.ts';
import { flowCounts, whatItDoes } from '../words/standing.ts';
import { andList } from '../words/text.ts';
import type { ReportSource } from './report-source.ts';

/** The headline of a run: see `summarySentence`. */
export async function headlineOfRun(
  source: ReportSource,
  run: RunInfo,
  summaries: readonly CellSummary[],
): Promise<string> {
  const cells = usualCells(summaries).flatMap(({ cell }) => (cell.target === 'replica' ? [cell] : []));
  return summarySentence(run, summaries, cells.length === 0 ? [] : await source.standings(cells));
}

/**
 * The sentences that a release engineer needs: what each version of the run does on its newest build, flow by flow, by all attempts
 * that are stored, and for versions that do not work the nearest one that does. Only cells without a condition and with the default switches count, on the
 * browser `current` where it was used. Attempts that were interrupted or spoiled claim nothing about a version.
 * The live site has a sentence of its own, by the attempts of this run only: stored ones met other builds.
 *
 * @param stored what all runs say of the versions and builds of this one on a replica; what is missing is taken from the cells of the run.
 */
export function summarySentence(
  run: RunInfo,
  summaries: readonly CellSummary[],
  stored: readonly Standing[] = [],
): string {
  const counted = usualCells(summaries);
  if (counted.length === 0) return nothingUsual(summaries);
  const at = Date.parse(run.finishedAt ?? run.startedAt);
  const { replica = [], live: onSite = [] } = Object.groupBy(counted, ({ cell }) => cell.target);
  const builds = sortBuilds(replica.map(({ cell }) => cell.build)).map((build) => onBuild(build, replica, stored));
  const newest = builds.at(-1);
  const live = onSite.length === 0 ? [] : [liveSentence(onBuild(liveBuild, onSite, []))];
  if (!newest) return live.join(' ');
  const rest = `${newestSentence(builds, at)}${restSentence(newest)}`;
  return [rest, ...live, dataEndSentence(at)].join(' ');
}

/** What the versions do on the live site, on whatever builds it served. */
function liveSentence(there: OnBuild): string {
  const { cells, groups } = there;
  const met = sortBuilds(cells.flatMap(({ liveBuilds }) => liveBuilds));
  const where = `On the live site${met.length === 0 ? '' : ` (${andList(met)})`}`;
  if (groups.length === 0) return `${where} nothing is known: ${silenceWords('every attempt', there)}.`;
  return `${where} ${groups.map(groupWords).join('; ')}${unknownWords(there)}.`;
}

/** The cells that headlines are about: without a condition, with the default switches, attempted, and all on the same browser. */
function usualCells(summaries: readonly CellSummary[]): CellSummary[] {
  const made = summaries.filter(
    ({ made, cell }) => made > 0 && cell.condition === 'none' && chosenText(cell.switches) === '',
  );
  const browser = made.some(({ cell }) => cell.browser === 'current') ? 'current' : made[0]?.cell.browser;
  return made.filter(({ cell }) => cell.browser === browser);
}

/** How sure the page of a build is, and what of it may be otherwise for a version that works there; empty where that is not known. */
function restSentence({ build, cells, groups }: OnBuild): string {
  const known = cells.find(({ confidence, prediction }) => confidence.build !== null && prediction !== null);
  if (!known?.prediction || known.confidence.build === null) return '';
  const { upTo, after } = known.prediction.read;
  const read = [...new Set([upTo, after])].filter((each) => each !== null && each !== build).map(datedBuild);
  const words: Record<Confidence, string> = {
    read: 'was read in its code',
    reported: `is known from reports${read.length > 0 ? ` since the code of ${read[0]}` : ''}`,
    inferred: `is inferred from the code of ${andList(read)} and reports`,
    assumed: 'is a guess: nothing is known of it',
  };
  const working = groups.filter(({ flows }) => versionDoes(flows) === 'works').flatMap(({ versions }) => versions);
  const open = cells.filter((each) => isOpen(each) && working.includes(each.cell.library));
  const rests = open.flatMap(({ cell, prediction }) =>
    prediction ? doubtOf(prediction).open.map((each) => `${cell.library} rests on ${openWords(each)}`) : [],
  );
  const more = rests.length > 0 ? `; ${[...new Set(rests)].join('; ')}` : '';
  const how =
    known.prediction.behavioursOf === undefined
      ? words[known.confidence.build]
      : buildDoubt(known.confidence.build, known.prediction);
  return ` The page of ${build} ${how}${more}.`;
}

function datedBuild(build: string | null): string {
  const dated = build === null ? null : buildDate(build);
  return dated ? `${build} (${dated.date})` : String(build);
}

function nothingUsual(summaries: readonly CellSummary[]): string {
  if (summaries.some(({ made }) => made > 0))
    return 'Every attempt was made under a condition or with switches; see what each cell did.';
  return 'Nothing was attempted, so nothing is known about any version.';
}

/** What is known of the versions of the run on one of its builds. */
interface OnBuild {
  build: string;
  cells: CellSummary[];
  /** Versions that do the same, flow by flow; those that work first. */
  groups: Group[];
  /** Versions of which no attempt of the run says anything. */
  silent: string[];
}

interface Group {
  versions: string[];
  /** Added up over the versions. */
  flows: FlowStanding[];
}

function onBuild(build: string, counted: readonly CellSummary[], stored: readonly Standing[]): OnBuild {
  const cells = counted.filter(({ cell }) => cell.build === build);
  const byLibrary = Map.groupBy(cells, ({ cell }) => cell.library);
  const silent: string[] = [];
  const standings: Standing[] = [];
  for (const [library, its] of byLibrary) {
    if (its.every(({ passed, failed }) => passed + failed === 0)) silent.push(library);
    else standings.push(allOf(standingOf(its), stored));
  }
  return { build, cells, groups: groupsOf(standings), silent: sortVersions(silent) };
}

/** All attempts, unless the store lacks some of this run: what could not be stored must not make a failure look like none. */
function allOf(own: Standing, stored: readonly Standing[]): Standing {
  const found = stored.find(({ library, build }) => library === own.library && build === own.build);
  const has = (flow: FlowStanding) => {
    const all = found?.flows.find((one) => one.flow === flow.flow);
    return all !== undefined && all.passed >= flow.passed && all.failed >= flow.failed;
  };
  return found && own.flows.every(has) ? found : own;
}

function standingOf(cells: readonly CellSummary[]): Standing {
  const { library, build } = (cells[0] as CellSummary).cell;
  const flows = cells.map(({ cell, made, passed, failed, code, cause }) => {
    return { flow: cell.flow, passed, failed, spoiled: made - passed - failed, code, cause: cause?.message ?? null };
  });
  return { library, build, flows };
}

function groupsOf(standings: readonly Standing[]): Group[] {
  const described = standings.map(({ library, flows }) => ({
    library,
    flows: flows.filter((flow) => flowDoes(flow) !== 'unknown'),
  }));
  const groups = [...Map.groupBy(described, ({ flows }) => whatItDoes(flows)).values()].map((members) => ({
    versions: sortVersions(members.map(({ library }) => library)),
    flows: addUp(members.map(({ flows }) => flows)),
  }));
  const rank = ({ flows }: Group) => (versionDoes(flows) === 'works' ? 0 : 1);
  return groups.sort((a, b) => rank(a) - rank(b) || compareVersions(a.versions[0] ?? '', b.versions[0] ?? ''));
}

function addUp([first = [], ...rest]: readonly FlowStanding[][]): FlowStanding[] {
  return first.map((flow) => {
    const others = rest.flatMap((flows) => flows.filter((other) => other.flow === flow.flow));
    const sum = (key: 'passed' | 'failed') => others.reduce((total, other) => total + other[key], flow[key]);
    return { ...flow, passed: sum('passed'), failed: sum('failed') };
  });
}

function newestSentence(builds: readonly OnBuild[], at: number): string {
  const newest = builds.at(-1) as OnBuild;
  const where = `On ${builds.length === 1 ? '' : 'the newest '}build ${newest.build}${ageWords(newest.build, at)}`;
  if (newest.groups.length > 0) return `${where} ${onBuildWords(newest, builds.slice(0, -1))}.`;
  const described = builds.findLast(({ groups }) => groups.length > 0);
  const silence = `${where} nothing is known: ${silenceWords('every attempt', newest)}.`;
  if (!described) return silence;
  const place = `On build ${described.build}${ageWords(described.build, at)}`;
  return `${silence} ${place} ${onBuildWords(described, builds.slice(0, builds.indexOf(described)))}.`;
}

function onBuildWords(there: OnBuild, older: readonly OnBuild[]): string {
  const { groups, silent } = there;
  const working = groups.filter(({ flows }) => versionDoes(flows) === 'works').flatMap(({ versions }) => versions);
  const failing = groups.filter(({ flows }) => versionDoes(flows) !== 'works').flatMap(({ versions }) => versions);
  const doNothing = groups.every(({ flows }) => flows.every((flow) => flowDoes(flow) === 'fails'));
  const advice = working.length > 0 ? nearest(failing, working) : `; ${lastGoodBuild(older)}`;
  const unknown = unknownWords(there);
  const claim =
    doNothing && failing.length > 1 && silent.length === 0
      ? `no version works${furthest(there.cells)}`
      : groups.map(groupWords).join('; ');
  return `${claim}${advice}${unknown}`;
}

function unknownWords(there: OnBuild): string {
  const { silent } = there;
  return silent.length === 0 ? '' : `; of ${andList(silent)} nothing is known: ${silenceWords('it', there)}`;
}

/** Passing versions, with the number of attempts of each flow. */
function groupWords({ versions, flows }: Group): string {
  const many = versions.length;
  const counts = flows.some(({ passed }) => passed > 0) ? ` (${flowCounts(flows)})` : '';
  const does = versionDoes(flows) === 'works' ? (many === 1 ? 'works' : 'work') : whatItDoes(flows, many);
  return `${andList(versions)} ${does}${counts}`;
}

function silenceWords(what: string, { cells, silent }: OnBuild): string {
  const described = cells.filter(({ cell }) => silent.includes(cell.library));
  const subject = what === 'it' ? (silent.length === 1 ? 'its attempts were' : 'their attempts were') : `${what} was`;
  return `${subject} ${spoiledBy(new Set(described.map(({ code }) => code)))}`;
}

function spoiledBy(codes: ReadonlySet<string | null>): string {
  const [code] = codes.size === 1 ? codes : [];
  if (code === 'interrupted') return 'interrupted';
  return code === 'limit-reached' ? 'refused by the limits of the accounts' : 'spoiled by the harness or the machine';
}

/** The version that came furthest before it failed, where it is not all of them. */
function furthest(cells: readonly CellSummary[]): string {
  const failed = cells.filter((summary) => summary.failed > 0);
  const reach = ({ phase }: CellSummary) => phaseSchema.options.indexOf(phase ?? 'install');
  const best = Math.max(...failed.map(reach));
  const leaders = failed.filter((summary) => reach(summary) === best);
  const first = leaders[0];
  if (!first || leaders.length === failed.length) return '';
  const versions = sortVersions(leaders.map(({ cell }) => cell.library));
  return ` (${andList(versions)} ${versions.length === 1 ? 'gets' : 'get'} furthest, to the phase ${first.phase})`;
}

function lastGoodBuild(older: readonly OnBuild[]): string {
  for (const { build, groups } of older.toReversed()) {
    const working = groups.filter(({ flows }) => versionDoes(flows) === 'works').flatMap(({ versions }) => versions);
    if (working.length > 0)
      return `the newest build on which one works is ${build}, with ${andList(sortVersions(working))}`;
  }
  return older.length === 0 ? 'no other build was tried' : 'none works on any of the older builds that were tried';
}

function nearest(failing: readonly string[], working: readonly string[]): string {
  if (failing.length === 0) return '';
  const choices = failing.map((version) => ({ version, choice: nearestVersion(version, working) }));
  const first = choices[0]?.choice;
  if (choices.every(({ choice }) => choice === first)) {
    return failing.length === 1 ? `: the nearest that works is ${first}` : `: the nearest for them is ${first}`;
  }
  return `: ${choices.map(({ version, choice }) => `for ${version} the nearest that works is ${choice}`).join(', ')}`;
}

/** The smallest newer version, since going back loses fixes; else the greatest older one. */
function nearestVersion(version: string, working: readonly string[]): string | undefined {
  const sorted = sortVersions([...working, version]);
  const place = sorted.indexOf(version);
  return sorted[place + 1] ?? sorted[place - 1];
}

/** By semver; labels that are no versions come last, by name. */
function sortVersions(versions: readonly string[]): string[] {
  return [...new Set(versions)].sort(compareVersions);
}

function compareVersions(a: string, b: string): number {
  if (semver.valid(a) && semver.valid(b)) return semver.compareBuild(a, b);
  return Number(!semver.valid(a)) - Number(!semver.valid(b)) || a.localeCompare(b);
}

/** ` (2026-08-10, 110 days old)`; empty for a build whose date is not known. */
function ageWords(build: string, at: number): string {
  const dated = buildDate(build);
  if (!dated) return '';
  const days = daysBetween(dated.date, at);
  return ` (${dated.exact ? '' : 'about '}${dated.date}, ${days} ${days === 1 ? 'day' : 'days'} old)`;
}

function dataEndSentence(at: number): string {
  const end = dataEnd();
  const days = daysBetween(end, at);
  return `WhatsApp Web data ends ${end}, ${days} ${days === 1 ? 'day' : 'days'} ago.`;
}

function daysBetween(date: string, at: number): number {
  return Math.floor((at - Date.parse(date)) / (24 * 60 * 60 * 1000));
}
