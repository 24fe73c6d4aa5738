import type { LogLine } from '../log-line.ts';
import type { EndedSession } from '../sessions/sessions-options.ts';

/** What the log says of the end of a session. `over`: its account is inactive, so there is nothing left to write. */
export function endedLine({ ids, library, build, end, overBy, settled }: EndedSession): LogLine {
  const why = 'message' in end && end.message !== undefined ? { message: end.message } : {};
  const code = 'code' in end ? end.code : 'cause' in end ? end.cause : null;
  const how =
    overBy === null ? { end: end.kind, code, ...why, written: settled.kind } : { end: 'over', code: overBy, ...why };
  const attention = settled.kind === 'failed' && settled.outcome.needsAttention;
  return { event: 'ended', account: ids.account, library, build, ...how, attention };
}
