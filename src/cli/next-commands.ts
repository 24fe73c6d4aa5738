import { sortBuilds } from '../contracts/build-number.ts';
import type { CellSummary } from '../report/cell-summary.ts';

/** The three commands worth knowing after the quick start, with a build and a version of its results. */
export function nextCommands(cells: readonly CellSummary[]): { command: string; why: string }[] {
  const { library, build } = (tellingCell(cells) ?? (cells[0] as CellSummary)).cell;
  return [
    { command: 'npx wwebjs-canary report show', why: 'open the report: timeline, cause and evidence of every cell' },
    {
      command: `npx wwebjs-canary advise --current ${library} --build ${build}`,
      why: 'the nearest version that works on a build, and why',
    },
    {
      command: `npx wwebjs-canary run --library ${library} --build ${build} --reporter list,json=report.json`,
      why: 'one version on one build; takes any version on npm, tarball or folder, and any build number',
    },
  ];
}

/** A version that fails on the newest build on which another one works: there is an answer to give. */
function tellingCell(cells: readonly CellSummary[]): CellSummary | undefined {
  const builds = sortBuilds(cells.map(({ cell }) => cell.build)).toReversed();
  for (const build of builds) {
    const there = cells.filter(({ cell }) => cell.build === build);
    const failing = there.findLast(({ outcome }) => outcome === 'failed');
    if (failing && there.some(({ outcome }) => outcome === 'passed')) return failing;
  }
  return undefined;
}
