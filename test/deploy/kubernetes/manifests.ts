import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';

/** The folder of the manifests. */
export const kubernetes = 'deploy/kubernetes';

export interface KubernetesObject {
  kind: string;
  metadata: { name: string; labels?: Record<string, string> };
  // biome-ignore lint/suspicious/noExplicitAny: each kind has a shape of its own, which the Go program of the folder checks
  spec?: any;
  data?: Record<string, string>;
}

interface Reference {
  name: string;
  key: string;
  optional?: boolean;
}

export interface Variable {
  name: string;
  value?: string;
  valueFrom?: { secretKeyRef?: Reference; configMapKeyRef?: Reference };
}

export interface Probe {
  httpGet?: { path: string; port: string };
  tcpSocket?: { port: string };
  exec?: { command: string[] };
  periodSeconds?: number;
  timeoutSeconds?: number;
  failureThreshold?: number;
}

export interface Container {
  name: string;
  image: string;
  command?: string[];
  args?: string[];
  env?: Variable[];
  ports?: { name: string; containerPort: number }[];
  startupProbe?: Probe;
  readinessProbe?: Probe;
  livenessProbe?: Probe;
  lifecycle?: { preStop?: { exec: { command: string[] } } };
  resources: Record<'requests' | 'limits', Record<string, string>>;
  volumeMounts?: { name: string; mountPath: string }[];
}

export interface Pod {
  containers: Container[];
  initContainers?: Container[];
  terminationGracePeriodSeconds?: number;
  securityContext?: { seccompProfile?: { type: string } };
  volumes?: { name: string; emptyDir?: object; persistentVolumeClaim?: { claimName: string } }[];
}

/** A workload with the template of its pods. */
export interface Workload {
  kind: string;
  name: string;
  labels: Record<string, string>;
  pod: Pod;
}

/** The objects of files, and the ConfigMaps that their `kustomization.yaml` makes. */
export function readObjects(files: readonly string[]): KubernetesObject[] {
  return files.flatMap((file) => {
    const text = readFileSync(file, 'utf8');
    if (!file.endsWith('kustomization.yaml'))
      return parseAllDocuments(text).map((document) => document.toJS() as KubernetesObject);
    const { configMapGenerator = [] } = parse(text) as {
      configMapGenerator?: { name: string; literals: string[] }[];
    };
    return configMapGenerator.map(({ name, literals }) => ({
      kind: 'ConfigMap',
      metadata: { name },
      data: Object.fromEntries(literals.map((literal) => literal.split(/=(.*)/s).slice(0, 2))),
    }));
  });
}

/** The objects of all bases, before overlays and components change them. */
export function baseObjects(): KubernetesObject[] {
  return readObjects(globSync(join(kubernetes, 'base', '*', '*.yaml')).sort());
}

export function workloadsOf(objects: readonly KubernetesObject[]): Workload[] {
  return objects.flatMap(({ kind, metadata: { name }, spec }) => {
    const template = (spec?.jobTemplate?.spec ?? spec)?.template;
    return template?.spec ? [{ kind, name, labels: template.metadata.labels, pod: template.spec as Pod }] : [];
  });
}

/** The containers of a pod that run the program, in contrast to one that copies files. */
export function programsOf({ containers, initContainers = [] }: Pod): Container[] {
  return [...initContainers, ...containers].filter(({ command }) => command === undefined);
}

/** Values of Secrets or ConfigMaps, by name and key. */
export type Values = Record<string, Record<string, string>>;

/** The environment that a kubelet gives a container. @throws Error for a value that is missing and not optional. */
export function environmentOf({ env = [] }: Container, { secrets, configs }: Record<'secrets' | 'configs', Values>) {
  const environment: Record<string, string> = {};
  for (const { name, value, valueFrom } of env) {
    const reference = valueFrom?.secretKeyRef ?? valueFrom?.configMapKeyRef;
    if (reference === undefined) environment[name] = expand(value ?? '', environment);
    else {
      const found = (valueFrom?.secretKeyRef ? secrets : configs)[reference.name]?.[reference.key];
      if (found !== undefined) environment[name] = found;
      else if (!reference.optional) throw new Error(`${name}: there is no ${reference.name}/${reference.key}`);
    }
  }
  return environment;
}

/** Replaces `$(NAME)` as a kubelet does. @throws Error for a variable that is not set, which a kubelet would not replace. */
export function expand(text: string, environment: Readonly<Record<string, string>>): string {
  return text.replace(/\$\(([A-Za-z_][\w.-]*)\)/g, (_, name: string) => {
    const value = environment[name];
    if (value === undefined) throw new Error(`$(${name}) is not set`);
    return value;
  });
}
