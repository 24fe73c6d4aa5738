import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import type { Attempt, Cell } from '../../contracts/attempt.ts';
import { home } from '../../contracts/home.ts';
import { makeFolder } from '../../contracts/make-folder.ts';
import type { CellReport, RunInfo } from '../../contracts/run.ts';
import type { Failure, Verdict } from '../../contracts/verdict.ts';
import { cellHash } from '../../web/report/cell-hash.ts';
import { HtmlReporter } from '../html-reporter.ts';

/** One attempt of each kind of failure in a verdict. */
export interface Example {
  cell: Cell;
  attempt: Attempt;
  /** Where its files are; null when it is from a saved report. */
  runId: string | null;
}

/** More kinds of failures are too many to read; each is a whole record. */
const mostExamples = 200;
/** The folder of the report with the examples, in that of the page of the verdict. */
const folder = 'attempts';

/** The ids of the attempts that a verdict gives as examples. */
export function exampleIds({ flows }: Verdict): string[] {
  const failures = flows.flatMap(({ cells }) => cells.flatMap((cell) => cell.failures));
  return failures.map(({ example }) => example).slice(0, mostExamples);
}

/** The verdict with the cause of each example that is at hand. */
export function withCauses(verdict: Verdict, examples: readonly Example[]): Verdict {
  const known = new Map(examples.map(({ attempt }) => [attempt.id, attempt]));
  return mapFailures(verdict, (failure) => {
    const attempt = known.get(failure.example);
    if (!attempt) return failure;
    const { message, libraryFile, libraryLine } = attempt.cause ?? {};
    const place = { ...(libraryFile && { file: libraryFile }), ...(libraryLine && { line: libraryLine }) };
    return { ...failure, cause: message === undefined ? null : { message, ...place } };
  });
}

/**
 * Writes an HTML report of the examples beside the page of the verdict.
 *
 * @returns the verdict with links to it, relative to the page.
 */
export async function writeExamples(verdict: Verdict, examples: readonly Example[], target: string): Promise<Verdict> {
  if (examples.length === 0) return verdict;
  const cells = Map.groupBy(examples, ({ cell }) => cellHash(cell));
  const at = verdict.askedAt;
  const machine = {
    cpus: availableParallelism(),
    memoryBytes: totalmem(),
    node: process.version,
    platform: process.platform,
  };
  const run: RunInfo = { id: `verdict-${verdict.candidate}`, startedAt: at, finishedAt: at, seed: 0, machine };
  const runOf = new Map(examples.map(({ attempt, runId }) => [attempt.id, runId]));
  makeFolder(join(target, folder));
  const source = {
    plan: async () => [],
    history: async () => null,
    standings: async () => [],
    onLiveSite: async () => null,
    findings: async () => [],
    before: async () => null,
    artifacts(_run: RunInfo, { id, artifacts }: Attempt) {
      const runId = runOf.get(id);
      return runId && artifacts ? home('runs', runId, artifacts) : null;
    },
    async *cells(): AsyncGenerator<CellReport> {
      for (const its of cells.values()) {
        const attempts = its.map(({ attempt }) => attempt);
        yield { ...(its[0] as Example).cell, expectation: null, surprise: false, attempts };
      }
    },
  };
  await new HtmlReporter(join(target, folder), source, false).runEnded(run, false);
  const hashes = new Map(examples.map(({ cell, attempt }) => [attempt.id, cellHash(cell)]));
  return mapFailures(verdict, (failure) => {
    const hash = hashes.get(failure.example);
    return hash === undefined ? failure : { ...failure, link: `${folder}/index.html${hash}` };
  });
}

function mapFailures(verdict: Verdict, change: (failure: Failure) => Failure): Verdict {
  const flows = verdict.flows.map((flow) => ({
    ...flow,
    cells: flow.cells.map((cell) => ({ ...cell, failures: cell.failures.map(change) })),
  }));
  return { ...verdict, flows };
}
