import { readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { home, packageRoot } from '../../contracts/home.ts';
import { makeFolder } from '../../contracts/make-folder.ts';
import { type RunReport, reportSchema } from '../../contracts/run.ts';
import { type ChildEnd, type ChildOptions, runInChild } from '../../watch/run-in-child.ts';

/** What a run reports without `--reporter`. */
export const usualReporters = 'list';

/** The command line as a process of its own. */
export function ownCommand(...args: readonly string[]): [string, ...string[]] {
  return [process.execPath, join(packageRoot, 'bin', 'wwebjs-canary.js'), ...args];
}

/**
 * One run as a process: its records go to the store by itself, what it said of cells comes as a report.
 *
 * @param args options of `run`
 * @param name of the file in the home folder that the report is read from
 * @returns the report as null when the run did not get so far
 */
export async function runWithReport(
  args: readonly string[],
  name: string,
  options: ChildOptions,
): Promise<{ end: ChildEnd; report: RunReport | null }> {
  const file = home('watch', name);
  makeFolder(dirname(file));
  rmSync(file, { force: true });
  const given = args.find((arg) => arg.startsWith('--reporter='))?.slice('--reporter='.length) ?? usualReporters;
  const rest = args.filter((arg) => !arg.startsWith('--reporter='));
  const end = await runInChild(ownCommand('run', ...rest, `--reporter=${given},json=${file}`), options);
  return { end, report: readReport(file) };
}

function readReport(file: string): RunReport | null {
  try {
    return reportSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return null;
  }
}
