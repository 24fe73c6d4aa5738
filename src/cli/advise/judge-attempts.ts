import { existsSync } from 'node:fs';
import { home } from '../../contracts/home.ts';
import { type Does, type Standing, versionDoes } from '../../contracts/standing.ts';
import type { SwitchValues } from '../../contracts/switches.ts';
import type { JudgedVersion } from '../../surface/nearest-version.ts';
import { flowCounts, whatItDoes } from '../../words/standing.ts';

/** What the attempts of all flows and runs say of libraries on a build; without conditions, on the replica. */
export async function storedStandings(
  build: string,
  browser: string,
  libraries?: string[],
  switches?: SwitchValues,
): Promise<Standing[]> {
  if (!existsSync(home('store.sqlite'))) return [];
  // Loaded where there is something to read only: a database takes as long to load as all else of `surface check`.
  const { openStore } = await import('../../store/open-store.ts');
  const { whileReading } = await import('../../store/reading.ts');
  const store = await openStore();
  try {
    const asked = { libraries, builds: [build], browser, switches, target: 'replica' as const };
    const all = await whileReading(store.file, () => store.standings.of(asked));
    return all.filter(({ flows }) => versionDoes(flows) !== 'unknown');
  } finally {
    await store.close();
  }
}

const verdicts: Record<Does, JudgedVersion['verdict']> = {
  works: 'works',
  fails: 'fails',
  varies: 'unsure',
  unknown: 'unsure',
};

/** A version that fails one of its flows is not one that works. */
export function judgeStanding({ library, flows }: Standing): JudgedVersion {
  const cause = flows.map((flow) => flow.cause).find((text) => text !== null);
  const why = `${whatItDoes(flows)} (${flowCounts(flows)})${cause ? `: ${cause}` : ''}`;
  return { library, verdict: verdicts[versionDoes(flows)], from: 'attempts', why };
}
