import { codes, sessionCauses } from '../../codes/codes.ts';
import type { JudgedAttempt } from '../../contracts/judged-attempt.ts';
import type { Policy } from '../../contracts/policy.ts';
import type { Verdict } from '../../contracts/verdict.ts';
import { EvidenceCollector } from '../../gate/evidence-collector.ts';
import { judge } from '../../gate/judge.ts';
import type { ServiceDatabase } from '../tables.ts';
import { attemptOfStart } from './attempt-of-start.ts';
import { RepeatedStarts } from './repeated-starts.ts';
import type { Rollout } from './rollouts.ts';
import { surfacedViolations } from './surfaced-violations.ts';

const pageSize = 1000;

/** Causes that are no fault, such as a logout that was requested or a code that was not scanned: they say nothing about a version. */
const noFaults: readonly string[] = sessionCauses.filter((cause) => codes[cause].blame === null);

/** When the current step of a rollout began, or the last one of a rollout that has ended; milliseconds since 1970. */
export function stepBegan({ steps, createdAt }: Rollout): number {
  return steps.findLast(({ state }) => state === 'active')?.at ?? createdAt;
}

/**
 * The verdict of the gate on a rollout, from the starts of sessions on both versions since the current step began: earlier starts decided
 * the earlier steps.
 *
 * @param at milliseconds since 1970.
 */
export async function judgeRollout(
  database: ServiceDatabase,
  rollout: Rollout,
  policy: Policy,
  at: number,
): Promise<Verdict> {
  const { baseline, candidate } = rollout;
  const collector = new EvidenceCollector(
    { baseline, candidate, askedAt: new Date(at).toISOString(), findingsBlock: true },
    policy,
  );
  const window = { since: stepBegan(rollout), agedBefore: Date.parse(collector.period.since) };
  for await (const { attempt, isRepeated } of rolloutTraffic(database, [baseline, candidate], window)) {
    if (isRepeated) collector.addFinding(attempt);
    else collector.add(attempt);
  }
  for (const finding of await surfacedViolations(database, candidate, window.since)) collector.addFinding(finding);
  return judge(collector.evidence(), policy);
}

interface Window {
  /** Starts before it are left out; milliseconds since 1970. */
  since: number;
  /** Starts before it are too old for the gate; milliseconds since 1970. */
  agedBefore: number;
}

/** The starts of sessions as attempts; a repeated one counts in no rate (`RepeatedStarts`). */
export async function* rolloutTraffic(
  { kysely }: ServiceDatabase,
  libraries: readonly string[],
  { since, agedBefore }: Window,
): AsyncGenerator<{ attempt: JudgedAttempt; isRepeated: boolean }> {
  const repeated = new RepeatedStarts(agedBefore);
  for (let last = 0; ; ) {
    const rows = await kysely
      .selectFrom('session_starts')
      .selectAll()
      .where('library', 'in', libraries)
      .where('started_at', '>=', since)
      .where('outcome', 'in', ['ready', 'failed', 'abandoned'])
      .where('id', '>', last)
      .orderBy('id')
      .limit(pageSize)
      .execute();
    for (const row of rows) {
      if (noFaults.includes(row.code ?? '')) continue;
      const attempt = attemptOfStart(row);
      yield { attempt, isRepeated: repeated.repeats(row.session_id, attempt) };
    }
    if (rows.length < pageSize) return;
    last = rows.at(-1)?.id ?? last;
  }
}
