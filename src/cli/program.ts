import { Command } from 'commander';
import { packageVersion } from '../contracts/home.ts';
import { fitLines } from '../report/fit-text.ts';

/** A command as the help lists it, and how the rest of it is loaded: its options, its help and its action. */
interface ListedCommand {
  description: string;
  /** It runs for long, beside browsers. Others start sooner without the limits of a small heap: measured, collecting takes 40 % of a start. */
  staysSmall?: true;
  load(): Promise<Command>;
}

/** Every command, in the order of the help. */
const commands: Record<string, ListedCommand> = {
  quickstart: {
    description:
      'set up what is missing, attempt linking in the default matrix, show which version works where and why',
    staysSmall: true,
    load: async () => (await import('./commands/quickstart.ts')).quickstartCommand(),
  },
  init: {
    description: 'write matrix, policy, expectations, a flow and the CI job into your project',
    load: async () => (await import('./commands/init.ts')).initCommand(),
  },
  run: {
    description: 'attempt cells: library x build x browser x flow x condition x switches',
    staysSmall: true,
    load: async () => (await import('./commands/run.ts')).runCommand(),
  },
  worker: {
    description: 'make the attempts of run, gate, watch and nightly with --queue on this machine',
    staysSmall: true,
    load: async () => (await import('./commands/worker.ts')).workerCommand(),
  },
  report: {
    description:
      'merge the reports of shards, show the last report, compare two runs, show the history of all runs, list new builds, comment on a pull request',
    load: async () => (await import('./commands/report.ts')).reportCommand(),
  },
  gate: {
    description: 'promote, block or inconclusive: a candidate version against a baseline',
    staysSmall: true,
    load: async () => (await import('./commands/gate.ts')).gateCommand(),
  },
  watch: {
    description:
      'run the canaries on a schedule, or look for new builds of the live site; serve /metrics, notify a webhook',
    staysSmall: true,
    load: async () => (await import('./commands/watch.ts')).watchCommand(),
  },
  nightly: {
    description:
      'all of one night: capture, check, run, gate of newer releases, report, notification; resumable, within a budget',
    staysSmall: true,
    load: async () => (await import('./commands/nightly.ts')).nightlyCommand(),
  },
  exporter: {
    description: 'serve /metrics for Prometheus from the store: canaries, links, restorations, violations, verdicts',
    staysSmall: true,
    load: async () => (await import('./commands/exporter.ts')).exporterCommand(),
  },
  study: {
    description: 'measure the projections of an incident',
    staysSmall: true,
    load: async () => (await import('./commands/study.ts')).studyCommand(),
  },
  methods: {
    description: 'call every public method of versions on builds; the table of which works where',
    staysSmall: true,
    load: async () => (await import('./commands/methods.ts')).methodsCommand(),
  },
  advise: {
    description: 'name the nearest version that works on a build, and why',
    load: async () => (await import('./commands/advise.ts')).adviseCommand(),
  },
  surface: {
    description:
      'compare what libraries need with what builds offer; read a build off the live site, keep and share it',
    load: async () => (await import('./commands/surface.ts')).surfaceCommand(),
  },
  library: {
    description: 'add, list, verify and remove versions of whatsapp-web.js',
    load: async () => (await import('./commands/library.ts')).libraryCommand(),
  },
  account: {
    description: 'numbers of your own for attempts on the live site: add, list, check, pause, resume, reseal, remove',
    load: async () => (await import('./commands/account.ts')).accountCommand(),
  },
  replica: {
    description: 'start the replica of WhatsApp Web and print one JSON line with its addresses',
    load: async () => (await import('./commands/replica.ts')).replicaCommand(),
  },
  serve: {
    description: 'run the service: link numbers, keep their sessions connected, restore them after a restart',
    staysSmall: true,
    load: async () => (await import('./commands/serve.ts')).serveCommand(),
  },
  restore: {
    description: 'start the sessions of the service that wait for a person or for their backoff',
    load: async () => (await import('./commands/restore.ts')).restoreCommand(),
  },
  doctor: {
    description: 'list what is missing on this machine and how to get it',
    load: async () => (await import('./commands/doctor.ts')).doctorCommand(),
  },
  db: {
    description: 'migrate the store of runs and attempts; query the database of the service',
    load: async () => (await import('./commands/db.ts')).dbCommand(),
  },
};

export const commandNames: readonly string[] = Object.keys(commands);

/**
 * The command line. The commands among `words` are loaded, since loading all of them takes most of a second; of the others it
 * knows name and description, which is what the help shows. Bad usage is thrown as a CommanderError after its message was printed.
 */
export async function program(words: readonly string[]): Promise<Command> {
  const main = new Command('wwebjs-canary')
    .description('Know which whatsapp-web.js version links, becomes ready and works on which WhatsApp Web build.')
    .version(packageVersion())
    .configureHelp({ subcommandTerm: (command) => command.name() })
    .addHelpText(
      'after',
      `
Exit codes: 0 as expected or promote, 1 unexpected outcome or block, 2 inconclusive, 3 bad usage or input, 4 machine or harness trouble

Examples:
  wwebjs-canary quickstart
  wwebjs-canary run --library 1.34.7 --build 2.3000.1032534684
  wwebjs-canary advise --current 1.25.0 --build 2.3000.1032534684`,
    );
  const loaded = Object.entries(commands).filter(([name]) => words.includes(name));
  if (loaded.some(([, { staysSmall }]) => staysSmall)) await import('../runner/small-heap.ts');
  for (const [name, { description, load }] of Object.entries(commands)) {
    const command = words.includes(name) ? await load() : new Command();
    main.addCommand(command.name(name).description(description));
  }
  for (const command of allCommands(main)) {
    command.exitOverride().showHelpAfterError('(--help shows what is possible)');
    command.configureOutput({
      writeOut: (text) => void process.stdout.write(fitLines(text, process.stdout.columns || undefined)),
      writeErr: (text) => void process.stderr.write(fitLines(text, process.stderr.columns || undefined)),
    });
    // Otherwise commander passes an option that a command and its subcommand share to the command, which does not read it.
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
