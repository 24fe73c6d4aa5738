import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Replica, startReplica } from '../../../src/replica/start-replica.ts';
import type { Service, ServiceOptions } from '../../../src/service/instance/service.ts';
import type { RolloutRules } from '../../../src/service/rollouts/rollout-rules.ts';
import type { Rollout } from '../../../src/service/rollouts/rollouts.ts';
import type { SessionIds, WorkspaceId } from '../../../src/service/session-ids.ts';
import type { OpenSessionHost } from '../../../src/service/sessions/session-host.ts';
import { defaultPolicy } from '../../gate/evidence-of.ts';
import { lightHosts } from '../../support/light-host.ts';
import { newMysqlDatabase } from '../../support/mysql-server.ts';
import { engines } from '../../support/service-databases.ts';
import { TcpProxy } from '../../support/tcp-proxy.ts';
import { linkWith, startTestService, until, untilStatus } from '../../support/test-service.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

const [baseline, candidate] = ['1.34.7', '1.34.8'];

/** Two steps, and a policy that is content with few links and does not time a busy machine. */
const rules: RolloutRules = {
  policy: {
    ...defaultPolicy,
    success: { marginPoints: 45, looks: [6, 12, 24], falseBlock: 0.01, falsePromote: 0.06 },
    timeToReady: { ratio: 50, falseBlock: 0.01 },
  },
  plan: {
    schemaVersion: 1,
    steps: [
      { percent: 50, watchHours: 0 },
      { percent: 100, watchHours: 0 },
    ],
    controlGroup: 'restart',
    belowBand: 'hold',
    stages: [{ hours: [1, 24], successPercent: { from: 60, to: 100 } }],
  },
};

/** People who link at the same time. */
const atOnce = 4;

let replica: Replica;
let numbers = 15551200000;
const running: Service[] = [];

beforeAll(async () => {
  replica = await startReplica({ build: '2.3000.1044822804', timeScale: 100 });
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((service) => service.stop()));
});
afterAll(async () => {
  await replica.close();
});

/** Hosts in which the login of the candidate is accepted and ready never comes. */
function neverReadyCandidate(): OpenSessionHost {
  const light = lightHosts({ port: replica.port });
  return (spec) => {
    const onSeen: typeof spec.onSeen = (event) => {
      if (spec.library !== candidate || event.type !== 'client:ready') spec.onSeen(event);
    };
    return light({ ...spec, onSeen });
  };
}

async function start(options: Partial<ServiceOptions>): Promise<{ service: Service; workspace: WorkspaceId }> {
  const [, newAddress] = engines[0] as (typeof engines)[0];
  const { service } = await startTestService({
    database: await newAddress(),
    openHost: lightHosts({ port: replica.port }),
    rolloutRules: rules,
    judgeEveryMs: 200,
    library: baseline,
    slots: 8,
    ...options,
  });
  running.push(service);
  return { service, workspace: (await service.workspaces.create('W')).id };
}

async function linkOne(service: Service, workspace: WorkspaceId): Promise<SessionIds> {
  const phone = replica.phones.create(String(++numbers)).id;
  return linkWith(service, workspace, (qr) => replica.phones.scan(phone, qr));
}

/** Links numbers, a few at a time, and waits until they are connected. */
async function linkMany(service: Service, workspace: WorkspaceId, count: number): Promise<SessionIds[]> {
  const linked: SessionIds[] = [];
  const person = async () => {
    for (let i = 0; i < count; i += atOnce) linked.push(await linkOne(service, workspace));
  };
  await Promise.all(Array.from({ length: atOnce }, person));
  for (const ids of linked) await untilStatus(service, ids, 'connected');
  return linked;
}

/** People link numbers, a few at a time, until the rollout is over. */
async function linkUntilOver(service: Service, workspace: WorkspaceId, { id }: Rollout): Promise<SessionIds[]> {
  const linked: SessionIds[] = [];
  const person = async () => {
    while ((await service.rollouts.get(id)).state === 'active') linked.push(await linkOne(service, workspace));
  };
  await Promise.all(Array.from({ length: atOnce }, person));
  return linked;
}

async function history(service: Service, { id }: Rollout): Promise<string[]> {
  const decisions = await service.rollouts.decisions(id, 100, Number.MAX_SAFE_INTEGER);
  return decisions.reverse().map(({ decision, reason, cause, percent, state }) => {
    return [decision, reason, cause, percent, state].join(' ');
  });
}

/** Waits until an account is connected with a version. */
function hostedBy(service: Service, { workspace, account }: SessionIds, version: string) {
  return until(`hosted by ${version}`, async () => {
    const { status, library } = await service.accounts.get(workspace, account);
    return status === 'connected' && library === version;
  });
}

test('a good candidate gets all accounts by itself, step by step, each decided by one of two instances', async () => {
  const database = await newMysqlDatabase();
  const folder = temporaryFolder();
  const { service, workspace } = await start({ database, folder });
  const { service: other } = await start({ database, folder });
  const before = await linkMany(service, workspace, 28);
  const rollout = await service.rollouts.create(baseline, candidate);
  const linked = await linkUntilOver(service, workspace, rollout);
  const decisions = await history(other, rollout);
  expect(decisions.filter((decision) => !decision.startsWith('held'))).toEqual([
    'advanced promoted judged 100 active',
    'advanced watched judged 100 finished',
  ]);
  expect(decisions[0]).toBe('held undecided judged 50 active');
  for (const ids of [...before, ...linked]) await hostedBy(service, ids, candidate);
  // How many link until it is judged is chance, and all of them move, two at a time: 13 to 45 s on a quiet machine.
}, 240_000);

test('a bad candidate is rolled back by itself, and every session it had comes back without a new code', async () => {
  const { service, workspace } = await start({ openHost: neverReadyCandidate(), deadlines: { readyMs: 600 } });
  const before = await linkMany(service, workspace, 6);
  const rollout = await service.rollouts.create(baseline, candidate);
  const linked = await linkUntilOver(service, workspace, rollout);
  const [decision] = await service.rollouts.decisions(rollout.id, 1, Number.MAX_SAFE_INTEGER);
  expect(decision).toMatchObject({ decision: 'rolled_back', reason: 'blocked', cause: 'judged', verdict: 'block' });
  for (const ids of [...before, ...linked]) await hostedBy(service, ids, baseline);
  for (const { devices } of replica.phones.list()) expect(devices.length).toBeLessThanOrEqual(1);
});

test('the judge goes on when the database comes back', async () => {
  const address = await newMysqlDatabase();
  const proxy = await TcpProxy.to(Number(new URL(address).port));
  const { service } = await start({ database: address.replace(/:\d+\//, `:${proxy.port}/`) });
  const first = await service.rollouts.create(baseline, candidate);
  await until('it was judged', async () => (await history(service, first)).length > 0);
  proxy.cut('refuse');
  await until('the instance says that it is not ready', () => !service.ready);
  proxy.mend();
  await until('the instance says that it is ready', () => service.ready);
  await service.rollouts.rollBack(first.id);
  const second = await service.rollouts.create(baseline, candidate);
  await until('it is judged again', async () => (await history(service, second)).length > 0);
  await service.stop();
  running.length = 0;
  await proxy.close();
});
