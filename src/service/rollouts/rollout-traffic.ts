import type { ExpressionBuilder, Selectable } from 'kysely';
import { codes, type SessionCause, sessionCauses } from '../../codes/codes.ts';
import type { JudgedAttempt } from '../../contracts/judged-attempt.ts';
import type { Policy } from '../../contracts/policy.ts';
import type { Verdict } from '../../contracts/verdict.ts';
import { EvidenceCollector } from '../../gate/evidence-collector.ts';
import { judge } from '../../gate/judge.ts';
import type { ServiceDatabase, ServiceTables, SessionStartRow } from '../tables.ts';
import { attemptOfStart } from './attempt-of-start.ts';
import { RepeatedStarts } from './repeated-starts.ts';
import { callTraffic } from './rollout-calls.ts';
import type { Rollout } from './rollouts.ts';
import { surfacedViolations } from './surfaced-violations.ts';

const pageSize = 1000;

/**
 * Causes that are no fault of a version: a logout that was requested, a code that was not scanned, a number for which WhatsApp gives no
 * pairing code.
 */
const noFaults: readonly string[] = [
  ...sessionCauses.filter((cause) => codes[cause].blame === null),
  'pairing-refused' satisfies SessionCause,
];

/** When the current step of a rollout began, or the last one of a rollout that has ended; milliseconds since 1970. */
export function stepBegan({ steps, createdAt }: Rollout): number {
  return steps.findLast(({ state }) => state === 'active')?.at ?? createdAt;
}

/**
 * The verdict of the gate on a rollout, from the starts of sessions on both versions since the current step began, and from the calls of
 * programs if the policy uses them: earlier ones decided the earlier steps.
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
  const countedSince = Math.max(window.since, window.agedBefore);
  for (const call of await callTraffic(database, rollout, policy, countedSince)) collector.add(call);
  for (const finding of await surfacedViolations(database, candidate, window.since)) collector.addFinding(finding);
  return judge(collector.evidence(), policy);
}

/**
 * Whether a start failed because the phone had removed the device while the session was not running. The page then gives its login up; some
 * versions show a code in the same start, others reject, and show it in the next one.
 */
function isOfRemovedDevice({
  code,
  login_refused,
  refused_before,
  unlinked_after,
}: Pick<Selectable<SessionStartRow>, 'code' | 'login_refused'> & {
  refused_before: unknown;
  unlinked_after: unknown;
}): boolean {
  if (code === 'unlinked') return login_refused === 1 || Boolean(refused_before);
  return login_refused === 1 && Boolean(unlinked_after);
}

/** Whether the start of the session before this one was refused its login. */
function refusedBefore(start: ExpressionBuilder<ServiceTables, 'session_starts'>) {
  return start
    .selectFrom('session_starts as other')
    .select('other.login_refused')
    .whereRef('other.session_id', '=', 'session_starts.session_id')
    .whereRef('other.id', '<', 'session_starts.id')
    .orderBy('other.id', 'desc')
    .limit(1);
}

/** Whether a later start of the session found it unlinked. */
function unlinkedAfter(start: ExpressionBuilder<ServiceTables, 'session_starts'>) {
  return start.exists(
    start
      .selectFrom('session_starts as other')
      .select('other.id')
      .whereRef('other.session_id', '=', 'session_starts.session_id')
      .whereRef('other.id', '>', 'session_starts.id')
      .where('other.code', '=', 'unlinked'),
  );
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
      .select((start) => [refusedBefore(start).as('refused_before'), unlinkedAfter(start).as('unlinked_after')])
      .where('library', 'in', libraries)
      .where('started_at', '>=', since)
      .where('outcome', 'in', ['ready', 'failed', 'abandoned'])
      .where('id', '>', last)
      .orderBy('id')
      .limit(pageSize)
      .execute();
    for (const row of rows) {
      if (noFaults.includes(row.code ?? '') || isOfRemovedDevice(row)) continue;
      const attempt = attemptOfStart(row);
      yield { attempt, isRepeated: repeated.repeats(row.session_id, attempt) };
    }
    if (rows.length < pageSize) return;
    last = rows.at(-1)?.id ?? last;
  }
}
