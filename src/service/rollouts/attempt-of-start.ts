import type { Selectable } from 'kysely';
import type { Code } from '../../contracts/codes.ts';
import type { JudgedAttempt } from '../../contracts/judged-attempt.ts';
import type { Phase } from '../../contracts/outcome.ts';
import type { Cause } from '../causes.ts';
import type { SessionStartRow } from '../tables.ts';

/** Failures of the service itself. */
const spoiled: readonly string[] = ['library-failed', 'profile-unavailable'] satisfies Cause[];

/** Causes that a canary has another word for: policies are written in the words of canaries. Others are the same word in both. */
const wordsOfCanaries: Partial<Record<string, { phase: Phase; code: Code }>> = {
  'ready-timeout': { phase: 'ready', code: 'no-ready' },
  'session-deaf': { phase: 'probe', code: 'probe-message' },
} satisfies Partial<Record<Cause, { phase: Phase; code: Code }>>;

/** What ran was not the version that was asked for, so that whatever came of it is no statement about that one. */
const mismatched = {
  ...{ outcome: 'infra', phase: 'launch', code: 'provenance-mismatch', blame: 'harness', readyMs: null },
} as const satisfies Partial<JudgedAttempt>;

/**
 * A start of a session as an attempt: flow `link` for the first one of an account, `restore` for the others. A session that was ready
 * and then lost by a failure counts as failed. How long a person took to scan a code says nothing, so only restorations have a time.
 */
export function attemptOfStart(start: Selectable<SessionStartRow>): JudgedAttempt {
  const { id, cause, library, loaded, build, started_at, ended_at, outcome, code, lost_at } = start;
  const flow = cause === 'link-asked' ? 'link' : 'restore';
  const place = { build: 'live', browser: 'current', flow, condition: 'none', target: 'live' } as const;
  const isSpoiled = outcome === 'abandoned' || spoiled.includes(code ?? '');
  if (loaded !== null)
    return { ...mismatched, id: String(id), cell: { library, ...place }, startedAt: isoTime(started_at) };
  const isReady = outcome === 'ready';
  const hasFailed = !isReady || lost_at !== null;
  const said = wordOfCanaries(start);
  return {
    id: String(id),
    cell: { library, ...place },
    ...(build !== null && { ranOn: build }),
    startedAt: isoTime(started_at),
    outcome: isSpoiled ? 'infra' : hasFailed ? 'failed' : 'passed',
    phase: hasFailed ? (said?.phase ?? 'ready') : null,
    code: hasFailed ? (said?.code ?? code) : null,
    blame: hasFailed ? (isSpoiled ? 'harness' : 'library') : null,
    readyMs: isReady && flow === 'restore' && ended_at !== null ? ended_at - started_at : null,
  };
}

/**
 * A login that was there and is not found any more is a lost session. Not where a person asked for the restoration: people ask for
 * accounts that failed, and their login may have been gone before.
 */
function wordOfCanaries({ cause, code }: Selectable<SessionStartRow>): { phase: Phase; code: Code } | undefined {
  if (code === 'unlinked' && cause !== 'link-asked' && cause !== 'restore-asked')
    return { phase: 'qr', code: 'session-lost' };
  return wordsOfCanaries[code ?? ''];
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
