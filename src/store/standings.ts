import { type Kysely, sql } from 'kysely';
import { type BuildOrigin, buildOriginSchema, type LiveTried } from '../contracts/build-origin.ts';
import type { Blame, Outcome, Target } from '../contracts/outcome.ts';
import type { FlowStanding, Standing } from '../contracts/standing.ts';
import { type SwitchValues, switchesText } from '../contracts/switches.ts';
import type { Tables } from './tables.ts';

/** Whose attempts are counted; a list that is left out matches everything. */
export interface StandingFilter {
  libraries?: readonly string[] | undefined;
  builds: readonly string[];
  browser: string;
  /** The defaults when left out. */
  switches?: SwitchValues | undefined;
  target: Target;
}

/** Attempts that ended in the same way. */
interface Count {
  library: string;
  build: string;
  flow: string;
  outcome: Outcome;
  code: string | null;
  blame: Blame | null;
  attempts: number;
  newest: number;
}

/** Attempts on the live site that ended in the same way. */
interface LiveCount {
  build: string;
  library: string;
  outcome: 'passed' | 'failed';
  attempts: number;
  newest: string;
}

/** What the attempts of all runs say of libraries on builds. The database counts; only the causes are read from records. */
export class Standings {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  /** One entry for each library and build that has an attempt without a condition, with exactly these switches. */
  async of({ libraries, builds, browser, switches = {}, target }: StandingFilter): Promise<Standing[]> {
    const ofLibraries = libraries ? sql`library in (${sql.join(libraries)})` : sql`true`;
    const { rows } = await sql<Count>`
      select library, build, flow, outcome, code, blame, count(*) as attempts, max(seq) as newest
      from attempts indexed by attempts_judged
      where ${ofLibraries} and target = ${target} and build in (${sql.join(builds)})
        and browser = ${browser} and "condition" = 'none' and switches = ${switchesText(switches)}
      group by library, build, flow, outcome, code, blame
      order by library, build, flow`.execute(this.#db);
    const standings = Map.groupBy(rows, ({ library, build }) => JSON.stringify([library, build]));
    return Promise.all(
      [...standings.values()].map(async (counts) => {
        const { library, build } = counts[0] as Count;
        const flows = [...Map.groupBy(counts, ({ flow }) => flow)];
        return { library, build, flows: await Promise.all(flows.map(([flow, its]) => this.#flow(flow, its))) };
      }),
    );
  }

  /**
   * What attempts on the live site came to whose page was of one of these builds from the start to the end, build by
   * build. An index finds them: reading every record would take a minute in a store of a year.
   */
  async onLiveSite(builds: readonly string[]): Promise<LiveTried[]> {
    if (builds.length === 0) return [];
    const { rows } = await sql<LiveCount>`
      select record ->> '$.live.builds[0]' as build, library, outcome, count(*) as attempts, max(started_at) as newest
      from attempts
      where seq in (select seq from attempts indexed by attempts_judged where target = 'live')
        and outcome in ('passed', 'failed') and blame is not 'harness'
        and json_array_length(record, '$.live.builds') = 1 and record ->> '$.live.builds[0]' in (${sql.join(builds)})
      group by 1, library, outcome
      order by 1, library`.execute(this.#db);
    return builds.map((build) => {
      const counts = rows.filter((row) => row.build === build);
      const sum = (outcome: LiveCount['outcome']) =>
        counts.reduce((total, each) => total + (each.outcome === outcome ? each.attempts : 0), 0);
      return {
        build,
        passed: sum('passed'),
        failed: sum('failed'),
        libraries: [...new Set(counts.map(({ library }) => library))],
        newestAt:
          counts
            .map(({ newest }) => newest)
            .sort()
            .at(-1) ?? null,
      };
    });
  }

  /** From where builds are known by the newest attempt of these libraries on a replica of each, with the default switches. */
  async origins(libraries: readonly string[], builds: readonly string[]): Promise<BuildOrigin[]> {
    if (builds.length === 0) return [];
    const { rows } = await sql<{ origin: string | null }>`
      select record ->> '$.origin' as origin
      from attempts
      where seq in (
        select max(seq)
        from attempts indexed by attempts_judged
        where library in (${sql.join(libraries)}) and target = 'replica' and build in (${sql.join(builds)})
          and switches = ${switchesText({})}
        group by build)`.execute(this.#db);
    return rows.flatMap(({ origin }) => buildOriginSchema.safeParse(JSON.parse(origin ?? 'null')).data ?? []);
  }

  async #flow(flow: string, counts: readonly Count[]): Promise<FlowStanding> {
    const failures = counts.filter(isFailure);
    const sum = (some: readonly Count[]) => some.reduce((total, { attempts }) => total + attempts, 0);
    const passed = sum(counts.filter(({ outcome }) => outcome === 'passed'));
    const failed = sum(failures);
    const [most] = failures.toSorted((a, b) => b.attempts - a.attempts || b.newest - a.newest);
    const cause = most ? await this.#cause(most.newest) : null;
    return { flow, passed, failed, spoiled: sum(counts) - passed - failed, code: most?.code ?? null, cause };
  }

  async #cause(seq: number): Promise<string | null> {
    const row = await this.#db
      .selectFrom('attempts')
      .select(sql<string | null>`record ->> '$.cause.message'`.as('message'))
      .where('seq', '=', seq)
      .executeTakeFirst();
    return row?.message?.split('\n')[0] ?? null;
  }
}

/** A failure that is the harness's own, such as a mistake in the flow, is not one of the library. */
function isFailure({ outcome, blame }: Pick<Count, 'outcome' | 'blame'>): boolean {
  return outcome === 'failed' && blame !== 'harness';
}
