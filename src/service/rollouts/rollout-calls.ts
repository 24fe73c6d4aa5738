import type { JudgedAttempt } from '../../contracts/judged-attempt.ts';
import type { Policy } from '../../contracts/policy.ts';
import { PendingWrites } from '../pending-writes.ts';
import type { RolloutCallRow, ServiceDatabase } from '../tables.ts';
import { trafficCell } from './attempt-of-start.ts';
import { RepeatedStarts } from './repeated-starts.ts';
import type { Rollout } from './rollouts.ts';

/** A call of a method that has ended. */
export interface RolloutCall {
  session: string;
  library: string;
  /** As `Message.reply`. */
  method: string;
  /** What it says about the version; null where its caller, the machine or the end of the session caused how it ended. */
  says: RolloutCallRow['outcome'] | null;
}

type KeptCall = RolloutCall & { says: RolloutCallRow['outcome'] };

const dayMs = 86_400_000;
const pageSize = 1000;

/**
 * Keeps for the gate what calls of programs say about the versions of the active rollout, if the policy uses calls. Calls of a session are
 * not independent, and a busy session makes thousands of them. So the first call of a session, method and version counts, which fails as
 * often as any other, and the first one a day later.
 */
export class RolloutCalls {
  readonly #pending: PendingWrites<KeptCall>;
  readonly #everyMs: number | null;
  #rollout: Rollout | null = null;
  /** By session, version and method: when a call was last kept in this step, by `performance.now()`. */
  readonly #kept = new Map<string, number>();

  constructor(database: ServiceDatabase, policy: Policy) {
    this.#everyMs = policy.calls ? sampleMs(policy) : null;
    this.#pending = new PendingWrites(
      (calls) => insert(database, calls),
      // The next call takes its place.
      (call) => this.#kept.delete(keyOf(call)),
    );
  }

  /** Notes the current step of the newest rollout. Call it about once a second. */
  look(newest: Rollout | null): void {
    const rollout = newest?.state === 'active' ? newest : null;
    if (rollout?.id !== this.#rollout?.id || rollout?.percent !== this.#rollout?.percent) this.#kept.clear();
    this.#rollout = rollout;
  }

  add(call: RolloutCall): void {
    const { library, says } = call;
    if (this.#everyMs === null || says === null || !this.#rollout) return;
    if (library !== this.#rollout.baseline && library !== this.#rollout.candidate) return;
    const now = performance.now();
    const key = keyOf(call);
    if (now - (this.#kept.get(key) ?? -Infinity) < this.#everyMs) return;
    this.#kept.set(key, now);
    this.#pending.add({ ...call, says });
  }

  /** Writes what waits for the database. @throws when that does not answer. */
  flush(): Promise<void> {
    return this.#pending.flush();
  }
}

/**
 * The calls on both versions of a rollout as attempts, each in a flow that has the name of its method. Without `calls` in the policy there are
 * none. A method of which the baseline has fewer than the policy requires is left out; one of which only the candidate lacks calls is not, so
 * that it stays undecided.
 *
 * @param since calls before it are left out; milliseconds since 1970.
 */
export async function callTraffic(
  { kysely }: ServiceDatabase,
  { baseline, candidate }: Pick<Rollout, 'baseline' | 'candidate'>,
  policy: Policy,
  since: number,
): Promise<JudgedAttempt[]> {
  const { calls } = policy;
  if (!calls) return [];
  const everyMs = sampleMs(policy);
  const repeated = new RepeatedStarts(since);
  const taken = new Map<string, number>();
  const attempts: JudgedAttempt[] = [];
  for (let last = 0; ; ) {
    const rows = await kysely
      .selectFrom('rollout_calls')
      .selectAll()
      .where('library', 'in', [baseline, candidate])
      .where('at', '>=', since)
      .where('id', '>', last)
      .orderBy('id')
      .limit(pageSize)
      .execute();
    for (const { id, session_id, library, method, outcome, at } of rows) {
      if (!(calls.methods?.includes(method) ?? true)) continue;
      // A session that moved has its next call kept by another instance, which does not know of this one. Half: clocks differ.
      const key = keyOf({ session: session_id, library, method });
      if (at - (taken.get(key) ?? -Infinity) < everyMs / 2) continue;
      taken.set(key, at);
      const attempt = attemptOfCall({ id, library, method, outcome, at });
      if (!repeated.repeats(session_id, attempt)) attempts.push(attempt);
    }
    if (rows.length < pageSize) break;
    last = rows.at(-1)?.id ?? last;
  }
  const byMethod = Map.groupBy(attempts, ({ cell }) => cell.flow);
  const isUsed = (of: readonly JudgedAttempt[]) =>
    of.filter(({ cell }) => cell.library === baseline).length >= calls.least;
  return [...byMethod.values()].filter(isUsed).flat();
}

/** The time after which another call of a session and method is kept, in milliseconds: before the last one is too old for the gate. */
function sampleMs({ maxAgeHours }: Policy): number {
  return Math.min(dayMs, maxAgeHours * 3_600_000);
}

function keyOf({ session, library, method }: Pick<RolloutCall, 'session' | 'library' | 'method'>): string {
  return [session, library, method].join(' ');
}

async function insert({ kysely, now }: ServiceDatabase, calls: readonly KeptCall[]): Promise<void> {
  const rows = calls.map(({ session, library, method, says }) => ({
    ...{ session_id: session, library, method, outcome: says, at: now },
  }));
  await kysely.insertInto('rollout_calls').values(rows).execute();
}

function attemptOfCall({
  id,
  library,
  method,
  outcome,
  at,
}: Omit<RolloutCallRow, 'id' | 'session_id'> & { id: number }) {
  const hasFailed = outcome === 'failed';
  return {
    id: `call-${id}`,
    cell: trafficCell(library, method),
    startedAt: new Date(at).toISOString(),
    outcome,
    phase: hasFailed ? 'call' : null,
    code: hasFailed ? 'call-failed' : null,
    blame: hasFailed ? 'library' : null,
    readyMs: null,
  } satisfies JudgedAttempt;
}
