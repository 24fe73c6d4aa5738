import type { Attempt, Cause, Cell } from './attempt.ts';
import type { BuildFinding } from './build-finding.ts';
import type { ReportedBuild } from './build-origin.ts';
import type { Expectation } from './matrix.ts';
import type { Outcome } from './outcome.ts';
import type { RunInfo, Summary } from './run.ts';
import type { Snapshot, Trace } from './trace.ts';

/** What the HTML report shows before the reader opens a cell; embedded once. */
export interface HtmlOverview {
  run: RunInfo;
  interrupted: boolean;
  sentence: string;
  /** The newest run before this one that planned the same cells, which changes are measured from; null when there is none. */
  before: RunInfo | null;
  counts: Summary;
  builds: ReportedBuild[];
  /** What `watch --live` found about the last builds of the live site, the newest first. */
  findings: HtmlFinding[];
  cells: HtmlCell[];
  grids: HtmlGrid[];
  causes: HtmlCause[];
}

/** The finding about a build of the live site. */
export interface HtmlFinding {
  build: string;
  /** When the live site was seen to serve it first, in ISO form. */
  seenAt: string;
  /** False where attempts on it are still to come. */
  isComplete: boolean;
  /** The finding as one sentence, and in a few words with the outcome whose colour they have. */
  sentence: string;
  mark: { words: string; outcome: Outcome };
  /** Its versions are those that the build touches. */
  finding: Omit<BuildFinding, 'capture' | 'unread'> & {
    capture: Omit<BuildFinding['capture'], 'file'>;
    /** The versions that could not be read. */
    unread: string[];
  };
}

/** One cell of a grid; its place in the list is the number of its `HtmlCellDetail`. */
export interface HtmlCell {
  cell: Cell;
  outcome: Outcome | null;
  code: string | null;
  surprise: boolean;
  expectation: Expectation | null;
  /** As in the terminal table: `✓ 1.3 s`, `✗ no-ready`. */
  words: string;
  /** What is different since the run before, in words; null when nothing is. */
  change: string | null;
}

export interface HtmlGrid {
  title: string;
  builds: string[];
  /** What of the page of each build is not known for sure; null where nothing is. */
  doubts: (string | null)[];
  /** Places in `HtmlOverview.cells`; null where the plan has no such cell. */
  rows: { library: string; cells: (number | null)[] }[];
}

export interface HtmlCause {
  code: string;
  cause: Cause | null;
  /** How sure it is, with the date of its change; empty where that is not known. */
  known: string;
  /** Places in `HtmlOverview.cells`. */
  cells: number[];
}

/** Everything about one cell; embedded separately, so that the page parses only opened cells. */
export interface HtmlCellDetail {
  attempts: Attempt[];
  /** By attempt id: a data URI, or the file beside the page where the page would have grown too large. */
  screenshots: Record<string, string>;
  /** The command that repeats the cell, and what another machine has to have first. */
  repeat: { command: string; needs: string[] };
}

/** The trace of one attempt; embedded separately as `trace-<attempt id>`. Absent where none was kept. */
export interface HtmlTrace extends Omit<Trace, 'snapshots'> {
  snapshots: HtmlSnapshot[];
}

/** A screenshot is a data URI or a file beside the page, as the DOM is HTML or such a file. */
export interface HtmlSnapshot extends Omit<Snapshot, 'dom'> {
  dom: { html: string } | { file: string } | null;
}
