import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { readRolloutPlan } from '../../src/contracts/rollout-plan.ts';
import { Exporter } from '../../src/exporter/exporter.ts';
import type { ExportedTables } from '../../src/exporter/service-reads.ts';
import { dataEnd } from '../../src/replica/builds/build-dates.ts';
import { Accounts } from '../../src/service/accounts/accounts.ts';
import { recordViolation } from '../../src/service/accounts/constraint-violations.ts';
import { Links } from '../../src/service/accounts/links.ts';
import { Leases } from '../../src/service/leases/leases.ts';
import { wasRolledBack } from '../../src/service/rollouts/release-failed.ts';
import { Rollouts } from '../../src/service/rollouts/rollouts.ts';
import { SessionIds } from '../../src/service/session-ids.ts';
import { SessionStarts } from '../../src/service/sessions/session-starts.ts';
import { openDatabase } from '../../src/store/database/open-database.ts';
import { openStore, type Store } from '../../src/store/open-store.ts';
import { StoreRecorder } from '../../src/store/store-recorder.ts';
import { exampleCells, exampleRun, failedAttempt, passedAttempt, planned, playRun } from '../fixtures/example-run.ts';
import { aMinuteLater } from '../support/a-minute-later.ts';
import { newServiceDatabase } from '../support/new-service-database.ts';
import { engines } from '../support/service-databases.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const fail = (error: unknown) => {
  throw error;
};

