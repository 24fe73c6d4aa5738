import { Command } from 'commander';
import { defaultSlots } from '../../browser/default-slots.ts';
import { sortBuilds } from '../../contracts/build-number.ts';
import { exitCode } from '../../contracts/exit-code.ts';
import { home } from '../../contracts/home.ts';
import { chooseReporters } from '../../report/choose-reporters.ts';
import { processTerminal } from '../../report/terminal.ts';
import { readPlan } from '../../runs/read-plan.ts';
import { type CellSummary, countCells } from '../../words/cell-summary.ts';
import { runInTerminal } from '../process/run-in-terminal.ts';

/** Fixed, so that two quick starts are comparable. */
const seed = 1;

/** Linking alone: it is over in a minute, and shows which version works where. */
const flow = ['qr-to-ready'];

/** `quickstart`: sets up what is missing and attempts linking in the default matrix. */
export function quickstartCommand(): Command {
  return new Command()
    .addHelpText(
      'after',
      `
Exit codes: 0 when the matrix was attempted, also when a version fails or surprises: quickstart shows results, \`run\` and \`gate\` judge
them; 4 on trouble with the machine or the harness, or when it was interrupted.

Example:
  wwebjs-canary quickstart`,
    )
    .action(async () => {
      process.exitCode = await quickstart();
    });
}

async function quickstart() {
  const terminal = processTerminal();
  const plan = readPlan({ choice: { flow } });
  const chosen = chooseReporters(`list,html=${home('report')}`);
  const libraries = new Set(plan.map(({ cell }) => cell.library)).size;
  const builds = new Set(plan.map(({ cell }) => cell.build)).size;
  terminal.progress(
    `${libraries} whatsapp-web.js versions on ${builds} WhatsApp Web builds; everything is kept in ${home()}\n`,
  );
  const settings = { slots: defaultSlots(), seed, part: null, chosen, terminal };
  const { cells, exit } = await runInTerminal(plan, settings);
  const { colors } = terminal;
  const next = nextCommands(cells).map(({ command, why }) => `  ${colors.bold(command)}\n    ${why}`);
  terminal.result(`\nHTML report: ${home('report', 'index.html')}\n\nNext\n${next.join('\n')}\n`);
  return exit === exitCode.unexpected && countCells(cells).infra === 0 ? exitCode.asExpected : exit;
}

/** The three commands worth knowing after the quick start, with a build and a version of its results. */
function nextCommands(cells: readonly CellSummary[]): { command: string; why: string }[] {
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

/** A version that fails on the newest build on which another one works, so that `advise` has an answer. */
function tellingCell(cells: readonly CellSummary[]): CellSummary | undefined {
  const builds = sortBuilds(cells.map(({ cell }) => cell.build)).toReversed();
  for (const build of builds) {
    const there = cells.filter(({ cell }) => cell.build === build);
    const failing = there.findLast(({ outcome }) => outcome === 'failed');
    if (failing && there.some(({ outcome }) => outcome === 'passed')) return failing;
  }
  return undefined;
}
