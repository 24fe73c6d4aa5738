import semver from 'semver';
import { sortBuilds } from '../contracts/build-number.ts';
import { andList } from '../words/text.ts';
import type { CellSummary } from './cell-summary.ts';

/**
 * The one sentence that a release engineer needs: which versions work on the newest build of the run, and for those that do
 * not, which is the nearest that does. Only cells without a condition count, on the browser `current` where it was used.
 */
export function summarySentence(summaries: readonly CellSummary[]): string {
  const counted = usualCells(summaries);
  const builds = sortBuilds(counted.map(({ cell }) => cell.build));
  const newest = builds.at(-1);
  if (newest === undefined) return nothingUsual(summaries);
  const where = builds.length === 1 ? `On build ${newest}` : `On the newest build ${newest}`;
  const { working, failing } = versionsOn(newest, counted);
  if (working.length === 0)
    return `${where} no version works${furthest(newest, counted)}; ${lastGoodBuild(builds, counted)}`;
  if (failing.length === 0) return `${where} ${agree(working, 'works', 'work')}.`;
  return `${where} ${agree(working, 'works', 'work')}; ${agree(failing, 'does not', 'do not')}: ${nearest(failing, working)}.`;
}

function nothingUsual(summaries: readonly CellSummary[]): string {
  if (summaries.some(({ made }) => made > 0))
    return 'Every attempt was made under a condition; see what each cell did.';
  return 'Nothing was attempted, so nothing can be said about any version.';
}

function usualCells(summaries: readonly CellSummary[]): CellSummary[] {
  const made = summaries.filter(({ made, cell }) => made > 0 && cell.condition === 'none');
  const browser = made.some(({ cell }) => cell.browser === 'current') ? 'current' : made[0]?.cell.browser;
  return made.filter(({ cell }) => cell.browser === browser);
}

/** A version works on a build when every attempt there passed. What the machine spoiled proves nothing in either direction. */
function versionsOn(build: string, cells: readonly CellSummary[]): { working: string[]; failing: string[] } {
  const there = cells.filter(({ cell }) => cell.build === build);
  const having = (outcome: string) =>
    new Set(there.filter((it) => it.outcome === outcome).map((it) => it.cell.library));
  const failed = having('failed');
  const spoiled = having('infra');
  return {
    working: sortVersions([...having('passed')].filter((version) => !failed.has(version) && !spoiled.has(version))),
    failing: sortVersions([...failed]),
  };
}

function furthest(build: string, cells: readonly CellSummary[]): string {
  const order = ['install', 'launch', 'page', 'qr', 'scan', 'authenticated', 'ready', 'probe', 'close'];
  const failed = cells.filter(({ cell, outcome }) => cell.build === build && outcome === 'failed');
  const reach = ({ phase }: CellSummary) => order.indexOf(phase ?? 'install');
  const best = Math.max(...failed.map(reach));
  const leaders = failed.filter((summary) => reach(summary) === best);
  const first = leaders[0];
  if (!first || leaders.length === failed.length) return '';
  const versions = sortVersions(leaders.map(({ cell }) => cell.library));
  return ` (${agree(versions, 'gets', 'get')} furthest, to the phase ${first.phase})`;
}

function lastGoodBuild(builds: readonly string[], cells: readonly CellSummary[]): string {
  for (const build of builds.toReversed()) {
    const { working } = versionsOn(build, cells);
    if (working.length > 0) return `the newest build on which one does is ${build}, with ${andList(working)}.`;
  }
  return builds.length === 1 ? 'no other build was tried.' : 'nor on any of the older builds that were tried.';
}

function nearest(failing: readonly string[], working: readonly string[]): string {
  const choices = failing.map((version) => ({ version, choice: nearestVersion(version, working) }));
  const first = choices[0]?.choice;
  if (choices.every(({ choice }) => choice === first)) {
    return failing.length === 1
      ? `the nearest version that does is ${first}`
      : `the nearest version for them is ${first}`;
  }
  return choices.map(({ version, choice }) => `for ${version} the nearest that does is ${choice}`).join(', ');
}

/** The smallest newer version, since going back loses fixes; else the greatest older one. */
function nearestVersion(version: string, working: readonly string[]): string | undefined {
  const sorted = sortVersions([...working, version]);
  const place = sorted.indexOf(version);
  return sorted[place + 1] ?? sorted[place - 1];
}

/** By semver; labels that are no versions (folders, tarballs) come last, by name. */
function sortVersions(versions: readonly string[]): string[] {
  return [...new Set(versions)].sort((a, b) => {
    if (semver.valid(a) && semver.valid(b)) return semver.compareBuild(a, b);
    return Number(!semver.valid(a)) - Number(!semver.valid(b)) || a.localeCompare(b);
  });
}

function agree(versions: readonly string[], one: string, many: string): string {
  return `${andList(versions)} ${versions.length === 1 ? one : many}`;
}
