import type { IncidentModel, Scenario, ScenarioResult } from '../contracts/incident-study.ts';
import { countLinkedIntents, countRequestFailures, countRequests, oldQueryRate } from './count-requests.ts';
import { type Course, drawCourse, type LibraryCourses } from './courses.ts';
import { NewService } from './new-service.ts';
import { OldService } from './old-service.ts';
import { randomStream } from './random-stream.ts';
import { Replay } from './replay.ts';
import { RequestLog } from './request-log.ts';
import type { StudiedService } from './studied-service.ts';
import { openStudyDatabase, type StudyDatabase } from './study-database.ts';
import { requestSuccess } from './success-rate.ts';

export interface ScenarioOptions {
  model: IncidentModel;
  scenario: Scenario;
  courses: LibraryCourses;
  seed: number;
  intents: number;
  /** As `openStudyDatabase` takes it. */
  server: string | null;
}

/** Replays one scenario in its own database and counts its outcome. */
export async function runScenario(options: ScenarioOptions): Promise<ScenarioResult> {
  const { model, scenario, courses, seed, intents, server } = options;
  const study = await openStudyDatabase(server);
  try {
    const log = await RequestLog.start(study.database);
    const service = await startService(study, options);
    const restorations = await new Replay({ model, seed, intents, courses, service, log }).run();
    const up = await service.up();
    await service.close();
    const numbers = await countRequests(study.database, service.historyTable);
    const sum = (what: 'ended' | 'succeeded') => numbers.reduce((total, each) => total + each[what], 0);
    return {
      ...scenario,
      requests: {
        ended: sum('ended'),
        succeeded: sum('succeeded'),
        failed: await countRequestFailures(study.database, service.historyTable),
      },
      success: requestSuccess(numbers),
      oldQueryRate: await oldQueryRate(study.database, service.accountsTable),
      intents: { total: intents, linked: await countLinkedIntents(study.database, service.historyTable) },
      restorations,
      numbers: { total: numbers.length, up: up.size },
    };
  } finally {
    await study.close();
  }
}

function startService(
  { database, clock, folder }: StudyDatabase,
  { scenario, courses, seed }: ScenarioOptions,
): Promise<StudiedService> {
  const { schema, accountIds, library } = scenario;
  // Ids are random, so luck is drawn by number and count of restorations, not by the sequence of sessions.
  const restored = new Map<string, number>();
  const restoring = (phone: string): Course => {
    const times = (restored.get(phone) ?? 0) + 1;
    restored.set(phone, times);
    return drawCourse(courses.restore, randomStream(seed, `restore ${phone} ${times}`)());
  };
  return schema === 'new'
    ? NewService.start({ database, clock, folder, library, accountIds, restoring })
    : OldService.start(database, { repaired: schema === 'repaired', accountIds, restoring });
}
