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
    const { baseline, candidate, verdict: word, rule, policy } = verdict;
    const narrowed = verdict.narrowing ? 1 : 0;
    const record = JSON.stringify(verdict);
    const row = { at, baseline, candidate, verdict: word, rule, narrowed, policy_sha256: policy.sha256, record };
    await this.#db.insertInto('verdicts').values(row).execute();
  }

  /**
   * The newest verdict of each pair of versions by one policy, on everything known of them. Verdicts on some builds only, or
   * by a laxer policy, do not count. The newest first, at most `most` pairs.
   *
   * @param policySha256 as `policyHash` gives it.
   */
  async newest(policySha256: string, most: number): Promise<LastVerdict[]> {
    const rows = await this.#db
      .selectFrom('verdicts')
      .selectAll()
      .where('id', 'in', (inner) =>
        inner
          .selectFrom('verdicts')
          .select((select) => select.fn.max('id').as('id'))
          .where('policy_sha256', '=', policySha256)
          .where('narrowed', '=', 0)
          .groupBy(['baseline', 'candidate']),
      )
      .orderBy('id', 'desc')
      .limit(most)
      .execute();
    return rows.map(({ at, baseline, candidate, verdict, record }) => {
      return { at, baseline, candidate, verdict, flows: (JSON.parse(record) as Verdict).flows };
    });
  }
}
