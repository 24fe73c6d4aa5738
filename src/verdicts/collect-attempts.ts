import type { Cell } from '../contracts/attempt.ts';
import { axisText } from '../contracts/cell-key.ts';
import { doubtOf } from '../contracts/doubt-of.ts';
import { InputError } from '../contracts/input-error.ts';
import type { Target } from '../contracts/outcome.ts';
import type { Policy } from '../contracts/policy.ts';
import type { RunReport } from '../contracts/run.ts';
import { judgedAttempts, judgedFlows, stagedFlow } from '../contracts/stages.ts';
import type { AgedBuild, Narrowing, Place } from '../contracts/verdict.ts';
import type { Evidence } from '../gate/evidence/evidence.ts';
import { EvidenceCollector, type GateQuestion } from '../gate/evidence-collector.ts';
import { newestOf } from '../gate/notices.ts';
import { buildDate, dataEnd } from '../replica/builds/build-dates.ts';
import type { Example } from '../report/verdict/failure-examples.ts';
import type { Choice } from '../runner/check-choice.ts';
import type { Store } from '../store/open-store.ts';
import { cellOf } from '../words/cell-summary.ts';

const dayMs = 24 * 3_600_000;
const axes = ['build', 'browser', 'condition', 'switches'] as const;

/** Which attempts are judged; a list that is left out matches everything. */
export interface Selection {
  baseline: string;
  candidate: string;
  choice: Omit<Choice, 'library'>;
  target: Target;
  narrowing?: Narrowing | undefined;
  /** The cells that are judged; all that have attempts when left out. */
  plan?: readonly Place[] | undefined;
}

/**
 * The evidence that is in the store at the time `askedAt`.
 *
 * @param beforeSeq as it was before the attempt with this sequence number ended.
 */
export async function collectFromStore(
  store: Store,
  selection: Selection,
  policy: Policy,
  askedAt: string,
  beforeSeq?: number,
): Promise<EvidenceCollector> {
  const { baseline, candidate, choice, target, plan } = selection;
  const collector = new EvidenceCollector(
    questionOf(
      selection,
      askedAt,
      plan?.map(({ build }) => build),
    ),
    policy,
  );
  const isAsked = isAskedBy(choice);
  const flows = choice.flow && [...choice.flow, ...(judgedFlows(stagedFlow).some(isAsked) ? [stagedFlow] : [])];
  const filter = { builds: choice.build, flows, target };
  if (baseline === candidate) {
    // Dealt to the arms in turn, so each has to be seen.
    for await (const page of store.attempts.judged({ libraries: [baseline], ...filter }, beforeSeq)) {
      for (const attempt of page) if (attempt.cell.flow !== stagedFlow) collector.add(attempt);
    }
  }
  const period = { ...collector.period, beforeSeq };
  const libraries = [...new Set([baseline, candidate])];
  for (const judged of await store.judgedCells.tally({ libraries, ...filter }, period)) {
    if (judged.cell.flow === stagedFlow) {
      // What its stages did is in the whole record.
      for await (const { cell, attempt } of store.attempts.read({ ...judged.cell, beforeSeq }))
        for (const each of judgedAttempts(cell, attempt)) if (isAsked(each.cell.flow)) collector.add(each);
    }
    if (judged.cell.flow === stagedFlow || baseline === candidate) continue;
    collector.addPassed(judged);
    const newest = await store.judgedCells.newestPrediction(judged.cell, period);
    if (newest) collector.addDoubt(judged.cell, newest.prediction && doubtOf(newest.prediction), newest.by);
    if (judged.others === 0) continue;
    for await (const page of store.judgedCells.others(judged.cell, period))
      for (const attempt of page) collector.add(attempt);
  }
  return collector;
}

/**
 * The evidence in saved JSON reports, such as those of the shards of one plan. The age of attempts is measured from the end of
 * the last run, so that the same files give the same verdict next year. An attempt that is in several of them counts once.
 * Where the selection has no plan, all cells of the reports are judged: these reports were asked for.
 *
 * @param where how a message names the reports.
 * @throws InputError when none has an attempt of a version.
 */
export function collectFromReports(
  reports: readonly RunReport[],
  where: string,
  selection: Selection,
  policy: Policy,
): SavedEvidence {
  const ends = reports.map(({ run }) => run.finishedAt ?? run.startedAt);
  const cells = reports.flatMap((report) => report.cells);
  checkVersions(selection, [...new Set(cells.map(({ library }) => library))].sort(), where);
  const judged = cells.filter((cell) => isSelected(cell, selection));
  const builds = (selection.plan ?? judged).map(({ build }) => build);
  const collector = new EvidenceCollector(questionOf(selection, ends.sort().at(-1) as string, builds), policy);
  const isAsked = isAskedBy(selection.choice);
  const seen = new Map<string, Example>();
  for (const report of judged) {
    const cell = cellOf(report);
    for (const attempt of report.attempts) {
      if (seen.has(attempt.id)) continue;
      seen.set(attempt.id, { cell, attempt, runId: null });
      for (const each of judgedAttempts(cell, attempt)) if (isAsked(each.cell.flow)) collector.add(each);
    }
  }
  const find = (ids: readonly string[]) => ids.map((id) => seen.get(id)).filter((found) => found !== undefined);
  return { evidence: collector.evidence(), find };
}

/** The evidence in saved reports, and its attempts by their ids. */
export interface SavedEvidence {
  evidence: Evidence;
  find(ids: readonly string[]): Example[];
}

function questionOf(
  { baseline, candidate, narrowing, target, plan }: Selection,
  askedAt: string,
  builds: readonly string[] = [],
): GateQuestion {
  const newest = newestOf(builds);
  const date = dataEnd();
  return {
    ...{ baseline, candidate, askedAt, narrowing, target, plan },
    newestBuild: newest === undefined ? undefined : aged(newest, askedAt),
    dataEnds: { date, ageDays: daysBetween(date, askedAt) },
  };
}

function aged(build: string, at: string): AgedBuild {
  const date = buildDate(build)?.date ?? null;
  return { build, date, ageDays: date === null ? null : daysBetween(date, at) };
}

function daysBetween(from: string, to: string): number {
  return Math.floor((Date.parse(to) - Date.parse(from)) / dayMs);
}

function isAskedBy({ flow: flows }: Selection['choice']): (flow: string) => boolean {
  return (flow) => flows?.includes(flow) ?? true;
}

function isSelected(cell: Cell, { choice, target }: Selection): boolean {
  const isOneOf = (values: readonly string[] | undefined, value: string) => values?.includes(value) ?? true;
  return (
    cell.target === target &&
    judgedFlows(cell.flow).some((flow) => isOneOf(choice.flow, flow)) &&
    axes.every((axis) => isOneOf(choice[axis], axisText(cell, axis)))
  );
}

/** The options that leave something out, or ask for something else than the replica; undefined when none does. */
export function narrowingOf(
  { build, flow, browser, condition, switches }: Omit<Choice, 'library'>,
  only: Target,
  config?: string,
): Narrowing | undefined {
  const target = only === 'replica' ? undefined : [only];
  const given = Object.entries({
    build,
    flow,
    browser,
    condition,
    switches,
    target,
    config: config && [config],
  }).filter(([, values]) => values !== undefined);
  return given.length > 0 ? Object.fromEntries(given) : undefined;
}

/**
 * @param remedy what to do about it, after the sentence.
 * @throws InputError naming the option when a version has no attempt at all.
 */
export function checkVersions(
  { baseline, candidate }: Pick<Selection, 'baseline' | 'candidate'>,
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
