import type { Kysely, Selectable } from 'kysely';
import { type BuildFinding, buildFindingSchema } from '../contracts/build-finding.ts';
import type { BuildSource, LiveBuildRow, LiveBuildStep, Tables } from './tables.ts';

/** A build of a page that was captured. Times are milliseconds since 1970. */
export interface LiveBuild {
  build: string;
  seenAt: number;
  step: LiveBuildStep;
  finding: BuildFinding;
  notifiedAt: number | null;
}

/** The looks at the live site so far. Times are milliseconds since 1970. */
export interface Looks {
  lookedAt: number;
  /** The last look that read a page of WhatsApp Web; null for none. */
  answeredAt: number | null;
  /** The build of that page. */
  build: string | null;
  /** Looks without such a page since then. */
  failures: number;
  /** Why the last look read none. */
  trouble: string | null;
  /** When the next look is due. */
  nextAt: number;
}

/**
 * The repository of the tables `live_builds` and `live_looks`. It sees only builds of its source: a page of the live site is never compared
 * with a saved one, and figures are those of the live site. One process at a time looks and writes them.
 */
export class LiveBuilds {
  readonly #db: Kysely<Tables>;
  readonly #source: BuildSource;

  constructor(db: Kysely<Tables>, source: BuildSource) {
    this.#db = db;
    this.#source = source;
  }

  /** Null before the first look. */
  async looks(): Promise<Looks | null> {
    const row = await this.#db.selectFrom('live_looks').selectAll().executeTakeFirst();
    if (!row) return null;
    const { looked_at: lookedAt, answered_at: answeredAt, next_at: nextAt, build, failures, trouble } = row;
    return { lookedAt, answeredAt, build, failures, trouble, nextAt };
  }

  async keepLooks({ lookedAt, answeredAt, nextAt, build, failures, trouble }: Looks): Promise<void> {
    const row = { looked_at: lookedAt, answered_at: answeredAt, next_at: nextAt, build, failures, trouble };
    await this.#db
      .insertInto('live_looks')
      .values({ id: 1, ...row })
      .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
      .execute();
  }

  /** Null for a build that was not seen yet. */
  async of(build: string): Promise<LiveBuild | null> {
    const row = await this.#selected().where('build', '=', build).executeTakeFirst();
    return row ? fromRow(row) : null;
  }

  /** Those that were seen last, the newest first. */
  async newest(limit: number): Promise<LiveBuild[]> {
    const query = this.#selected().orderBy('seen_at', 'desc').orderBy('build', 'desc');
    return (await query.limit(limit).execute()).map(fromRow);
  }

  /** The one that was seen first of those whose finding is not complete; null for none. */
  async unfinished(): Promise<LiveBuild | null> {
    const query = this.#selected().where('step', '<>', 'found').orderBy('seen_at');
    const row = await query.executeTakeFirst();
    return row ? fromRow(row) : null;
  }

  /** Those with a complete finding that no webhook has accepted, seen from a time on, the oldest first. */
  async notNotified(since: number): Promise<LiveBuild[]> {
    const query = this.#selected()
      .where('step', '=', 'found')
      .where('notified_at', 'is', null)
      .where('seen_at', '>=', since);
    return (await query.orderBy('seen_at').execute()).map(fromRow);
  }

  /** Writes down how far a build is. */
  async keep({ build, seenAt, step, finding }: Omit<LiveBuild, 'notifiedAt'>): Promise<void> {
    const row = { step, finding: JSON.stringify(finding) };
    await this.#db
      .insertInto('live_builds')
      .values({ source: this.#source, build, seen_at: seenAt, ...row, notified_at: null })
      .onConflict((conflict) => conflict.columns(['source', 'build']).doUpdateSet(row))
      .execute();
  }

  /** False where another process has marked it in the meantime. */
  async markNotified(build: string, at: number): Promise<boolean> {
    const row = this.#changed(build).where('notified_at', 'is', null);
    const { numUpdatedRows } = await row.set({ notified_at: at }).executeTakeFirst();
    return numUpdatedRows > 0n;
  }

  /** Takes `markNotified` back. */
  async markRefused(build: string): Promise<void> {
    await this.#changed(build).set({ notified_at: null }).execute();
  }

  #selected() {
    return this.#db.selectFrom('live_builds').selectAll().where('source', '=', this.#source);
  }

  #changed(build: string) {
    return this.#db.updateTable('live_builds').where('source', '=', this.#source).where('build', '=', build);
  }
}

function fromRow({ build, seen_at, step, finding, notified_at }: Selectable<LiveBuildRow>): LiveBuild {
  return {
    build,
    seenAt: seen_at,
    step,
    finding: buildFindingSchema.parse(JSON.parse(finding)),
    notifiedAt: notified_at,
  };
}
