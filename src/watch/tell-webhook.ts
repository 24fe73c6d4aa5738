import type { Surprise, Surprises } from '../store/surprises.ts';

const timeoutMs = 10_000;

/** The body of one call, as JSON. */
export interface SurpriseNews {
  schemaVersion: 1;
  event: 'unexpected' | 'over';
  /** library | build | browser | flow | condition | target */
  cell: string;
  /** What was seen, as one sentence. */
  seen: string;
  /** The run in which it was seen first. */
  run: string;
  since: string;
  overAt: string | null;
}

/**
 * Tells a webhook once of every unexpected cell and once more when it is over. What it does not take (no answer, or none of
 * 2xx) is told again the next time. Returns why something could not be told; null when all was.
 */
export async function tellWebhook(url: string, surprises: Surprises): Promise<string | null> {
  for (const surprise of await surprises.untold()) {
    const trouble = await post(url, newsOf(surprise));
    if (trouble !== null) return trouble;
    await surprises.told([surprise]);
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

async function post(url: string, body: SurpriseNews): Promise<string | null> {
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
