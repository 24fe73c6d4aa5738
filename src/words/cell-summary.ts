import type { Attempt, Cause, Cell } from '../contracts/attempt.ts';
import type { BuildOrigin } from '../contracts/build-origin.ts';
import { doubtOf } from '../contracts/doubt-of.ts';
import { isSurprise } from '../contracts/is-surprise.ts';
import type { Expectation } from '../contracts/matrix.ts';
import type { Outcome, Phase } from '../contracts/outcome.ts';
import type { Prediction } from '../contracts/prediction.ts';
import { readyMsOf } from '../contracts/ready-ms.ts';
import type { CellReport, PlannedCell, Summary } from '../contracts/run.ts';
import { type Agreement, agreementOf } from './prediction.ts';
import { type Repeat, repeatOf } from './repeat.ts';
import { formatMs, symbols } from './text.ts';

/** One cell in a few words: what tables, counts and sentences are made of. Small, so that a whole run of them fits in memory. */
export interface CellSummary {
  cell: Cell;
  expectation: Expectation | null;
  /** Attempts planned, made, and passed. */
  planned: number;
  made: number;
  passed: number;
  /** Attempts that failed by a fault that is not the harness's own. */
  failed: number;
  /** Attempts of which nothing is known: interrupted, or lost with their worker. They decide the outcome only where none has a result. */
  lost: number;
  /** Failed when any attempt failed, else infra when any was; null when none was made. */
  outcome: Outcome | null;
  surprise: boolean;
  /** Of the first attempt that has the cell's outcome; null when that is `passed`. */
  phase: Phase | null;
  code: string | null;
  cause: Cause | null;
  /** Of the first attempt that has the cell's outcome; null when none was made. */
  repeat: Repeat | null;
  /** Of the same attempt, as what the source predicts and whether it came. */
  confidence: Attempt['confidence'];
  prediction: Prediction | null;
  agreement: Agreement;
  /** From where the page of the build is known, by the first attempt that says it. */
  origin: BuildOrigin | null;
  /** On the live site: the builds that its pages were of, each once. */
  liveBuilds: readonly string[];
  /** Milliseconds from the start to `ready`, of each attempt that passed. */
  readyMs: readonly number[];
}

/** A cell without an attempt. */
export function plannedSummary({ cell, expectation, repeat }: PlannedCell): CellSummary {
  return {
    cell,
    expectation,
    planned: repeat,
    made: 0,
    lost: 0,
    passed: 0,
    failed: 0,
    outcome: null,
    surprise: false,
    phase: null,
    code: null,
    cause: null,
    repeat: null,
    confidence: { build: null, cause: null, facts: [] },
    prediction: null,
    agreement: null,
    origin: null,
    liveBuilds: [],
    readyMs: [],
  };
}

/** The summary of the cell with one attempt more. */
export function withAttempt(summary: CellSummary, attempt: Attempt): CellSummary {
  const passed = attempt.outcome === 'passed';
  const readyMs = passed ? readyMsOf(attempt.phases) : null;
  const counted = {
    ...summary,
    made: summary.made + 1,
    lost: summary.lost + (saysNothing(attempt) ? 1 : 0),
    passed: summary.passed + (passed ? 1 : 0),
    failed: summary.failed + (attempt.outcome === 'failed' && attempt.blame !== 'harness' ? 1 : 0),
    surprise: summary.surprise || isSurprise(summary.expectation, attempt),
    origin: summary.origin ?? attempt.origin ?? null,
    liveBuilds: [...new Set([...summary.liveBuilds, ...(attempt.live?.builds ?? [])])],
    readyMs: readyMs === null ? summary.readyMs : [...summary.readyMs, readyMs],
  };
  if (weight(attempt) <= weight(summary)) return counted;
  const { outcome, phase, code, cause, confidence, prediction } = attempt;
  const compared = { confidence, prediction, agreement: agreementOf(summary.cell, attempt) };
  return { ...counted, outcome, phase, code, cause, ...compared, repeat: repeatOf(summary.cell, attempt) };
}

export function summarizeReport(report: CellReport): CellSummary {
  const { attempts, expectation } = report;
  return attempts.reduce(withAttempt, plannedSummary({ cell: cellOf(report), expectation, repeat: attempts.length }));
}

/** A reported cell with what is known of its build and whether its prediction came. */
export function comparedReport(report: CellReport): CellReport {
  const { confidence, agreement } = summarizeReport(report);
  return { ...report, confidence: confidence.build, agreement };
}

/** The axes of a reported cell, without what the report says of it. */
export function cellOf({ library, build, browser, flow, condition, switches, target }: CellReport): Cell {
  return { library, build, browser, flow, condition, switches, target };
}

/** The counts of the JSON report, in cells. What is none of passed, failed and infra was not run. */
export function countCells(cells: readonly CellSummary[]): Summary {
  const having = (outcome: Outcome) => cells.filter((cell) => cell.outcome === outcome).length;
  return {
    cells: cells.length,
    passed: having('passed'),
    failed: having('failed'),
    infra: having('infra'),
    surprises: cells.filter((cell) => cell.surprise).length,
  };
}

function weight(of: Pick<CellSummary, 'outcome' | 'code'>): number {
  if (of.outcome === null) return 0;
  return saysNothing(of) ? 1 : { passed: 2, infra: 3, failed: 4 }[of.outcome];
}

/** True for an attempt of which nothing is known: it is made again. */
export function saysNothing({ code }: Pick<Attempt, 'code'>): boolean {
  return code === 'worker-lost' || code === 'interrupted';
}

/**
 * What stands in a cell of a grid: `✓ 1.3 s` (time to ready), `✗ no-ready`, `! harness-error`, `·`. After it `~` marks what rests on a change that
 * may have reached the build, `≠` what the source predicts otherwise, `?` a surprise.
 */
export function cellWords(summary: CellSummary): string {
  const marks = [
    isOpen(summary) ? symbols.open : '',
    summary.agreement === 'differs' ? symbols.differs : '',
    summary.surprise ? symbols.surprise : '',
  ].filter((mark) => mark !== '');
  return [verdictWords(summary), ...marks].join(' ');
}

/** True where the cell may do something else on the real build: it rests on a change that may have reached it. */
export function isOpen({ prediction }: CellSummary): boolean {
  return prediction !== null && !prediction.failsAnyway && doubtOf(prediction).open.length > 0;
}

function verdictWords({ outcome, readyMs: [first], code, passed, made }: CellSummary): string {
  if (outcome === null) return symbols.notRun;
  if (outcome === 'passed') {
    return first === undefined ? symbols.passed : `${symbols.passed} ${formatMs(first)}`;
  }
  const share = passed > 0 ? ` ${made - passed}/${made}` : '';
  return `${symbols[outcome]} ${code ?? outcome}${share}`;
}
