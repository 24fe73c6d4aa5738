import { liveBuild, sortBuilds } from '../contracts/build-number.ts';
import type { BuildOrigin, ReportedBuild } from '../contracts/build-origin.ts';
import type { RunInfo } from '../contracts/run.ts';
import { chosenText } from '../contracts/switches.ts';
import { buildDate } from '../replica/builds/build-dates.ts';
import { seenLive } from '../words/build-origin.ts';
import type { CellSummary } from '../words/cell-summary.ts';
import type { ReportSource } from './report-source.ts';

const dayMs = 24 * 60 * 60 * 1000;

/**
 * The builds of a run from old to new: how old each was at the end of the run, from where its page is known, and what of it was seen live. On the live site
 * they are the builds that attempts met.
 */
export async function reportedBuilds(
  source: Pick<ReportSource, 'onLiveSite'>,
  run: RunInfo,
  summaries: readonly CellSummary[],
): Promise<ReportedBuild[]> {
  const met = new Set(summaries.flatMap((summary) => summary.liveBuilds));
  const planned = summaries.map(({ cell }) => cell.build).filter((build) => build !== liveBuild);
  const builds = sortBuilds([...planned, ...met]);
  const live = await source.onLiveSite(builds);
  return builds.map((build) =>
    reportedBuild(build, {
      target: met.has(build) ? 'live' : 'replica',
      at: run.finishedAt ?? run.startedAt,
      origin: weakestOrigin(summaries.filter(({ cell }) => cell.build === build)),
      live: live?.find((each) => each.build === build) ?? null,
    }),
  );
}

/** @param at the time that its age is measured to, in ISO form */
export function reportedBuild(
  build: string,
  { at, ...known }: Pick<ReportedBuild, 'target' | 'origin' | 'live'> & { at: string },
): ReportedBuild {
  const date = known.origin?.date ?? buildDate(build)?.date ?? null;
  const ageDays = date === null ? null : Math.max(0, Math.floor((Date.parse(at) - Date.parse(date)) / dayMs));
  return { build, date, ageDays, ...known };
}

/**
 * With the default switches where there are such cells. Of records that differ, as those of machines with other captures, the one counts of
 * which least was seen live.
 */
export function weakestOrigin(summaries: readonly CellSummary[]): BuildOrigin | null {
  const known = summaries.filter(({ origin }) => origin !== null);
  const usual = known.filter(({ cell }) => chosenText(cell.switches) === '');
  const origins = (usual.length > 0 ? usual : known).map(({ origin }) => origin as BuildOrigin);
  return origins.toSorted((a, b) => seenLive(a).length - seenLive(b).length)[0] ?? null;
}
