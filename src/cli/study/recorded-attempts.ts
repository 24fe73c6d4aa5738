import { defaultSlots } from '../../browser/default-slots.ts';
import type { Cell } from '../../contracts/attempt.ts';
import { exitCode } from '../../contracts/exit-code.ts';
import type { IncidentModel } from '../../contracts/incident-study.ts';
import { TroubleError } from '../../contracts/input-error.ts';
import { type PlannedCell, reportSchema } from '../../contracts/run.ts';
import { chosenText } from '../../contracts/switches.ts';
import { parseYamlFile } from '../../contracts/yaml-file.ts';
import type { Terminal } from '../../report/terminal.ts';
import { readPlan } from '../../runs/read-plan.ts';
import { openStore } from '../../store/open-store.ts';
import { whileReading } from '../../store/reading.ts';
import { coursesOf, type LibraryCourses, type RecordedAttempt, studiedFlows } from '../../study/courses.ts';
import { cellOf } from '../../words/cell-summary.ts';

/** The cells whose attempts the study draws from; only library and flow differ. */
const place = { browser: 'current', condition: 'none', switches: {}, target: 'replica' } as const;

/**
 * Reads the attempts of the model's libraries on its build from saved JSON reports.
 *
 * @throws InputError when a file is not a report, or a library has no attempt in any of them.
 */
export function coursesFromReports(files: readonly string[], model: IncidentModel): Map<string, LibraryCourses> {
  const attempts = files.flatMap((file) =>
    parseYamlFile(file, reportSchema).cells.flatMap((report) =>
      report.attempts.map((attempt) => ({ cell: cellOf(report), attempt })),
    ),
  );
  const wanted = attempts.filter(({ cell }) => isWanted(cell, model));
  return coursesOf(wanted, model.libraries, `--attempts ${files.join(',')}`);
}

/**
 * Reads the attempts from the store, after making those that it lacks.
 *
 * @throws TroubleError when not all of them could be made.
 */
export async function coursesFromStore(
  model: IncidentModel,
  seed: number,
  terminal: Terminal,
): Promise<Map<string, LibraryCourses>> {
  const missing = missingAttempts(await readStore(model), model);
  if (missing.length > 0) {
    const total = missing.reduce((sum, { repeat }) => sum + repeat, 0);
    terminal.progress(
      `${total} attempts are made first, with real libraries in a real browser: the store has too few on build ${model.build}.\n`,
    );
    // The runner is loaded only where it is needed.
    const { runInTerminal } = await import('../process/run-in-terminal.ts');
    const { exit } = await runInTerminal(missing, { slots: defaultSlots(), seed, part: null, chosen: [], terminal });
    if (exit === exitCode.trouble) throw new TroubleError('the attempts that the study needs could not all be made');
  }
  return coursesOf(await readStore(model), model.libraries, 'the store');
}

async function readStore(model: IncidentModel): Promise<RecordedAttempt[]> {
  const store = await openStore();
  const attempts: RecordedAttempt[] = [];
  try {
    await whileReading(store.file, async () => {
      for (const flow of Object.values(studiedFlows)) {
        for await (const { cell, attempt } of store.attempts.read({ ...place, build: model.build, flow })) {
          if (isWanted(cell, model)) attempts.push({ cell, attempt });
        }
      }
    });
  } finally {
    await store.close();
  }
  return attempts;
}

function isWanted(cell: Cell, { build, libraries }: IncidentModel): boolean {
  return (
    cell.build === build &&
    cell.browser === place.browser &&
    cell.condition === place.condition &&
    chosenText(cell.switches) === '' &&
    cell.target === place.target &&
    libraries.includes(cell.library) &&
    Object.values<string>(studiedFlows).includes(cell.flow)
  );
}

/** The cells with fewer attempts than the model needs, each with the number that it lacks. */
export function missingAttempts(
  attempts: readonly RecordedAttempt[],
  { build, libraries, attempts: wanted }: IncidentModel,
): PlannedCell[] {
  const made = Map.groupBy(
    attempts.filter(({ attempt }) => attempt.outcome !== 'infra'),
    ({ cell }) => `${cell.library} ${cell.flow}`,
  );
  return (['link', 'restore'] as const).flatMap((kind) => {
    const flow = studiedFlows[kind];
    return libraries.flatMap((library) => {
      const repeat = wanted[kind] - (made.get(`${library} ${flow}`)?.length ?? 0);
      const choice = { library: [library], build: [build], browser: [place.browser], flow: [flow] };
      return repeat > 0 ? readPlan({ choice, repeat, target: place.target }) : [];
    });
  });
}
