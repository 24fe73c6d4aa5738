import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { packageRoot } from '../contracts/home.ts';

/** Files of `commands/`; each exports `<name>Command(): Command`. The order is that of the help. */
const commandNames = ['quickstart', 'run', 'report', 'advise', 'surface', 'library', 'replica', 'doctor', 'db'];

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
Exit codes: 0 as expected, 1 unexpected outcome, 2 inconclusive, 3 bad usage or input, 4 machine or harness trouble

Examples:
  wwebjs-canary quickstart
  wwebjs-canary run --library 1.34.7 --build 2.3000.1044822804
  wwebjs-canary advise --current 1.25.0 --build 2.3000.1032534684`,
    );
  const named = commandNames.filter((name) => name === args[0]);
  for (const name of named.length > 0 ? named : commandNames) {
    try {
      const module = await import(`./commands/${name}.ts`);
      main.addCommand(module[`${name}Command`]());
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    }
  }
  for (const command of allCommands(main)) command.exitOverride().showHelpAfterError('(--help shows what is possible)');
  return main;
}

function allCommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(allCommands)];
}
