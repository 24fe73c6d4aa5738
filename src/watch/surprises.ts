import { cellKey } from '../contracts/cell-key.ts';
import { isSurprise } from '../contracts/is-surprise.ts';
import type { CellReport, RunReport } from '../contracts/run.ts';
import type { Surprise, Surprises } from '../store/surprises.ts';

/**
 * Records which cells of a run are surprises, and which are over. Spoiled attempts change nothing. The surprise of a cell that is
 * no longer in the plan is over too, since no run would end it.
 */
export async function noteSurprises(
  { run, cells }: { run: Pick<RunReport['run'], 'id'>; cells: RunReport['cells'] },
  surprises: Surprises,
  now: number,
): Promise<void> {
  for (const cell of cells) {
    const said = cell.attempts.filter(({ outcome }) => outcome !== 'infra');
    if (said.length === 0) continue;
    if (cell.surprise) await surprises.seen({ cell: cellKey(cell), since: now, runId: run.id, seen: describe(cell) });
    else await surprises.over(cellKey(cell), now);
  }
  const planned = new Set(cells.map(cellKey));
  for (const cell of await surprises.lasting()) if (!planned.has(cell)) await surprises.over(cell, now);
}

function describe({ expectation, attempts }: CellReport): string {
  const attempt = attempts.find((one) => isSurprise(expectation, one));
  const expected = expectation?.outcome ?? 'passed';
  if (!attempt || attempt.outcome === 'passed') return `passed, and was expected to be ${expected}`;
  const why = attempt.cause ? `: ${attempt.cause.message}` : '';
  return `failed in ${attempt.phase} with ${attempt.code}${why}`;
}

const timeoutMs = 10_000;

/** The body of one call, as JSON. */
export interface SurpriseNews {
  schemaVersion: 1;
  event: 'unexpected' | 'over';
  /** library | build | browser | flow | condition | target */
  cell: string;
  /** What happened, as one sentence. */
  seen: string;
  /** The first run with the surprise. */
  run: string;
  since: string;
  overAt: string | null;
}

/**
 * Notifies a webhook once of every surprise and once more when it is over. What it does not accept (no answer, or none of 2xx) is
 * sent again the next time. Returns why a notification failed; null when all were accepted.
 */
export async function notifyWebhook(url: string, surprises: Surprises): Promise<string | null> {
  for (const surprise of await surprises.notNotified()) {
    // Marked before: a process that is killed in between may have sent it, and must not send it again.
    if (!(await surprises.markNotified(surprise))) continue;
    const trouble = await postJson(url, newsOf(surprise));
    if (trouble === null) continue;
    await surprises.markRefused(surprise);
    return trouble;
  }
  return null;
}

function newsOf({ cell, seen, runId, since, overAt }: Surprise): SurpriseNews {
  const event = overAt === null ? 'unexpected' : 'over';
  const iso = (ms: number) => new Date(ms).toISOString();
  return {
    schemaVersion: 1,
    event,
    cell,
    seen,
    run: runId,
    since: iso(since),
    overAt: overAt === null ? null : iso(overAt),
  };
}

export async function postJson(url: string, body: unknown): Promise<string | null> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
    await response.body?.cancel();
    return response.ok ? null : `it answered ${response.status}`;
  } catch (error) {
    const { message, cause } = error as Error;
    return cause instanceof Error ? cause.message : message;
  }
}
