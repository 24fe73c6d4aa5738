import { join } from 'node:path';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { packageRoot } from '../../src/contracts/home.ts';
import { incidentModelSchema, type Scenario, type ScenarioResult } from '../../src/contracts/incident-study.ts';
import { parseYamlFile } from '../../src/contracts/yaml-file.ts';
import { linkSuccess } from '../../src/service/accounts/link-success.ts';
import { countRequests } from '../../src/study/count-requests.ts';
import type { Course, LibraryCourses } from '../../src/study/courses.ts';
import { NewService } from '../../src/study/new-service.ts';
import { Replay } from '../../src/study/replay.ts';
import { RequestLog } from '../../src/study/request-log.ts';
import { runScenario } from '../../src/study/run-scenario.ts';
import { openStudyDatabase } from '../../src/study/study-database.ts';
import { newMysqlDatabase } from '../support/mysql-server.ts';

// A replay takes a second, on a machine that does other things many; the first use of MySQL starts a server.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const model = parseYamlFile(join(packageRoot, 'compat-matrix', 'study-incident.yaml'), incidentModelSchema);
const works: Course = { reaches: 'ready', says: null, codeMs: 2_000, authenticatedMs: 500, readyMs: 200 };
const neverReady: Course = { ...works, reaches: 'authenticated' };
const good: LibraryCourses = { link: [works], restore: [works] };
const bad: LibraryCourses = { link: [neverReady], restore: [neverReady] };

const replay = (
  scenario: Pick<Scenario, 'schema' | 'accountIds'>,
  courses = good,
  { seed = 3, server = null as string | null } = {},
) => runScenario({ model, scenario: { ...scenario, library: '9.0.0' }, courses, seed, intents: 40, server });

describe('with a library that works', () => {
  let results: Record<'old' | 'oldWithIds' | 'repaired' | 'lost' | 'kept', ScenarioResult>;
  beforeAll(async () => {
    results = {
      old: await replay({ schema: 'old', accountIds: false }),
      oldWithIds: await replay({ schema: 'old', accountIds: true }),
      repaired: await replay({ schema: 'repaired', accountIds: false }),
      lost: await replay({ schema: 'new', accountIds: false }),
      kept: await replay({ schema: 'new', accountIds: true }),
    };
  });

  test('the old schema refuses requests as duplicates, the repaired one fewer, the new one none', () => {
    const { old, repaired, lost, kept } = results;
    const share = ({ requests }: ScenarioResult) => requests.failed.refused / requests.ended;
    expect(share(old)).toBeGreaterThan(share(repaired));
    expect(repaired.requests.failed.refused).toBeGreaterThan(0);
    expect([lost.requests.failed.refused, kept.requests.failed.refused]).toEqual([0, 0]);
    expect(kept.success.rate).toBeGreaterThan(old.success.upper);
  });

  test('every request that failed has its reason; on the new schema it is a missing scan', () => {
    for (const { requests } of Object.values(results)) {
      const reasons = Object.values(requests.failed).reduce((sum, count) => sum + count);
      expect(reasons).toBe(requests.ended - requests.succeeded);
    }
    const { requests } = results.kept;
    expect(requests.failed.unscanned).toBe(requests.ended - requests.succeeded);
  });

  test('without account ids every restart loses all sessions, with them none', () => {
    const { old, oldWithIds, lost, kept } = results;
    expect([old.restorations.restored, lost.restorations.restored]).toEqual([0, 0]);
    expect(oldWithIds.restorations.restored).toBeGreaterThan(0);
    expect(kept.restorations.due).toBeGreaterThan(50);
    expect(kept.restorations.restored).toBe(kept.restorations.due);
    expect(kept.numbers.up).toBeGreaterThan(lost.numbers.up);
  });

  test('the query of the incident finds no success where the history has many', () => {
    expect(results.kept.oldQueryRate).toBe(0);
    expect(results.kept.requests.succeeded).toBeGreaterThan(20);
  });

  test('the same seed gives the same result, another one another', async () => {
    expect(await replay({ schema: 'new', accountIds: true })).toEqual(results.kept);
    expect(await replay({ schema: 'old', accountIds: false }, good, { seed: 4 })).not.toEqual(results.old);
  });

  test('the counts are those of the service’s own query over its history', async () => {
    const study = await openStudyDatabase(null);
    const log = await RequestLog.start(study.database);
    const service = await NewService.start({ ...study, library: '9.0.0', accountIds: true, restoring: () => works });
    await new Replay({ model, seed: 3, intents: 40, courses: good, service, log }).run();
    await service.close();
    const numbers = await countRequests(study.database, service.historyTable);
    const [own] = await linkSuccess(study.database, 0);
    await study.close();
    const sum = (what: 'ended' | 'succeeded') => numbers.reduce((total, each) => total + each[what], 0);
    expect(own).toMatchObject({ library: '9.0.0', ended: sum('ended'), connected: sum('succeeded') });
    expect(sum('ended')).toBe(results.kept.requests.ended);
  });
});

test('a library that never becomes ready: no number is linked, and the query of the incident calls many of them a success', async () => {
  const fresh = await replay({ schema: 'new', accountIds: true }, bad);
  expect(fresh).toMatchObject({ requests: { succeeded: 0, failed: { refused: 0 } }, numbers: { up: 0 } });
  const old = await replay({ schema: 'old', accountIds: true }, bad);
  expect(old.requests.succeeded).toBe(0);
  expect(old.oldQueryRate).toBeGreaterThan(0.2);
});

describe('on a server', () => {
  test('MySQL comes to the same counts as SQLite', async () => {
    const server = await newMysqlDatabase();
    for (const scenario of [
      { schema: 'old', accountIds: true },
      { schema: 'repaired', accountIds: false },
      { schema: 'new', accountIds: true },
    ] as const) {
      expect(await replay(scenario, good, { server })).toEqual(await replay(scenario));
    }
  });
});
