import { join } from 'node:path';
import { Command, Option } from 'commander';
import { packageRoot } from '../../contracts/home.ts';
import { incidentModelSchema } from '../../contracts/incident-study.ts';
import { parseYamlFile } from '../../contracts/yaml-file.ts';
import { chooseReporters } from '../../report/choose-reporters.ts';
import { reportResult } from '../../report/report-result.ts';
import { usageOf } from '../../report/reporters.ts';
import { studyReporters } from '../../report/study/study-reporters.ts';
import { processTerminal } from '../../report/terminal.ts';
import { runStudy } from '../../study/run-study.ts';
import { openStudyDatabase } from '../../study/study-database.ts';
import { greatestSeed, list, wholeNumber } from '../options/option-values.ts';
import { untilSignal } from '../process/signals.ts';
import { coursesFromReports, coursesFromStore } from '../study/recorded-attempts.ts';

interface IncidentOptions {
  model: string;
  intents?: number;
  seed: number;
  database?: string;
  attempts?: string[];
  reporter: string;
}

const defaultModel = join(packageRoot, 'compat-matrix', 'study-incident.yaml');

/** `study`: measures the projections of the incident. */
export function studyCommand(): Command {
  const study = new Command().addHelpText('after', '\nExample:\n  wwebjs-canary study incident');
  study
    .command('incident')
    .description('replay a week of people who link numbers over the old accounts table and the new one')
    .addOption(
      new Option('--model <file>', 'the workload and the stages').default(
        defaultModel,
        'compat-matrix/study-incident.yaml',
      ),
    )
    .option('--intents <n>', 'people who want a number linked (default: as in the model)', wholeNumber(1, 100_000))
    .option('--seed <n>', 'the same seed and the same attempts give the same table', wholeNumber(0, greatestSeed), 1)
    .option('--database <address>', 'mysql://user:password@host:3306/name: replay on that server instead of on SQLite')
    .option('--attempts <list>', 'draw from the attempts of saved JSON reports instead of the store', list)
    .option('--reporter <list>', `any of ${usageOf(studyReporters)}`, 'list')
    .addHelpText('after', help)
    .action(incident);
  return study;
}

const help = `
The progress of each library is drawn from real attempts on the replica: those in the store; missing ones are made first. The new schema is
the service's own code; people, time and the events of the library are replayed. On a server the study makes its own databases beside
the named one, and removes them. docs/incident-study.md explains the figures.

Exit codes: 0 measured, with any result; 3 bad usage or input; 4 machine or harness trouble

Examples:
  wwebjs-canary study incident
  wwebjs-canary study incident --seed 7 --intents 2000 --reporter list,markdown=study.md
  wwebjs-canary study incident --attempts link.json,restore.json --database mysql://canary:secret@db:3306/canary`;

async function incident({ model: file, seed, database, attempts, reporter, intents }: IncidentOptions): Promise<void> {
  const model = parseYamlFile(file, incidentModelSchema);
  const chosen = chooseReporters(reporter, studyReporters);
  const terminal = processTerminal();
  // Checks the server first: a refusal must not come after minutes of attempts.
  if (database !== undefined) await (await openStudyDatabase(database)).close();
  const courses = attempts ? coursesFromReports(attempts, model) : await coursesFromStore(model, seed, terminal);
  const stop = new AbortController();
  untilSignal().then(() => stop.abort());
  const study = await runStudy({
    model,
    courses,
    seed,
    intents: intents ?? model.workload.intents.value,
    server: database ?? null,
    signal: stop.signal,
    say: (line) => terminal.progress(`${line}\n`),
  });
  await reportResult(study, studyReporters, chosen, terminal);
}
