import type { Cell } from '../../contracts/attempt.ts';
import { InputError } from '../../contracts/input-error.ts';
import { type JudgedAttempt, judgedAttempt } from '../../contracts/judged-attempt.ts';
import type { Target } from '../../contracts/outcome.ts';
import type { Policy } from '../../contracts/policy.ts';
import { type RunReport, reportSchema } from '../../contracts/run.ts';
import type { Narrowing } from '../../contracts/verdict.ts';
import { parseYamlFile } from '../../contracts/yaml-file.ts';
import { EvidenceCollector } from '../../gate/evidence-collector.ts';
import type { Choice } from '../../runner/plan.ts';
import type { Store } from '../../store/open-store.ts';

/** Which attempts are judged; a list that is left out matches everything. */
export interface Selection {
  baseline: string;
  candidate: string;
  builds?: readonly string[] | undefined;
  flows?: readonly string[] | undefined;
  target: Target;
  narrowing?: Narrowing | undefined;
}

/** The evidence that is in the store at the time `asOf`, of all cells or of those that are wanted. */
export async function collectFromStore(
  store: Store,
  { baseline, candidate, narrowing, ...filter }: Selection,
  policy: Policy,
  asOf: string,
  isWanted: (cell: Cell) => boolean = () => true,
): Promise<EvidenceCollector> {
  const collector = new EvidenceCollector(
    { baseline, candidate, askedAt: asOf, narrowing, target: filter.target },
    policy,
  );
  if (baseline === candidate) {
    // Dealt to the arms in turn, so each has to be seen.
    for await (const page of store.attempts.judged({ libraries: [baseline], ...filter })) {
      for (const attempt of page) if (isWanted(attempt.cell)) collector.add(attempt);
    }
    return collector;
  }
  const { period } = collector;
  for (const judged of await store.judgedCells.tally({ libraries: [baseline, candidate], ...filter }, period)) {
    if (!isWanted(judged.cell)) continue;
    collector.addPassed(judged);
    if (judged.others === 0) continue;
    for await (const page of store.judgedCells.others(judged.cell, period))
      for (const attempt of page) collector.add(attempt);
  }
  return collector;
}

/**
 * The evidence in saved JSON reports, such as those of the shards of one plan. The age of attempts is measured from the end of
 * the last run, so that the same files give the same verdict next year. An attempt that is in several of them counts once.
 *
 * @throws InputError when a file is not a report, or none has an attempt of a version.
 */
export function collectFromReports(files: readonly string[], selection: Selection, policy: Policy): EvidenceCollector {
  const reports = files.map((file) => parseYamlFile(file, reportSchema));
  const ends = reports.map(({ run }) => run.finishedAt ?? run.startedAt);
  const { baseline, candidate, narrowing, target } = selection;
  const asOf = ends.sort().at(-1) as string;
  const collector = new EvidenceCollector({ baseline, candidate, askedAt: asOf, narrowing, target }, policy);
  const libraries = new Set(reports.flatMap(({ cells }) => cells.map(({ library }) => library)));
  checkVersions(selection, [...libraries].sort(), files.join(', '));
  const seen = new Set<string>();
  for (const report of reports) {
    for (const attempt of attemptsOf(report, selection)) {
      if (seen.has(attempt.id)) continue;
      seen.add(attempt.id);
      collector.add(attempt);
    }
  }
  return collector;
}

/** The options that leave something out, or ask for something else than the replica; undefined when none does. */
export function narrowingOf(
  { build, flow, browser, condition }: Omit<Choice, 'library'>,
  only: Target,
): Narrowing | undefined {
  const target = only === 'replica' ? undefined : [only];
  const given = Object.entries({ build, flow, browser, condition, target }).filter(
    ([, values]) => values !== undefined,
  );
  return given.length > 0 ? Object.fromEntries(given) : undefined;
}

/**
 * @param remedy what to do about it, after the sentence.
 * @throws InputError naming the option when a version has no attempt at all.
 */
export function checkVersions(
  { baseline, candidate }: Selection,
  known: readonly string[],
  where: string,
  remedy = '',
): void {
  for (const [option, version] of Object.entries({ baseline, candidate })) {
    if (known.includes(version)) continue;
    const has = known.length > 0 ? `it has ${known.join(', ')}` : 'it is empty';
    throw new InputError(`--${option} ${version}: ${where} has no attempt of it; ${has}${remedy}`);
  }
}

function* attemptsOf({ cells }: RunReport, { builds, flows, target }: Selection): Generator<JudgedAttempt> {
  for (const { attempts, expectation: _, surprise: _surprise, ...cell } of cells) {
    const isSelected =
      cell.target === target && (builds?.includes(cell.build) ?? true) && (flows?.includes(cell.flow) ?? true);
    if (!isSelected) continue;
    for (const attempt of attempts) yield judgedAttempt(cell, attempt);
  }
}
