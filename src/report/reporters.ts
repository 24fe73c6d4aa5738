import type { ShardOfPlan } from '../contracts/blob.ts';
import type { RunObserver } from '../contracts/run.ts';
import { BlobReporter } from './blob-reporter.ts';
import { GithubReporter } from './github-reporter.ts';
import { HtmlReporter } from './html-reporter.ts';
import { JsonReporter } from './json-reporter.ts';
import { JunitReporter } from './junit-reporter.ts';
import { ListReporter } from './list-reporter.ts';
import { MarkdownReporter } from './markdown-reporter.ts';
import type { ReportSource } from './report-source.ts';
import type { Terminal } from './terminal.ts';

/** What reporters need. */
export interface ReporterContext {
  terminal: Terminal;
  source: ReportSource;
  /** Null for a whole plan. */
  part: ShardOfPlan | null;
}

/** What follows `name=`; null when nothing does. */
export type ReporterTarget = 'FILE' | 'DIR' | null;

/** What is known of a reporter before it is made. */
export interface ReporterTraits {
  takes: ReporterTarget;
  /** True when it writes beside the progress, to standard error: it leaves standard output to another reporter. */
  besideProgress?: true;
  /** True when it can also write to a store of blobs. */
  isBlob?: true;
}

interface ReporterKind extends ReporterTraits {
  create(target: string, context: ReporterContext): RunObserver;
}

/** Every reporter by the name that `--reporter` takes. */
export const reporters: Readonly<Record<string, ReporterKind>> = {
  list: { takes: null, create: (_target, { terminal, source }) => new ListReporter(terminal, source) },
  json: { takes: 'FILE', create: (file, { source }) => new JsonReporter(file, source) },
  junit: { takes: 'FILE', create: (file, { source }) => new JunitReporter(file, source) },
  html: { takes: 'DIR', create: (folder, { source }) => new HtmlReporter(folder, source) },
  markdown: { takes: 'FILE', create: (file, { source }) => new MarkdownReporter(file, source) },
  blob: { takes: 'FILE', isBlob: true, create: (file, { source, part }) => new BlobReporter(file, source, part) },
  github: { takes: null, besideProgress: true, create: (_target, { terminal }) => new GithubReporter(terminal) },
};

/** `list,json=FILE,...` as a person writes them. */
export function usageOf(kinds: Readonly<Record<string, ReporterTraits>>): string {
  return Object.entries(kinds)
    .map(([name, { takes }]) => (takes ? `${name}=${takes}` : name))
    .join(',');
}

export const reporterUsage = usageOf(reporters);
