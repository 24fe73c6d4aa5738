import type { Kysely } from 'kysely';
import type { Verdict, VerdictWord } from '../contracts/verdict.ts';
import type { Tables } from './tables.ts';

/** What is shown of the newest verdict on a candidate. */
export interface LastVerdict {
  /** ISO 8601. */
  at: string;
  baseline: string;
  candidate: string;
  verdict: VerdictWord;
  flows: Verdict['flows'];
}

/** The repository of the table `verdicts`. */
export class Verdicts {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  async add(verdict: Verdict, at: string): Promise<void> {
    const { baseline, candidate, rule } = verdict;
    const narrowed = verdict.narrowing ? 1 : 0;
    const row = { at, baseline, candidate, verdict: verdict.verdict, rule, narrowed, record: JSON.stringify(verdict) };
    await this.#db.insertInto('verdicts').values(row).execute();
  }

  /** The newest verdict of each pair of versions on everything that was known of them: one on some builds only is another matter. */
  async newest(): Promise<LastVerdict[]> {
    const rows = await this.#db
      .selectFrom('verdicts')
      .selectAll()
      .where('id', 'in', (inner) =>
        inner
          .selectFrom('verdicts')
          .select((select) => select.fn.max('id').as('id'))
          .where('narrowed', '=', 0)
          .groupBy(['baseline', 'candidate']),
      )
      .orderBy('id')
      .execute();
    return rows.map(({ at, baseline, candidate, verdict, record }) => {
      return { at, baseline, candidate, verdict, flows: (JSON.parse(record) as Verdict).flows };
    });
  }
}
