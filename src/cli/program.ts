import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { packageRoot } from '../contracts/home.ts';

/** How each command is loaded, in the order of the help. */
const commands: Record<string, () => Promise<Command>> = {
  quickstart: async () => (await import('./commands/quickstart.ts')).quickstartCommand(),
  run: async () => (await import('./commands/run.ts')).runCommand(),
  report: async () => (await import('./commands/report.ts')).reportCommand(),
  gate: async () => (await import('./commands/gate.ts')).gateCommand(),
  watch: async () => (await import('./commands/watch.ts')).watchCommand(),
  exporter: async () => (await import('./commands/exporter.ts')).exporterCommand(),
  study: async () => (await import('./commands/study.ts')).studyCommand(),
  advise: async () => (await import('./commands/advise.ts')).adviseCommand(),
  surface: async () => (await import('./commands/surface.ts')).surfaceCommand(),
  library: async () => (await import('./commands/library.ts')).libraryCommand(),
  replica: async () => (await import('./commands/replica.ts')).replicaCommand(),
  serve: async () => (await import('./commands/serve.ts')).serveCommand(),
  doctor: async () => (await import('./commands/doctor.ts')).doctorCommand(),
  db: async () => (await import('./commands/db.ts')).dbCommand(),
};

/**
 * The command line for `args`. Only the command that they name is loaded, since loading all of them takes most of a second;
 * without one, as for the help, all are. Bad usage is thrown as a CommanderError after its message was printed.
 */
export async function program(args: readonly string[]): Promise<Command> {
  const { version } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as { version: string };
  const main = new Command('wwebjs-canary')
    .description('Know which whatsapp-web.js version links, becomes ready and works on which WhatsApp Web build.')
    .version(version)
    .addHelpText(
      'after',
      `
Exit codes: 0 as expected or promote, 1 unexpected outcome or block, 2 inconclusive, 3 bad usage or input, 4 machine or harness trouble

Examples:
  wwebjs-canary quickstart
  wwebjs-canary run --library 1.34.7 --build 2.3000.1044822804
  wwebjs-canary advise --current 1.25.0 --build 2.3000.1032534684`,
    );
  const all = Object.entries(commands);
  const named = all.filter(([name]) => name === args[0]);
  for (const [, load] of named.length > 0 ? named : all) main.addCommand(await load());
  for (const command of allCommands(main)) {
    command.exitOverride().showHelpAfterError('(--help shows what is possible)');
    // Otherwise commander hands an option that a command and its subcommand share to the command, where nobody reads it.
    command.enablePositionalOptions().hook('preSubcommand', refuseMisplacedOption);
  }
  return main;
}

/** `gate --policy FILE plan` would lose its option without a word. */
function refuseMisplacedOption(command: Command, subcommand: Command): void {
  const given = command.options.find((option) => command.getOptionValueSource(option.attributeName()) === 'cli');
  if (given)
    command.error(`error: option '${given.flags}' stands before '${subcommand.name()}', which does not read it`);
}

function allCommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(allCommands)];
}
