import { cellKey } from '../contracts/attempt.ts';
import { isSurprise } from '../contracts/is-surprise.ts';
import type { CellReport, Report } from '../contracts/run.ts';
import type { Surprises } from '../store/surprises.ts';

/**
 * Notes which cells of a run did something unexpected, and of which cells that is over. Spoiled attempts change nothing. Of a cell that
 * the plan no longer has it is over too: nobody would ever see it do as expected.
 */
export async function noteSurprises({ run, cells }: Report, surprises: Surprises, now: number): Promise<void> {
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
