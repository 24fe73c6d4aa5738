import { liveBuild, sortBuilds } from '../contracts/build-number.ts';
import type { BuildOrigin, LiveTried } from '../contracts/build-origin.ts';
import type { Target } from '../contracts/outcome.ts';
import type { CellReport } from '../contracts/run.ts';
import type { Verdict } from '../contracts/verdict.ts';
import { reportedBuild, weakestOrigin } from '../report/reported-builds.ts';
import type { Store } from '../store/open-store.ts';
import { summarizeReport } from '../words/cell-summary.ts';

/** What is asked of the builds of a verdict. */
interface KnownBuilds {
  origins(builds: readonly string[]): Promise<BuildOrigin[]>;
  /** Null where no store is asked. */
  onLiveSite(builds: readonly string[]): Promise<LiveTried[] | null>;
}

/** By the attempts of both versions in a store. */
export function buildsInStore({ standings }: Store, { baseline, candidate }: Verdict): KnownBuilds {
  return {
    origins: (builds) => standings.origins([baseline, candidate], builds),
    onLiveSite: (builds) => standings.onLiveSite(builds),
  };
}

/** By saved reports, which say nothing of attempts of other runs. */
export function buildsInReports(cells: readonly CellReport[]): KnownBuilds {
  const summaries = cells.map(summarizeReport);
  return {
    origins: async (builds) =>
      builds.flatMap((build) => weakestOrigin(summaries.filter(({ cell }) => cell.build === build)) ?? []),
    onLiveSite: async () => null,
  };
}

/** The verdict with how old its builds are, from where they are known, and what of them was seen live. */
export async function withBuilds(verdict: Verdict, target: Target, known: KnownBuilds): Promise<Verdict> {
  const judged = verdict.flows.flatMap(({ cells }) => cells.map(({ place }) => place.build));
  const builds = sortBuilds(judged).filter((build) => build !== liveBuild);
  const origins = target === 'live' ? [] : await known.origins(builds);
  const live = await known.onLiveSite(builds);
  return {
    ...verdict,
    builds: builds.map((build) =>
      reportedBuild(build, {
        ...{ target, at: verdict.askedAt },
        origin: origins.find((origin) => origin.build === build) ?? null,
        live: live?.find((each) => each.build === build) ?? null,
      }),
    ),
  };
}