/** Samples of a family, each with its labels in alphabetical order. */
function samples(text: string, name: string): string[] {
  const lines = text.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
  return lines.map((line) => {
    const [, labels = '', value] = /^\w+(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    return `${labels
      .split(/,(?=\w+=")/)
      .sort()
      .join(',')} ${value}`;
  });
}

async function emptyStore(): Promise<{ store: Store; file: string }> {
  const file = join(temporaryFolder(), 'store.sqlite');
  return { store: await openStore(file), file };
}

async function openExporter(file: string): Promise<{ text: () => Promise<string>; close: () => Promise<void> }> {
  const store = await openStore(file);
  const database = await openDatabase<ExportedTables>(`sqlite:${file}`);
  const exporter = new Exporter(store, database, fail);
  return {
    text: async () => (await exporter.read()).text,
    close: async () => {
      await database.close();
      await store.close();
    },
  };
}

describe('figures of the canaries', () => {
  test('are those of the attempts in the store, after the run that made them has ended', async () => {
    const { store, file } = await emptyStore();
    await playRun(exampleCells(), [new StoreRecorder(store)]);
    const exporter = await openExporter(file);
    const text = await exporter.text();
    const attempts = samples(text, 'wwebjs_canary_attempts_total').filter((line) => !line.endsWith(' 0'));
    expect(attempts).toHaveLength(4);
    expect(attempts).toContain(
      'browser="current",build="2.3000.1032534684",code="no-ready",condition="none",flow="qr-to-ready",library="1.25.0",outcome="failed",switches="none",target="replica" 1',
    );
    const asExpected = samples(text, 'wwebjs_canary_cell_as_expected');
    expect(asExpected.filter((line) => line.endsWith(' 1'))).toHaveLength(2);
    expect(asExpected.filter((line) => line.endsWith(' 0'))).toHaveLength(1);
    expect(samples(text, 'wwebjs_canary_last_success_timestamp_seconds')).toEqual([
      expect.stringMatching(
        /^build="2.3000.1032534684",flow="qr-to-ready",library="1.34.7",target="replica" \d+(\.\d+)?$/,
      ),
    ]);
    expect(samples(text, 'wwebjs_library_info')).toHaveLength(1);
    expect(text).toContain(
      'wwebjs_canary_phase_duration_seconds_count{library="1.34.7",flow="qr-to-ready",phase="ready"} 1',
    );
    await exporter.close();
    await store.close();
  });

  test('say how sure the page of each build is, by its newest attempt, and how old the data is', async () => {
    const { store, file } = await emptyStore();
    const on = (build: string, confidence: 'inferred' | 'read' | null) => ({
      planned: planned({ build }),
      attempts: [passedAttempt({ confidence: { build: confidence, cause: null, facts: [] } })],
    });
    await playRun(
      [on('2.3000.1029241508', 'inferred'), on('2.3000.1044822804', 'read'), on('2.3000.1050000000', null)],
      [new StoreRecorder(store)],
    );
    const exporter = await openExporter(file);
    const text = await exporter.text();
    expect(samples(text, 'wwebjs_canary_build_confidence').sort()).toEqual([
      'build="2.3000.1029241508",confidence="inferred" 1',
      'build="2.3000.1044822804",confidence="read" 1',
    ]);
    const [age] = samples(text, 'wwebjs_surface_data_age_seconds').map((line) => Number(line.trim()));
    const seconds = (Date.now() - Date.parse(dataEnd())) / 1000;
    expect([Math.floor(seconds / 86_400) * 86_400]).toContain(age);
    await exporter.close();
    await store.close();
  });

  test('keep the live site apart from the replica: a success on one is none on the other', async () => {
    const { store, file } = await emptyStore();
    const live = planned({ target: 'live' });
    await playRun(
      [
        { planned: planned(), attempts: [failedAttempt()] },
        { planned: live, attempts: [passedAttempt()] },
      ],
      [new StoreRecorder(store)],
    );
    const exporter = await openExporter(file);
    const text = await exporter.text();
    const targetsOf = (name: string) => samples(text, name).map((line) => /target="(\w+)"/.exec(line)?.[1]);
    expect(targetsOf('wwebjs_canary_last_success_timestamp_seconds')).toEqual(['live']);
    expect(targetsOf('wwebjs_canary_last_attempt_timestamp_seconds').sort()).toEqual(['live', 'replica']);
    expect(samples(text, 'wwebjs_canary_cell_passed').map((line) => /target.*/.exec(line)?.[0])).toEqual([
      'target="replica" 0',
      'target="live" 1',
    ]);
    await exporter.close();
    await store.close();
  });

  test('are shown at the next reading, and begin at 0 with the cell where an alert needs the first one', async () => {
    const { store, file } = await emptyStore();
    const exporter = await openExporter(file);
    await playRun([{ planned: planned(), attempts: [failedAttempt()] }], [new StoreRecorder(store)]);
    const attempts = samples(await exporter.text(), 'wwebjs_canary_attempts_total');
    const ofCode = (code: string) =>
      attempts.filter((line) => line.includes(`code="${code}"`)).map((line) => line.at(-1));
    expect([ofCode('no-ready'), ofCode('provenance-mismatch'), ofCode('')]).toEqual([['1'], ['0'], ['0']]);
    await exporter.close();
    await store.close();
  });

  test('are the same in two exporters, and go on where they were in one that starts again', async () => {
    const { store, file } = await emptyStore();
    const recorder = new StoreRecorder(store);
    await playRun(exampleCells(), [recorder]);
    const [first, second] = [await openExporter(file), await openExporter(file)];
    const before = await first.text();
    expect(await second.text()).toBe(before);

    const cell = planned({ library: '1.25.0' });
    await playRun([{ planned: cell, attempts: [passedAttempt()] }], [recorder], { run: { ...exampleRun, id: 'next' } });
    const after = await first.text();
    await second.close();
    const restarted = await openExporter(file);
    expect(await restarted.text()).toBe(after);
    expect(after).not.toBe(before);
    const total = (text: string) =>
      samples(text, 'wwebjs_canary_attempts_total').reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
    expect([total(before), total(after)]).toEqual([4, 5]);
    await Promise.all([first.close(), restarted.close(), store.close()]);
  });

  test('tell of each cell of the schedule whether it is expected to pass, and keep that when the plan cannot be read', async () => {
    const { store, file } = await emptyStore();
    const broken = {
      outcome: 'failed',
      phase: 'ready',
      code: 'no-ready',
      reason: 'broken',
      link: 'https://example.org',
    } as const;
    const plan = [planned(), { ...planned({ browser: '107' }), expectation: broken }];
    await playRun(
      plan.map((one) => ({ planned: one, attempts: [passedAttempt()] })),
      [new StoreRecorder(store)],
    );
    await store.schedules.hold('one', 900_000, 0, 60_000);
    await store.schedules.end('one', 'as-expected', exampleRun.id, 1);
    const database = await openDatabase<ExportedTables>(`sqlite:${file}`);
    const troubles: unknown[] = [];
    const exporter = new Exporter(store, database, (error) => troubles.push(error));
    const expected = async () => samples((await exporter.read()).text, 'wwebjs_canary_expected_to_pass');
    const cell =
      'build="2.3000.1032534684",condition="none",flow="qr-to-ready",library="1.34.7",switches="none",target="replica"';
    const both = [`browser="107",${cell} 0`, `browser="current",${cell} 1`];
    expect((await expected()).sort()).toEqual(both);
    await database.kysely.schema.alterTable('planned_cells').renameTo('gone').execute();
    expect((await expected()).sort()).toEqual(both);
    expect(troubles).toHaveLength(1);
    await Promise.all([database.close(), store.close()]);
  });

  test('count nothing twice when two ask at the same time', async () => {
    const { store, file } = await emptyStore();
    await playRun(exampleCells(), [new StoreRecorder(store)]);
    const exporter = await openExporter(file);
    const [one, two] = await Promise.all([exporter.text(), exporter.text()]);
    expect(one).toBe(two);
    await Promise.all([exporter.close(), store.close()]);
  });

  test('call a cell unexpected while one attempt of its last run was, and not because of a run before', async () => {
    const { store, file } = await emptyStore();
    const recorder = new StoreRecorder(store);
    const exporter = await openExporter(file);
    const play = async (id: string, attempts: ReturnType<typeof passedAttempt>[]) => {
      await playRun([{ planned: planned(), attempts }], [recorder], { run: { ...exampleRun, id } });
      return samples(await exporter.text(), 'wwebjs_canary_cell_as_expected').map((line) => line.at(-1));
    };
    expect(await play('one', [failedAttempt(), passedAttempt()])).toEqual(['0']);
    expect(await play('two', [passedAttempt(), passedAttempt()])).toEqual(['1']);
    await Promise.all([exporter.close(), store.close()]);
  });

  test('keep what was read and say so when the store cannot be read any more', async () => {
    const { store } = await emptyStore();
    const database = await openDatabase<ExportedTables>(`sqlite:${store.file}`);
    const troubles: unknown[] = [];
    await playRun(exampleCells(), [new StoreRecorder(store)]);
    const exporter = new Exporter(store, database, (error) => troubles.push(error));
    expect((await exporter.read()).text).toContain('wwebjs_exporter_store_up 1');
    await store.close();
    const { text } = await exporter.read();
    expect(text).toContain('wwebjs_exporter_store_up 0');
    expect(samples(text, 'wwebjs_canary_attempts_total')).not.toEqual([]);
    expect(troubles).toHaveLength(1);
    await database.close();
  });
});

describe.each(engines)('figures of the service in %s', (_, newAddress) => {
  test('are counted from its history, with any writer', async () => {
    const { database, workspace } = await newServiceDatabase(newAddress);
    const { store } = await emptyStore();
    const links = new Links(database, 'instance', () => {});
    const accounts = new Accounts(database, 'instance');
    const leases = new Leases(database, 'instance');
    const starts = new SessionStarts(database, wasRolledBack);
    const library = '1.34.7';

    // One that is linked, given back, and restored; one that fails; one that is superseded before it ends.
    const { lease } = await links.begin(SessionIds.create(workspace), { phone: null, library, libraryPin: null });
    await starts.begin(lease, 'link-asked', library);
    await starts.runs(lease, '2.3000.1');
    await accounts.authenticated(lease);
    await links.ready(lease, '15550100001', library);
    await starts.ready(lease);
    // Links and restorations of real sessions are never in the same millisecond.
    await sleep(10);
    await leases.release(lease, 'instance-stopped');
    const [claim] = await leases.claim(1);
    if (!claim) throw new Error('nothing to claim');
    await starts.begin(claim.lease, claim.cause, library);
    await starts.runs(claim.lease, '2.3000.2');
    await accounts.authenticated(claim.lease);
    await links.ready(claim.lease, '15550100001', library);
    await starts.ready(claim.lease);
    const failing = await links.begin(SessionIds.create(workspace), {
      phone: '15550100002',
      library,
      libraryPin: null,
    });
    await accounts.fail(failing.lease, 'link-timeout');
    for (let i = 0; i < 2; i++) {
      await links.begin(SessionIds.create(workspace), { phone: '15550100003', library, libraryPin: null });
    }
    await recordViolation(database, 'surfaced');

    // Exporters leave rows alone that are younger than some seconds; by then a lease was renewed.
    const aged = aMinuteLater(database);
    const renewed = { lease_expires_at: sql<number>`${database.now} + 120000` };
    await database.kysely.updateTable('sessions').set(renewed).where('lease_owner', 'is not', null).execute();
    const exporter = new Exporter(store, aged, fail);
    const { text } = await exporter.read();
    expect(samples(text, 'wwebjs_link_attempts_total')).toEqual([
      `code="",library="${library}",outcome="ready" 1`,
      `code="link-timeout",library="${library}",outcome="failed" 1`,
    ]);
    expect(samples(text, 'wwebjs_session_restorations_total')).toEqual([
      `code="",library="${library}",outcome="ready" 1`,
    ]);
    expect(samples(text, 'wwebjs_build_link_attempts_total')).toEqual([
      `build="2.3000.1",code="",library="${library}",outcome="ready" 1`,
      `build="unknown",code="link-timeout",library="${library}",outcome="failed" 1`,
    ]);
    expect(samples(text, 'wwebjs_build_session_restorations_total')).toEqual([
      `build="2.3000.2",code="",library="${library}",outcome="ready" 1`,
    ]);
    for (const name of ['link_attempts_total', 'session_restorations_total', 'accounts']) {
      const perWorkspace = samples(text, `wwebjs_workspace_${name}`).map((line) =>
        line.replace(`,workspace="${workspace}"`, ''),
      );
      expect(perWorkspace).toEqual(samples(text, `wwebjs_${name}`));
    }
    expect(samples(text, 'wwebjs_accounts').sort()).toEqual([
      `library="${library}",status="connected" 1`,
      `library="${library}",status="failed" 1`,
      `library="${library}",status="inactive" 1`,
      `library="${library}",status="qr_scanning" 1`,
    ]);
    expect(samples(text, 'wwebjs_link_success_ratio')).toEqual([
      `library="${library}",window="1h" 0.5`,
      `library="${library}",window="24h" 0.5`,
    ]);
    expect(text).toContain('{constraint="unique_active_phone_workspace",outcome="surfaced"} 1');
    expect(text).toContain('{constraint="unique_active_phone_workspace",outcome="resolved"} 0');
    expect((await exporter.read()).text).toBe(text);
    await database.kysely.updateTable('sessions').set({ lease_expires_at: 1 }).execute();
    expect(samples((await exporter.read()).text, 'wwebjs_accounts'), 'before an instance notices').toEqual([
      `library="${library}",status="disconnected" 1`,
      ...samples(text, 'wwebjs_accounts').filter((sample) => !sample.includes('connected')),
    ]);
    await database.close();
    await store.close();
  });

  test('a login counts as lost once it was there, and the series is there before the first loss', async () => {
    const { database, workspace } = await newServiceDatabase(newAddress);
    const { store } = await emptyStore();
    const links = new Links(database, 'instance', () => {});
    const accounts = new Accounts(database, 'instance');
    const library = '1.34.7';
    const link = async (phone: string) => {
      const { lease } = await links.begin(SessionIds.create(workspace), { phone, library, libraryPin: null });
      await accounts.authenticated(lease);
      return lease;
    };
    const linked = await link('15550100001');
    await links.ready(linked, '15550100001', library);
    const exporter = new Exporter(store, aMinuteLater(database), fail);
    const lost = async () => samples((await exporter.read()).text, 'wwebjs_lost_logins_total');
    expect(await lost()).toEqual([`code="unlinked",library="${library}" 0`]);
    await accounts.fail(await link('15550100002'), 'unlinked');
    expect(await lost(), 'a link that was never ready').toEqual([`code="unlinked",library="${library}" 0`]);
    await accounts.fail(linked, 'unlinked');
    expect(await lost()).toEqual([`code="unlinked",library="${library}" 1`]);
    expect(await lost(), 'the same entry').toEqual([`code="unlinked",library="${library}" 1`]);
    await database.close();
    await store.close();
  });

  test('tell where the newest rollout stands, what was decided last, and what is expected of its links', async () => {
    const { database } = await newServiceDatabase(newAddress);
    const { store } = await emptyStore();
    const exporter = new Exporter(store, database, fail);
    const rollouts = new Rollouts(database, 'instance', readRolloutPlan());
    const { id } = await rollouts.create('1.33.2', '1.34.2');
    const versions = 'baseline="1.33.2",candidate="1.34.2"';
    const before = (await exporter.read()).text;
    expect(samples(before, 'wwebjs_rollout_percent')).toEqual([`${versions},state="active" 1`]);
    expect(samples(before, 'wwebjs_rollout_decision_timestamp_seconds')).toEqual([]);
    await rollouts.apply(id, 'inconclusive');
    await rollouts.apply(id, 'promote');
    const { text } = await exporter.read();
    expect(samples(text, 'wwebjs_rollout_percent')).toEqual([`${versions},state="active" 5`]);
    expect(samples(text, 'wwebjs_rollout_decision_timestamp_seconds')).toEqual([
      expect.stringMatching(`^${versions},decision="advanced",reason="promoted" [\\d.]+$`),
    ]);
    expect(samples(text, 'wwebjs_rollout_expected_ratio')).toEqual([
      'bound="lower",candidate="1.34.2" 0.6',
      'bound="upper",candidate="1.34.2" 0.8',
    ]);
    await Promise.all([database.close(), store.close()]);
  });

  test('keep what was read of a rollout when the next reading breaks off', async () => {
    const { database } = await newServiceDatabase(newAddress);
    const { store } = await emptyStore();
    const troubles: unknown[] = [];
    const exporter = new Exporter(store, database, (error) => troubles.push(error));
    await new Rollouts(database, 'instance', readRolloutPlan()).create('1.33.2', '1.34.2');
    const percents = async () => samples((await exporter.read()).text, 'wwebjs_rollout_percent');
    const before = await percents();
    expect(before).toHaveLength(1);
    await database.kysely.schema.alterTable('rollout_steps').renameTo('gone').execute();
    expect(await percents()).toEqual(before);
    expect(troubles).toHaveLength(1);
    await Promise.all([database.close(), store.close()]);
  });
});
