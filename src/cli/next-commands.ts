import type { CellSummary } from '../report/cell-summary.ts';
import { sortBuilds } from '../report/words.ts';

/** The three commands worth knowing after the quick start, with values of its results. */
export function nextCommands(cells: readonly CellSummary[]): { command: string; why: string }[] {
  const newest = sortBuilds(cells.map(({ cell }) => cell.build)).at(-1);
  const failing = cells.find(({ cell, outcome }) => cell.build === newest && outcome === 'failed') ?? cells[0];
  const version = failing?.cell.library;
  return [
    { command: 'npx wwebjs-canary report show', why: 'open the report: timeline, cause and evidence of every cell' },
    {
      command: `npx wwebjs-canary advise --current ${version} --build ${newest}`,
      why: 'the nearest version that works on a build, and why',
    },
    {
      command: `npx wwebjs-canary run --library ${version} --build ${newest} --reporter list,json=report.json`,
      why: 'one version on one build; any version of npm, tarball or folder, and any build number',
    },
  ];
}
