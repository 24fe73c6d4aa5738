import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Replica, startReplica } from '../../../src/replica/start-replica.ts';
import type { Service } from '../../../src/service/instance/service.ts';
import type { SessionIds, WorkspaceId } from '../../../src/service/session-ids.ts';
import { LibraryFailed, type OpenSessionHost } from '../../../src/service/sessions/session-host.ts';
import { lightHosts } from '../../support/light-host.ts';
import { engines } from '../../support/service-databases.ts';
import { linkWith, startTestService, until, untilStatus } from '../../support/test-service.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

const [baseline, candidate] = ['1.34.7', '1.33.2'];
/** Longer than any of these tests may take: who waits for it fails. */
const readyMs = 60_000;

let replica: Replica;
let service: Service;
let workspace: WorkspaceId;
let ids: SessionIds;
let numbers = 15551100000;
/** What the candidate does: it cannot be loaded, becomes `authenticated` and never `ready`, or does not find the saved login. */
let candidateIs: 'broken' | 'hanging' | 'forgetful';
let startsOfCandidate: number;

beforeAll(async () => {
  replica = await startReplica({ build: '2.3000.1044822804' });
});
afterAll(() => replica.close());

const openHost: OpenSessionHost = (spec) => {
  const light = lightHosts({ port: replica.port });
  if (spec.library === baseline) return light(spec);
  startsOfCandidate++;
  if (candidateIs === 'forgetful') return light({ ...spec, folder: temporaryFolder() });
  if (candidateIs === 'broken') throw new LibraryFailed('broken by the test');
  return light({ ...spec, onSeen: (event) => event.type !== 'client:ready' && spec.onSeen(event) });
};

beforeEach(async () => {
  startsOfCandidate = 0;
  const [, newAddress] = engines[0] as (typeof engines)[0];
  const deadlines = { readyMs };
  const options = { library: baseline, slots: 1, deadlines, judgeEveryMs: null };
  ({ service } = await startTestService({
    database: await newAddress(),
    openHost: async (spec) => openHost(spec),
    ...options,
  }));
  workspace = (await service.workspaces.create('W')).id;
  const phone = replica.phones.create(String(++numbers)).id;
  ids = await linkWith(service, workspace, (qr) => replica.phones.scan(phone, qr));
  await untilStatus(service, ids, 'connected');
});
afterEach(() => service.stop());

const overBackoff = () => service.database.kysely.updateTable('sessions').set({ next_start_at: 0 }).execute();

async function untilAttention(): Promise<void> {
  await until('it needs attention', async () => {
    await overBackoff();
    return (await service.accounts.get(workspace, ids.account)).attention;
  });
}

/** Begins a rollout and gives the candidate all accounts. */
async function rollOut(): Promise<string> {
  const { id } = await service.rollouts.create(baseline, candidate);
  for (let step = 0; step < 3; step++) await service.rollouts.advance(id);
  return id;
}

test('sessions that a candidate broke are connected again after a roll back, without a person', async () => {
  candidateIs = 'broken';
  const id = await rollOut();
  await untilAttention();
  await service.rollouts.rollBack(id);
  expect(await untilStatus(service, ids, 'connected', 10_000)).toMatchObject({ attention: null, library: baseline });
});

test('a session that hangs on the candidate is not waited for: it moves back at once, even where it has the only slot', async () => {
  candidateIs = 'hanging';
  const id = await rollOut();
  await until('the candidate has it', () => startsOfCandidate > 0);
  await untilStatus(service, ids, 'authenticated');
  await service.rollouts.rollBack(id);
  expect(await untilStatus(service, ids, 'connected', 10_000)).toMatchObject({ library: baseline });
});

test('a login that only the candidate did not find is there again after a roll back, without a new code', async () => {
  candidateIs = 'forgetful';
  const id = await rollOut();
  expect(await untilStatus(service, ids, 'failed')).toMatchObject({ cause: 'unlinked', library: candidate });
  await service.rollouts.rollBack(id);
  expect(await untilStatus(service, ids, 'connected', 10_000)).toMatchObject({ library: baseline });
});

test('a number that was linked again meanwhile is not taken back by a roll back', async () => {
  candidateIs = 'forgetful';
  const id = await rollOut();
  const { phone } = await untilStatus(service, ids, 'failed');
  const newer = await service.sessions.link(workspace, { phone, pairing: false, libraryPin: null });
  await service.rollouts.rollBack(id);
  expect(await service.accounts.get(workspace, ids.account)).toMatchObject({ status: 'failed' });
  expect(await service.accounts.get(workspace, newer.account)).toMatchObject({ status: 'qr_scanning' });
});

test('a link whose code was scanned and that hangs on a version moves to the one that is chosen for it', async () => {
  candidateIs = 'hanging';
  const phone = replica.phones.create(String(++numbers)).id;
  const link = await service.sessions.link(workspace, { phone: null, pairing: false, libraryPin: candidate });
  const { code } = await until('a code is shown', () => service.linkCodes.get(link.session));
  await replica.phones.scan(phone, code);
  await untilStatus(service, link, 'authenticated');
  await service.accounts.pinLibrary(link, baseline);
  await untilStatus(service, link, 'connected', 10_000);
});

test('a version that broke an account and is no longer chosen for it leaves no attention and no wait', async () => {
  candidateIs = 'broken';
  await service.accounts.pinLibrary(ids, candidate);
  await untilAttention();
  await service.accounts.pinLibrary(ids, candidate);
  expect(await service.accounts.get(workspace, ids.account)).toMatchObject({ attention: 'library-failed' });
  await service.accounts.pinLibrary(ids, null);
  await untilStatus(service, ids, 'connected', 10_000);
});
