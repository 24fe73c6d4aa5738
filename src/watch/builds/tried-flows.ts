import type { Tried, TriedFlow } from '../../contracts/build-finding.ts';
import type { CellReport, RunReport } from '../../contracts/run.ts';
import { chosenText } from '../../contracts/switches.ts';
import { plural } from '../../words/text.ts';

/**
 * What the attempts of a run say of versions on a build, flow by flow, without conditions and with the default switches. An attempt on the
 * live site whose page was of another build, or of two, says nothing.
 */
export function triedOf(
  { run, cells }: { run: Pick<RunReport['run'], 'id'>; cells: RunReport['cells'] },
  build: string,
): Tried {
  const usual = cells.filter(({ condition, switches }) => condition === 'none' && chosenText(switches) === '');
  const byFlow = Map.groupBy(usual, ({ library, flow }) => JSON.stringify([library, flow]));
  const attempts = usual.flatMap((cell) => cell.attempts);
  const elsewhere = attempts.filter((attempt) => isElsewhere(attempt, build)).length;
  const refused = attempts.filter(({ code }) => code === 'limit-reached').length;
  const notes = [
    ...(elsewhere > 0 ? [`${plural(elsewhere, 'attempt')} met another build`] : []),
    ...(refused > 0 ? [`${plural(refused, 'attempt')} would have exceeded the limits of the accounts`] : []),
  ];
  return {
    run: run.id,
    note: notes.length === 0 ? null : notes.join(', '),
    flows: [...byFlow.values()].map((its) => triedFlow(its as [CellReport, ...CellReport[]], build)),
  };
}

function triedFlow(cells: readonly [CellReport, ...CellReport[]], build: string): TriedFlow {
  const attempts = cells.flatMap((cell) => cell.attempts);
  const judged = attempts.filter(
    (attempt) => attempt.outcome !== 'infra' && attempt.blame !== 'harness' && !isElsewhere(attempt, build),
  );
  const failed = judged.filter(({ outcome }) => outcome === 'failed');
  const [first] = failed;
  return {
    library: cells[0].library,
    flow: cells[0].flow,
    passed: judged.length - failed.length,
    failed: failed.length,
    spoiled: attempts.length - judged.length,
    code: first?.code ?? null,
    cause: first?.cause?.message ?? null,
  };
}

/** True for an attempt on the live site of which it is not certain that its page was of the build. */
function isElsewhere({ live, outcome }: CellReport['attempts'][number], build: string): boolean {
  return live != null && outcome !== 'infra' && !(live.builds.length === 1 && live.builds[0] === build);
}
