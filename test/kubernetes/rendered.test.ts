import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, globSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { home, packageRoot } from '../../src/contracts/home.ts';
import { startReplica } from '../../src/replica/start-replica.ts';
import { ContainerProcess, type Given } from '../deploy/kubernetes/kubelet.ts';
import { type Container, kubernetes, readObjects, type Workload, workloadsOf } from '../deploy/kubernetes/manifests.ts';
import { newMysqlDatabase } from '../support/mysql-server.ts';
import { startPrivateRedis } from '../support/private-redis.ts';
import { startPrivateS3 } from '../support/private-s3.ts';
import { until } from '../support/test-service.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { RestrictedPod } from './restricted.ts';

const run = promisify(execFile);
const minutes = 60_000;
const overlays = globSync(join(kubernetes, 'overlays', '*')).map((folder) => basename(folder));
const folder = temporaryFolder();
const program = join(folder, 'check');
const goFolder = join(packageRoot, kubernetes, 'check');

/** Renders and checks overlays of a copy of the manifests. @returns the folder of what is rendered. */
async function check(manifests: string, names = overlays): Promise<{ rendered: string; said: string }> {
  const rendered = temporaryFolder();
  const given = names.map((name) => join(manifests, 'overlays', name));
  const { stdout } = await run(program, [rendered, ...given], { cwd: goFolder });
  return { rendered, said: stdout };
}

beforeAll(async () => {
  await run('go', ['build', '-o', program, '.'], { cwd: goFolder, env: { ...process.env, GOFLAGS: '-mod=readonly' } });
}, 60 * minutes);

test('every overlay is what Kubernetes takes, restricted, and without a finding of kube-score', {
  timeout: 20 * minutes,
}, async () => {
  const { said } = await check(join(packageRoot, kubernetes));
  for (const name of overlays) expect(said).toMatch(new RegExp(`^${name}: \\d+ objects$`, 'm'));
});

function copyOfManifests(): string {
  const copy = join(temporaryFolder(), 'kubernetes');
  cpSync(join(packageRoot, kubernetes), copy, { recursive: true });
  return copy;
}

test('the component for the sandbox of Chromium reaches every pod that has Chromium, and no other one', {
  timeout: 5 * minutes,
}, async () => {
  const copy = copyOfManifests();
  const overlay = join(copy, 'overlays', 'own');
  mkdirSync(overlay);
  writeFileSync(
    join(overlay, 'kustomization.yaml'),
    'resources: [../all]\ncomponents: [../../components/chromium-sandbox]\n',
  );
  const { rendered } = await check(copy, ['own']);
  const pods = workloadsOf(readObjects([join(rendered, 'own.yaml')]));
  const confined = pods.filter(({ pod }) => pod.securityContext?.seccompProfile?.type === 'Localhost');
  const withChromium = pods.filter(({ pod }) => pod.volumes?.some(({ name }) => name === 'shm'));
  expect(confined).toEqual(withChromium);
  expect(confined.map(({ name }) => name).sort()).toEqual(['nightly', 'service', 'worker']);
});

