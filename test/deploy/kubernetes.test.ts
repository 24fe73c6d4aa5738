import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { queueStates } from '../../src/contracts/fleet-counts.ts';
import { families } from '../../src/metrics/families.ts';
import { flowDeadlineSeconds } from '../../src/runner/deadlines.ts';
import {
  baseObjects,
  type Container,
  type KubernetesObject,
  kubernetes,
  programsOf,
  readObjects,
  workloadsOf,
} from './kubernetes/manifests.ts';

const objects = baseObjects();
const workloads = workloadsOf(objects);
const guide = readFileSync('docs/kubernetes.md', 'utf8');
const sources = globSync('src/**/*.ts').map((file) => readFileSync(file, 'utf8'));
const named = (kind: string) => objects.filter((object) => object.kind === kind);
const namesOf = (kind: string) => new Set(named(kind).map(({ metadata }) => metadata.name));

interface Kustomization {
  resources?: string[];
  components?: string[];
  images?: { name: string; newName: string; newTag: string }[];
}
interface Scaled {
  scaleTargetRef: { name: string };
  triggers: { metadata: Record<string, string> }[];
}
const kustomizations = globSync(join(kubernetes, '**', 'kustomization.yaml')).map(
  (file) => [file, parse(readFileSync(file, 'utf8')) as Kustomization] as const,
);

test.each(kustomizations)('%s names what is there, and every manifest beside it', (file, given) => {
  const folder = dirname(file);
  const { resources = [], components = [] } = given;
  for (const each of [...resources, ...components]) expect(existsSync(join(folder, each)), each).toBe(true);
  const beside = globSync(join(folder, '*.yaml')).map((path) => basename(path));
  const own = resources.filter((each) => each.endsWith('.yaml'));
  expect(new Set(own)).toEqual(new Set(beside.filter((name) => name !== 'kustomization.yaml')));
});

test.each(kustomizations.filter(([file]) => file.includes('overlays')))(
  '%s has the images of its workloads in the version of the package',
  (file, { resources = [], components = [], images = [] }) => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
    const parts = components.flatMap((component) => {
      const folder = join(dirname(file), component);
      const { resources: more = [] } = parse(readFileSync(join(folder, 'kustomization.yaml'), 'utf8')) as Kustomization;
      return more.map((each) => join(folder, each));
    });
    const folders = [...resources.map((each) => join(dirname(file), each)), ...parts];
    const pods = workloadsOf(readObjects(folders.flatMap((folder) => globSync(join(folder, '*.yaml')))));
    const used = new Set(pods.flatMap(({ pod }) => programsOf(pod).map(({ image }) => image)));
    expect(new Set(images.map(({ name }) => name))).toEqual(used);
    for (const { newTag } of images) expect(newTag).toBe(version);
  },
);

test('overlays take the images that a release publishes', () => {
  const { jobs } = parse(readFileSync('.github/workflows/release.yml', 'utf8'));
  const published: string[] = jobs.images.strategy.matrix.target;
  const taken = kustomizations.flatMap(([, { images = [] }]) => images.map(({ newName }) => newName));
  for (const name of taken)
    expect(published.map((target) => `images.example.org/wwebjs-canary-${target}`)).toContain(name);
});

describe.each(workloads)('the pods of $name', ({ labels, pod }) => {
  const containers = [...(pod.initContainers ?? []), ...pod.containers];

  test('take what is not secret from a ConfigMap that is there, and volumes that are there', () => {
    const configs = containers.flatMap(({ env = [] }) =>
      env.flatMap(({ valueFrom }) => valueFrom?.configMapKeyRef ?? []),
    );
    for (const { name, key } of configs)
      expect(named('ConfigMap').find(({ metadata }) => metadata.name === name)?.data).toHaveProperty(key);
    const volumes = new Set(pod.volumes?.map(({ name }) => name));
    for (const { name } of containers.flatMap(({ volumeMounts = [] }) => volumeMounts)) expect(volumes).toContain(name);
    for (const { persistentVolumeClaim: claim } of pod.volumes ?? [])
      if (claim) expect(namesOf('PersistentVolumeClaim')).toContain(claim.claimName);
  });

  test('have only secrets that the guide says how to make', () => {
    const secrets = containers.flatMap(({ env = [] }) => env.flatMap(({ valueFrom }) => valueFrom?.secretKeyRef ?? []));
    for (const { name, key } of secrets) {
      const making = new RegExp(`create secret generic ${name}\\b(?:[^\\n]*\\\\\\n)*[^\\n]*--from-literal=${key}=`);
      expect(making.test(guide), `${name}/${key}`).toBe(true);
    }
  });

  test('set no variable of the program that the program does not read', () => {
    const names = containers.flatMap(({ env = [] }) => env.map(({ name }) => name));
    for (const name of names.filter((each) => each.startsWith('WWEBJS_CANARY_')))
      expect(
        sources.some((text) => text.includes(name)),
        name,
      ).toBe(true);
  });

  test('are in a network policy of their own', () => {
    const matches = (selector: Record<string, string>) =>
      Object.entries(selector).length > 0 && Object.entries(selector).every(([key, value]) => labels[key] === value);
    const policies = named('NetworkPolicy').filter(({ spec }) => matches(spec.podSelector.matchLabels ?? {}));
    expect(policies).toHaveLength(1);
    const ports = new Set(pod.containers.flatMap((container) => container.ports?.map(({ name }) => name) ?? []));
    const open = policies.flatMap(({ spec }) => spec.ingress ?? []).flatMap((rule) => rule.ports);
    expect(new Set(open.map(({ port }: { port: string }) => port))).toEqual(ports);
  });
});

