import { Command } from 'commander';
import { exitCode } from '../../contracts/exit-code.ts';
import { home } from '../../contracts/home.ts';
import { countCells } from '../../report/cell-summary.ts';
import { chooseReporters } from '../../report/choose-reporters.ts';
import { processTerminal } from '../../report/terminal.ts';
import { defaultSlots } from '../../runner/run-plan.ts';
import { executeRun } from '../execute-run.ts';
import { nextCommands } from '../next-commands.ts';
import { readPlan } from '../read-plan.ts';

/** The same every time, so that two quick starts can be compared. */
const seed = 1;

/** `quickstart`: from nothing to the whole picture. */
export function quickstartCommand(): Command {
  return new Command()
    .addHelpText(
      'after',
      `
Exit codes: 0 when the matrix was attempted, also when a version fails or does something unexpected: that is what it is there to
show (\`run\` and \`gate\` judge); 4 when machine or harness were in the way, or when it was interrupted.

Example:
  wwebjs-canary quickstart`,
    )
    .action(async () => {
      process.exitCode = await quickstart();
    });
}

async function quickstart() {
  const terminal = processTerminal();
  const plan = readPlan();
  const chosen = chooseReporters(`list,html=${home('report')}`);
  const libraries = new Set(plan.map(({ cell }) => cell.library)).size;
  const builds = new Set(plan.map(({ cell }) => cell.build)).size;
  terminal.progress(
    `${libraries} whatsapp-web.js versions on ${builds} WhatsApp Web builds; everything is kept in ${home()}\n`,
  );
  const settings = { slots: defaultSlots(), seed, shard: null, chosen, terminal };
  const { cells, exit } = await executeRun(plan, settings);
  const { colors } = terminal;
  const next = nextCommands(cells).map(({ command, why }) => `  ${colors.bold(command)}\n    ${why}`);
  terminal.result(`\nHTML report: ${home('report', 'index.html')}\n\nNext\n${next.join('\n')}\n`);
  return exit === exitCode.unexpected && countCells(cells).infra === 0 ? exitCode.asExpected : exit;
}