describe('a damage is found', () => {
  const damages: [what: string, file: string, from: string, to: string, said: RegExp][] = [
    [
      'a key that is not there',
      'base/service/deployment.yaml',
      'replicas: 2',
      'replica: 2',
      /unknown field "spec\.replica"/,
    ],
    [
      'a probe of another port',
      'base/service/deployment.yaml',
      '{ path: /readyz, port: http }',
      '{ path: readyz, port: "a_b" }',
      /readinessProbe\.httpGet\.port/,
    ],
    ['a schedule that is none', 'base/service/add-key.yaml', '"0 0 1 1 *"', '"0 0 1 13 *"', /spec\.schedule/],
    ['no network', 'base/service/network-policy.yaml', 'cidr: 0.0.0.0/0', 'cidr: 0.0.0.0/33', /cidr/],
    [
      'a user who is root',
      'base/exporter/deployment.yaml',
      'runAsNonRoot: true\n        runAsUser: 1000',
      'runAsNonRoot: true\n        runAsUser: 0',
      /not restricted: .*runAsUser=0/,
    ],
    [
      'a file system that can be written',
      'base/exporter/deployment.yaml',
      'readOnlyRootFilesystem: true',
      'readOnlyRootFilesystem: false',
      /kube-score[\s\S]*root filesystem/i,
    ],
    [
      'a budget that finds no pods',
      'base/workers/disruption-budget.yaml',
      'component: worker',
      'component: workers',
      /kube-score[\s\S]*PodDisruptionBudget/,
    ],
    [
      'a key that KEDA does not have',
      'components/keda/scaled-object.yaml',
      'minReplicaCount: 0',
      'minReplicas: 0',
      /unknown fields: spec\.minReplicas/,
    ],
    [
      'a value that KEDA does not take',
      'components/keda/scaled-object.yaml',
      'maxReplicaCount: 20',
      'maxReplicaCount: many',
      /spec\.maxReplicaCount/,
    ],
    [
      'a trigger without what its scaler reads',
      'components/keda/scaled-object.yaml',
      'threshold: "2"',
      'treshold: "2"',
      /a trigger of prometheus needs threshold/,
    ],
    ['a manifest that is not there', 'base/exporter/kustomization.yaml', 'store.yaml', 'stores.yaml', /stores\.yaml/],
  ];

  test.each(damages)('%s', { timeout: 5 * minutes }, async (_, file, from, to, said) => {
    const copy = copyOfManifests();
    const path = join(copy, file);
    const text = readFileSync(path, 'utf8');
    expect(text).toContain(from);
    writeFileSync(path, text.replace(from, to));
    await expect(check(copy)).rejects.toThrow(said);
  });
});

