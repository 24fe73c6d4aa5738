import { existsSync } from 'node:fs';
import type { ReportedBuild } from '../../contracts/build-origin.ts';
import { home } from '../../contracts/home.ts';
import type { Prediction } from '../../contracts/prediction.ts';
import { type Does, type Standing, versionDoes } from '../../contracts/standing.ts';
import type { Surface } from '../../contracts/surface.ts';
import type { SwitchValues } from '../../contracts/switches.ts';
import { buildOrigin } from '../../replica/builds/build-origin.ts';
import { reportedBuild } from '../../report/reported-builds.ts';
import type { Store } from '../../store/open-store.ts';
import type { JudgedVersion } from '../../surface/nearest-version.ts';
import { flowCounts, whatItDoes } from '../../words/standing.ts';

/** A standing with what was predicted for its newest attempt. */
export interface StoredStanding extends Standing {
  prediction: Prediction | null;
}

/** What the attempts of all flows and runs say of libraries on a build; without conditions, on the replica. */
export async function storedStandings(
  build: string,
  browser: string,
  libraries?: string[],
  switches?: SwitchValues,
): Promise<StoredStanding[]> {
  const asked = { libraries, builds: [build], browser, switches, target: 'replica' as const };
  const stored = await askStore(async (store) => {
    const known = (await store.standings.of(asked)).filter(({ flows }) => versionDoes(flows) !== 'unknown');
    return Promise.all(
      known.map(async (standing) => ({
        ...standing,
        prediction: await newestPrediction(store, standing, { browser, switches }),
      })),
    );
  });
  return stored ?? [];
}

/** How old a build is, from where it is known, and what of it was seen live, by the data in effect and the attempts in the store. */
export async function knownBuild(surface: Surface): Promise<ReportedBuild> {
  const { build } = surface;
  const [live = null] = (await askStore((store) => store.standings.onLiveSite([build]))) ?? [];
  return reportedBuild(build, {
    ...{ target: 'replica', at: new Date().toISOString() },
    ...{ origin: buildOrigin(surface), live },
  });
}

/** Null where there is no store. */
async function askStore<Answer>(ask: (store: Store) => Promise<Answer>): Promise<Answer | null> {
  if (!existsSync(home('store.sqlite'))) return null;
  // Loaded where there is something to read only: a database takes as long to load as all else of `surface check`.
  const { openStore } = await import('../../store/open-store.ts');
  const { whileReading } = await import('../../store/reading.ts');
  const store = await openStore();
  try {
    return await whileReading(store.file, () => ask(store));
  } finally {
    await store.close();
  }
}

const ever = { since: '0000', until: '9999' };

async function newestPrediction(
  store: Store,
  { library, build, flows }: Standing,
  { browser, switches = {} }: { browser: string; switches: SwitchValues | undefined },
): Promise<Prediction | null> {
  const found = await Promise.all(
    flows.map(({ flow }) =>
      store.judgedCells.newestPrediction(
        { library, build, browser, flow, condition: 'none', switches, target: 'replica' },
        ever,
      ),
    ),
  );
  const made = found.flatMap((each) => each ?? []);
  return made.toSorted((a, b) => (a.by.startedAt < b.by.startedAt ? -1 : 1)).at(-1)?.prediction ?? null;
}

const verdicts: Record<Does, JudgedVersion['verdict']> = {
  works: 'works',
  fails: 'fails',
  varies: 'unsure',
  unknown: 'unsure',
};

/** A version that fails one of its flows is not one that works. */
export function judgeStanding({ library, flows, prediction }: StoredStanding): JudgedVersion {
  const cause = flows.map((flow) => flow.cause).find((text) => text !== null);
  const why = `${whatItDoes(flows)} (${flowCounts(flows)})${cause ? `: ${cause}` : ''}`;
  return { library, verdict: verdicts[versionDoes(flows)], from: 'attempts', why, prediction };
}