test('every selector of a Service or a budget finds pods', () => {
  for (const { kind, metadata, spec } of [...named('Service'), ...named('PodDisruptionBudget')]) {
    const wanted = Object.entries<string>(spec.selector.matchLabels ?? spec.selector);
    const found = workloads.filter(({ labels }) => wanted.every(([key, value]) => labels[key] === value));
    expect(found, `${kind} ${metadata.name}`).toHaveLength(1);
  }
});

const megabytes = { M: 1, Mi: 1.048576, G: 1000, Gi: 1073.741824 };
const sizeOf = (text: string) => {
  const [, number, unit] = /^(\d+)([MG]i?)$/.exec(text) ?? [];
  return Number(number) * megabytes[unit as keyof typeof megabytes];
};

function service(): { container: Container; grace: number } {
  const { pod } = workloads.find(({ name }) => name === 'service') as (typeof workloads)[number];
  return { container: pod.containers[0] as Container, grace: pod.terminationGracePeriodSeconds as number };
}

test('a pod of the service has the memory that was measured for its sessions, and a fifth more', () => {
  const { container } = service();
  const table = readFileSync('docs/service.md', 'utf8');
  const measured = (part: string) => Number(new RegExp(`^\\| ${part} \\| (\\d+) MB \\|$`, 'm').exec(table)?.[1]);
  const sessions = Number(container.args?.[(container.args ?? []).indexOf('--max-sessions') + 1]);
  const session = measured('the browser of a session') + measured('the host of a session, one to a host');
  const needed = measured('an instance without sessions') + sessions * session;
  const { requests, limits } = container.resources;
  expect(sizeOf(requests.memory as string) * 0.8).toBeGreaterThanOrEqual(needed);
  expect(limits.memory).toBe(requests.memory);
});

test('a pod of the service has time for its drain and its graceful shutdown', () => {
  const { container, grace } = service();
  const command = container.lifecycle?.preStop?.exec.command ?? [];
  const [, minutes] = /^(\d+)m$/.exec(command[command.indexOf('--wait') + 1] ?? '') ?? [];
  const shutdown = 20;
  expect(readFileSync('docs/service.md', 'utf8')).toContain(`graceful shutdown of at most ${shutdown} s`);
  expect(grace).toBeGreaterThanOrEqual(Number(minutes) * 60 + shutdown);
});

test.each(['worker', 'live-worker', 'nightly'])(
  'a pod of %s has time for the attempt with the longest deadline',
  (name) => {
    const deadlines = globSync('canaries/**/*.ts').flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/deadlineSeconds: (\d+)/g)].map(([, seconds]) => Number(seconds)),
    );
    const { pod } = workloads.find((each) => each.name === name) as (typeof workloads)[number];
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(Math.max(flowDeadlineSeconds, ...deadlines));
  },
);

test('KEDA starts a worker for as many attempts as a worker has slots, by a metric that the exporter has', () => {
  const [scaled] = readObjects([join(kubernetes, 'components', 'keda', 'scaled-object.yaml')]) as [KubernetesObject];
  const { scaleTargetRef, triggers } = scaled.spec as Scaled;
  const { pod } = workloads.find(({ name }) => name === scaleTargetRef.name) as (typeof workloads)[number];
  const args = pod.containers[0]?.args ?? [];
  for (const { metadata } of triggers) {
    expect(metadata.threshold).toBe(args[args.indexOf('--slots') + 1]);
    const [, labels, metric, states] =
      /by \(([\w, ]+)\) \((\w+)\{target="replica", state=~"([\w|]+)"\}\)/.exec(metadata.query ?? '') ?? [];
    expect(metric).toBe(families.queueAttempts.name);
    expect(labels?.split(', ').sort()).toEqual(Object.keys(families.queueAttempts.labels).sort());
    expect(queueStates).toEqual(expect.arrayContaining(states?.split('|') ?? ['none']));
  }
});
