import type { Cell } from '../../contracts/attempt.ts';
import { InputError } from '../../contracts/input-error.ts';
import { type JudgedAttempt, judgedAttempt } from '../../contracts/judged-attempt.ts';
import type { Target } from '../../contracts/outcome.ts';
import type { Policy } from '../../contracts/policy.ts';
import { type Report, reportSchema } from '../../contracts/run.ts';
import { parseYamlFile } from '../../contracts/yaml-file.ts';
import { EvidenceCollector } from '../../gate/evidence-collector.ts';
import type { Store } from '../../store/open-store.ts';

/** Which attempts are judged; a list that is left out matches everything. */
export interface Selection {
  baseline: string;
  candidate: string;
  builds?: readonly string[] | undefined;
  flows?: readonly string[] | undefined;
  target: Target;
}

/** The evidence that is in the store at the time `asOf`, of all cells or of those that are wanted. */
export async function collectFromStore(
  store: Store,
  { baseline, candidate, ...filter }: Selection,
  policy: Policy,
  asOf: string,
  isWanted: (cell: Cell) => boolean = () => true,
): Promise<EvidenceCollector> {
  const collector = new EvidenceCollector({ baseline, candidate, asOf }, policy);
  for await (const page of store.attempts.judged({ libraries: [...new Set([baseline, candidate])], ...filter })) {
    for (const attempt of page) if (isWanted(attempt.cell)) collector.add(attempt);
  }
  return collector;
}

/**
 * The evidence in a saved JSON report. The age of attempts is measured from the end of its run, so that the same file gives
 * the same verdict next year.
 *
 * @throws InputError when the file is not a report, or has no attempt of a version.
 */
export function collectFromReport(file: string, selection: Selection, policy: Policy): EvidenceCollector {
  const report = parseYamlFile(file, reportSchema);
  const asOf = report.run.finishedAt ?? report.run.startedAt;
  const { baseline, candidate } = selection;
  const collector = new EvidenceCollector({ baseline, candidate, asOf }, policy);
  const libraries = new Set(report.cells.map(({ library }) => library));
  checkVersions(selection, [...libraries], file);
  for (const attempt of attemptsOf(report, selection)) collector.add(attempt);
  return collector;
}

/** @throws InputError naming the option when a version has no attempt at all. */
export function checkVersions({ baseline, candidate }: Selection, known: readonly string[], where: string): void {
  for (const [option, version] of Object.entries({ baseline, candidate })) {
    if (known.includes(version)) continue;
    const has = known.length > 0 ? `it has ${known.join(', ')}` : 'it is empty';
    throw new InputError(`--${option} ${version}: ${where} has no attempt of it; ${has}`);
  }
}

function* attemptsOf({ cells }: Report, { builds, flows, target }: Selection): Generator<JudgedAttempt> {
  for (const { attempts, expectation: _, surprise: _surprise, ...cell } of cells) {
    const isSelected =
      cell.target === target && (builds?.includes(cell.build) ?? true) && (flows?.includes(cell.flow) ?? true);
    if (!isSelected) continue;
    for (const attempt of attempts) yield judgedAttempt(cell, attempt);
  }
}
