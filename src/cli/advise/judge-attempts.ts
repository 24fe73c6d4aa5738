import { existsSync } from 'node:fs';
import { home } from '../../contracts/home.ts';
import { openStore } from '../../store/open-store.ts';
import type { JudgedVersion } from '../../surface/nearest-version.ts';

interface Tally {
  runId: string;
  passed: number;
  total: number;
  code: string | null;
  why: string | null;
}

/**
 * Judges libraries on a build by the store: the last run of each library with the flow `qr-to-ready` and no condition.
 * Attempts spoiled by the harness or the machine do not count.
 */
export async function judgeAttempts(build: string, browser: string): Promise<JudgedVersion[]> {
  if (!existsSync(home('store.sqlite'))) return [];
  const store = await openStore();
  const tallies = new Map<string, Tally>();
  try {
    const filter = { build, browser, flow: 'qr-to-ready', condition: 'none', target: 'replica' } as const;
    for await (const { runId, cell, attempt } of store.attempts.read(filter)) {
      if (attempt.outcome === 'infra') continue;
      const before = tallies.get(cell.library);
      const tally = before?.runId === runId ? before : { runId, passed: 0, total: 0, code: null, why: null };
      tally.total++;
      if (attempt.outcome === 'passed') tally.passed++;
      else [tally.code, tally.why] = [attempt.code, attempt.cause?.message ?? null];
      tallies.set(cell.library, tally);
    }
  } finally {
    await store.close();
  }
  return [...tallies].map(([library, tally]) => judge(library, tally));
}

function judge(library: string, { passed, total, code, why }: Tally): JudgedVersion {
  const counted = `${passed} of ${total} attempts passed`;
  if (passed === total) return { library, verdict: 'works', from: 'attempts', why: counted };
  const reason = `${counted}; ${code}${why ? `: ${why}` : ''}`;
  return { library, verdict: passed === 0 ? 'fails' : 'unsure', from: 'attempts', why: reason };
}
