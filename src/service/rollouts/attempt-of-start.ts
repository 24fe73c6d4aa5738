import type { Selectable } from 'kysely';
import { attemptCodeOf, blameOf, codes, isSessionCause } from '../../codes/codes.ts';
import type { Cell } from '../../contracts/attempt.ts';
import type { JudgedAttempt } from '../../contracts/judged-attempt.ts';
import type { SessionStartRow } from '../tables.ts';

/** Another version ran than the one that was asked for, so the result says nothing about that one. */
const mismatched = {
  ...{ outcome: 'infra', phase: 'launch', code: 'provenance-mismatch', blame: 'harness', readyMs: null },
} as const satisfies Partial<JudgedAttempt>;

/**
 * A start of a session as an attempt: flow `link` for the first start of an account, `restore` for the others. A session that was ready
 * and was then lost by a failure counts as failed. Only restorations have a time: the time of a link depends on the person who scans.
 */
export function attemptOfStart(start: Selectable<SessionStartRow>): JudgedAttempt {
  const { id, cause, library, loaded, build, started_at, ended_at, outcome, lost_at } = start;
  const flow = cause === 'link-asked' ? 'link' : 'restore';
  const cell = trafficCell(library, flow);
  if (loaded !== null) return { ...mismatched, id: String(id), cell, startedAt: isoTime(started_at) };
  const isReady = outcome === 'ready';
  const hasFailed = !isReady || lost_at !== null;
  const failure = failureOf(start);
  return {
    id: String(id),
    cell,
    ...(build !== null && { ranOn: build }),
    startedAt: isoTime(started_at),
    outcome: spoils(failure.blame) ? 'infra' : hasFailed ? 'failed' : 'passed',
    phase: hasFailed ? failure.phase : null,
    code: hasFailed ? failure.code : null,
    blame: hasFailed ? failure.blame : null,
    readyMs: isReady && flow === 'restore' && ended_at !== null ? ended_at - started_at : null,
  };
}

/** The cell of traffic of users: the one for a version and a flow, whatever build its page reports. */
export function trafficCell(library: string, flow: string): Cell {
  return { library, build: 'live', browser: 'current', flow, condition: 'none', switches: {}, target: 'live' };
}

/** The code of a failed start in the vocabulary of canaries, which policies use. */
function failureOf(start: Selectable<SessionStartRow>): Pick<JudgedAttempt, 'phase' | 'code' | 'blame'> {
  const { code, outcome } = start;
  const abandoned = outcome === 'abandoned' ? ({ blame: 'harness' } as const) : {};
  if (code === null || !isSessionCause(code)) return { phase: 'ready', code, blame: 'library', ...abandoned };
  const same = isOfService(start) ? null : attemptCodeOf(code);
  const { phase } = codes[same ?? code];
  const blame = same === null || isSessionCause(same) ? blameOf(code) : codes[same].blame;
  return { phase: phase ?? 'ready', code: same ?? code, blame: blame ?? 'library', ...abandoned };
}

/**
 * Codes whose meaning depends on the cause of the start. A missing login is no lost session when a person asked for the link or the
 * restoration: people restore accounts that failed, and the login may have been lost before. A restoration that times out is no missing
 * QR code.
 */
function isOfService({ cause, code }: Selectable<SessionStartRow>): boolean {
  if (code === 'unlinked') return cause === 'link-asked' || cause === 'restore-asked';
  return code === 'start-timeout' && cause !== 'link-asked';
}

/** What machine, network or service failed at says nothing about the version. */
function spoils(blame: JudgedAttempt['blame']): boolean {
  return blame === 'harness' || blame === 'machine' || blame === 'network';
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