describe('as processes that may do what their pods may', () => {
  const build = '2.3000.1032534684';
  let workloads: Workload[];
  /** Of the service. */
  let key: string;
  let values: Omit<Given, 'launch'>;
  /** What the images have of Chromium and the libraries, and the file with the addresses of the replica. */
  const image: Record<string, string> = {};

  const podOf = (name: string) => (workloads.find((each) => each.name === name) as Workload).pod;

  /** A pod whose init containers have run, and the process of its container. */
  async function pod(of: string, name: string) {
    const pod = podOf(of);
    const restricted = new RestrictedPod(name, pod, image);
    for (const init of pod.initContainers ?? []) {
      const copying = restricted.spawn(init, init.command ?? [], {});
      const [code] = await once(copying, 'exit');
      expect(code, init.name).toBe(0);
    }
    const container = pod.containers[0] as Container;
    const launch: Given['launch'] = (args, environment) => restricted.start(container, args, environment);
    const folderOf = (volume: string) => restricted.folderOf(volume);
    return { pod, folderOf, process: new ContainerProcess(container, { ...values, launch }) };
  }

  beforeAll(async () => {
    const { rendered } = await check(join(packageRoot, kubernetes), ['all']);
    const objects = readObjects([join(rendered, 'all.yaml')]);
    workloads = workloadsOf(objects);
    for (const path of globSync(['browsers/current-*', 'libraries/1.34.7-*', 'libraries/1.33.2-*'], { cwd: home() }))
      image[join('/data', path)] = home(path);
    const [database, s3, redis] = [await newMysqlDatabase(), await startPrivateS3(), await startPrivateRedis()];
    const credentials = {
      's3-access-key-id': s3.env.AWS_ACCESS_KEY_ID,
      's3-secret-access-key': s3.env.AWS_SECRET_ACCESS_KEY,
    };
    // kustomize adds a hash to their names.
    const configs = objects.filter(({ kind }) => kind === 'ConfigMap').map(({ metadata }) => metadata.name);
    values = {
      configs: Object.fromEntries(configs.map((name) => [name, { PROFILES: s3.address, EVIDENCE: s3.address }])),
      secrets: {
        'wwebjs-canary-service': { database, 'seal-key': '5'.repeat(64), ...credentials },
        'wwebjs-canary-exporter': { database },
        'wwebjs-canary-fleet': { queue: redis.url, ...credentials },
        'wwebjs-canary-live': { database, 'seal-key': '5'.repeat(64) },
      },
    };
    key = (await (await pod('add-key', 'add-key-1')).process.run()).trim();
    return () => s3.stop();
  }, 10 * minutes);

  test('a session moves to another pod, by its profile in S3, before the pod that ran it ends', {
    timeout: 10 * minutes,
  }, async () => {
    const replica = await startReplica({ build });
    const { url, chromiumArgs, phoneUrl } = replica;
    const line = '/replica/line.json';
    image['/replica'] = temporaryFolder();
    chmodSync(image['/replica'], 0o755);
    writeFileSync(join(image['/replica'], 'line.json'), JSON.stringify({ url, chromiumArgs, phoneUrl }));
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    const ask = async (service: ContainerProcess, path: string, body?: object) =>
      (
        await fetch(service.url + path, { headers, ...(body && { method: 'POST', body: JSON.stringify(body) }) })
      ).json();
    const [first, second] = [await pod('service', 'service-1'), await pod('service', 'service-2')];
    try {
      await first.process.start('--replica', line);
      const { id: workspace } = await ask(first.process, '/v1/workspaces', { name: 'Berlin' });
      const accounts = `/v1/workspaces/${workspace}/accounts`;
      const account = `${accounts}/${(await ask(first.process, accounts, {})).id}`;
      const code = await until(
        'a code',
        async () => {
          const link = await ask(first.process, `${account}/link`);
          return link.kind === 'qr' && link.code;
        },
        60_000,
      );
      await replica.phones.scan(replica.phones.create('15550100123').id, code);
      const connected = async () => (await ask(second.process, account)).status === 'connected';
      await second.process.start('--replica', line);
      await until('connected', connected, 60_000);
      const sessions = async () => {
        const { items } = await ask(second.process, '/v1/instances');
        return items.map(({ host, sessions }: { host: string; sessions: number }) => [host, sessions]);
      };
      expect(await sessions()).toEqual([
        ['service-1', 1],
        ['service-2', 0],
      ]);
      const exit = await first.process.end(first.pod, async () => {
        expect(await sessions()).toEqual([
          ['service-1', 0],
          ['service-2', 1],
        ]);
      });
      expect(exit).toBe(0);
      await until('connected again', connected, 60_000);
      const { items } = await ask(second.process, `${account}/starts`);
      expect(items.map(({ cause }: { cause: string }) => cause)).toEqual(['moved', 'link-asked']);
      // The last pod would keep its session until the drain is over.
      await fetch(second.process.url + account, { method: 'DELETE', headers });
      expect(await second.process.end(second.pod)).toBe(0);
    } finally {
      first.process.kill();
      second.process.kill();
      await replica.close();
    }
  });

  test('a night has its attempts made by a worker, and gets the evidence of the one that fails', {
    timeout: 10 * minutes,
  }, async () => {
    const [worker, nightly] = [await pod('worker', 'worker-1'), await pod('nightly', 'nightly-1')];
    const [store, matrix] = [nightly.folderOf('store'), nightly.folderOf('matrix')];
    writeFileSync(
      join(matrix, 'nightly.yaml'),
      'schemaVersion: 1\nbudget: 10\nrun: {}\nreport: json=/data/report.json\n',
    );
    writeFileSync(
      join(matrix, 'matrix.yaml'),
      `schemaVersion: 1\nblocks:\n  - { library: [1.33.2, 1.34.7], build: [${build}], flow: [qr-to-ready] }\n`,
    );
    try {
      await worker.process.start();
      await nightly.process.run();
      const { cells } = JSON.parse(readFileSync(join(store, 'report.json'), 'utf8'));
      const attempts = cells.map(({ attempts: [attempt] }: { attempts: { outcome: string }[] }) => attempt);
      expect(attempts.map(({ outcome }: { outcome: string }) => outcome)).toEqual(['failed', 'passed']);
      const files = readdirSync(join(store, 'runs'), { recursive: true }).map(String);
      expect(files.filter((file) => file.endsWith(join(attempts[0].artifacts, 'trace.json')))).toHaveLength(1);
      expect(await worker.process.end(worker.pod)).toBe(0);
    } finally {
      worker.process.kill();
    }
  });

  test('the exporter answers its probes and ends within its time', async () => {
    const { pod: of, process: exporter } = await pod('exporter', 'exporter-1');
    await exporter.start();
    await exporter.untilProbe('readinessProbe', true);
    expect(await exporter.end(of)).toBe(0);
  });
});
