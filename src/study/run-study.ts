import {
  type IncidentModel,
  type IncidentStudy,
  type Scenario,
  type ScenarioResult,
  studiedSchemas,
} from '../contracts/incident-study.ts';
import { TroubleError } from '../contracts/input-error.ts';
import type { Course, LibraryCourses } from './courses.ts';
import { runScenario } from './run-scenario.ts';

export interface StudyOptions {
  model: IncidentModel;
  /** By library, all of the model's. */
  courses: ReadonlyMap<string, LibraryCourses>;
  seed: number;
  intents: number;
  /** As `openStudyDatabase` takes it. */
  server: string | null;
  /** Ends the study after the current replay. */
  signal: AbortSignal;
  say(line: string): void;
}

/**
 * Replays every combination of schema, account ids and library, and takes the stages from them.
 *
 * @throws TroubleError when a signal ends it early, since half a study proves nothing.
 */
export async function runStudy({ signal, say, ...options }: StudyOptions): Promise<IncidentStudy> {
  const { model, courses, seed, intents, server } = options;
  const scenarios: ScenarioResult[] = [];
  for (const scenario of scenariosOf(model)) {
    if (signal.aborted) throw new TroubleError('the study was interrupted; nothing of it is kept');
    const ofLibrary = courses.get(scenario.library) as LibraryCourses;
    const result = await runScenario({ model, scenario, courses: ofLibrary, seed, intents, server });
    scenarios.push(result);
    const { succeeded, ended } = result.requests;
    say(`${describe(scenario)}: ${succeeded} of ${ended} requests succeeded`);
  }
  return {
    schemaVersion: 1,
    seed,
    intents,
    days: model.workload.days.value,
    build: model.build,
    engine: server === null ? 'sqlite' : 'mysql',
    recorded: model.libraries.map((library) => {
      const { link, restore } = courses.get(library) as LibraryCourses;
      return { library, link: countReady(link), restore: countReady(restore) };
    }),
    stages: model.stages.map(({ because: _, ...stage }) => ({
      ...stage,
      result: scenarios.find((result) => isSame(result, stage)) as ScenarioResult,
    })),
    targetPercent: model.targetPercent,
    scenarios,
  };
}

function scenariosOf({ libraries }: IncidentModel): Scenario[] {
  return studiedSchemas.flatMap((schema) =>
    [false, true].flatMap((accountIds) => libraries.map((library) => ({ schema, accountIds, library }))),
  );
}

function isSame(one: Scenario, other: Scenario): boolean {
  return one.schema === other.schema && one.accountIds === other.accountIds && one.library === other.library;
}

function describe({ schema, accountIds, library }: Scenario): string {
  return `${schema} schema, ${accountIds ? 'with' : 'without'} account ids, ${library}`;
}

function countReady(courses: readonly Course[]) {
  return { attempts: courses.length, ready: courses.filter(({ reaches }) => reaches === 'ready').length };
}
