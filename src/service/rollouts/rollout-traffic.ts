import type { Selectable } from 'kysely';
import type { JudgedAttempt } from '../../contracts/judged-attempt.ts';
import type { Policy } from '../../contracts/policy.ts';
import type { Verdict } from '../../contracts/verdict.ts';
import { EvidenceCollector } from '../../gate/evidence-collector.ts';
import { judge } from '../../gate/judge.ts';
import type { Cause } from '../causes.ts';
import type { ServiceDatabase, SessionStartRow } from '../tables.ts';
import { evenArms } from './even-arms.ts';
import { RepeatedStarts } from './repeated-starts.ts';
import type { Rollout } from './rollouts.ts';

const pageSize = 1000;

/** Ends that people asked for, or that nobody did anything for: they say nothing about a version. */
const notTheLibrary: readonly string[] = [
  'superseded',
  'link-timeout',
  'logout-asked',
  'delete-asked',
] satisfies Cause[];

/** Failures of the service itself. */
const spoiled: readonly string[] = ['library-failed', 'profile-unavailable'] satisfies Cause[];

/** When the present step of a rollout began, or the last one of a rollout that is over; milliseconds since 1970. */
export function stepBegan({ steps, createdAt }: Rollout): number {
  return steps.findLast(({ state }) => state === 'active')?.at ?? createdAt;
}

/**
 * What the gate says of a rollout, by what happened to accounts on both versions since its step began: what was seen at the
 * steps before promoted those.
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
  const collector = new EvidenceCollector({ baseline, candidate, asOf: new Date(at).toISOString() }, policy);
  const window = { since: stepBegan(rollout), agedBefore: Date.parse(collector.period.since) };
  const attempts = await Array.fromAsync(rolloutTraffic(database, [baseline, candidate], window));
  for (const attempt of evenArms(attempts, baseline, policy.success.looks[0] as number)) collector.add(attempt);
  return judge(collector.evidence(), policy);
}

interface Window {
  /** Starts from then on are looked at; milliseconds since 1970. */
  since: number;
  /** Of these, what began before then is too old for the gate. */
  agedBefore: number;
}

/**
 * What starts of sessions say, each as an attempt: flow `link` for the first one of an account, `restore` for the others. A session
 * that was ready and then lost by a failure counts as failed, and what a session says again does not count. How long a person
 * took to scan a code says nothing, so only restorations have a time.
 */
export async function* rolloutTraffic(
  { kysely }: ServiceDatabase,
  libraries: readonly string[],
  { since, agedBefore }: Window,
): AsyncGenerator<JudgedAttempt> {
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
      if (notTheLibrary.includes(row.code ?? '')) continue;
      const attempt = attemptOf(row);
      if (!repeated.repeats(row.session_id, attempt)) yield attempt;
    }
    if (rows.length < pageSize) return;
    last = rows.at(-1)?.id ?? last;
  }
}

function attemptOf({
  id,
  cause,
  library,
  started_at,
  ended_at,
  outcome,
  code,
  lost_at,
}: Selectable<SessionStartRow>): JudgedAttempt {
  const flow = cause === 'link-asked' ? 'link' : 'restore';
  const place = { build: 'live', browser: 'current', flow, condition: 'none', target: 'live' } as const;
  const isSpoiled = outcome === 'abandoned' || spoiled.includes(code ?? '');
  const isReady = outcome === 'ready';
  const hasFailed = !isReady || lost_at !== null;
  return {
    id: String(id),
    cell: { library, ...place },
    startedAt: new Date(started_at).toISOString(),
    outcome: isSpoiled ? 'infra' : hasFailed ? 'failed' : 'passed',
    phase: hasFailed ? 'ready' : null,
    code: hasFailed ? code : null,
    blame: hasFailed ? (isSpoiled ? 'harness' : 'library') : null,
    readyMs: isReady && flow === 'restore' && ended_at !== null ? ended_at - started_at : null,
  };
}
