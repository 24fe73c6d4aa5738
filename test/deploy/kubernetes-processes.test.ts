import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { beforeAll, describe, expect, onTestFailed, test } from 'vitest';
import { program } from '../../src/cli/program.ts';
import { packageRoot } from '../../src/contracts/home.ts';
import { FleetLink } from '../../src/queue/fleet-link.ts';
import type { FleetWorker } from '../../src/queue/needs.ts';
import { newMysqlDatabase } from '../support/mysql-server.ts';
import { ownHome } from '../support/own-home.ts';
import { type PrivateRedis, startPrivateRedis } from '../support/private-redis.ts';
import { until } from '../support/test-service.ts';
import { ContainerProcess, type Given } from './kubernetes/kubelet.ts';
import {
  baseObjects,
  type Container,
  programsOf,
  type Values,
  type Workload,
  workloadsOf,
} from './kubernetes/manifests.ts';

const objects = baseObjects();
const workloads = workloadsOf(objects);
const commands = workloads.flatMap(({ name, pod }) =>
  programsOf(pod).flatMap(({ args = [], lifecycle }): [string, string[]][] => [
    [name, args],
    ...(lifecycle?.preStop
      ? [[`${name}, preStop`, lifecycle.preStop.exec.command.slice(1)] as [string, string[]]]
      : []),
  ]),
);

test.each(commands)('%s: the program takes its arguments', async (_, args) => {
  const words = [...args];
  let command = await program(words);
  for (let next = true; next; ) {
    const found = command.commands.find((each) => each.name() === words[0]);
    next = found !== undefined;
    if (found) {
      command = found;
      words.shift();
    }
  }
  // Throws for a value that an option refuses.
  const { operands, unknown } = command.parseOptions(words);
  expect(unknown).toEqual([]);
  expect(operands.length).toBeLessThanOrEqual(command.registeredArguments.length);
  expect(operands.length).toBeGreaterThanOrEqual(command.registeredArguments.filter(({ required }) => required).length);
});

test.each(workloads.filter(({ kind }) => kind === 'Deployment'))(
  '$name: its port is the one of the program',
  async ({ pod }) => {
    for (const { args = [], ports = [] } of pod.containers) {
      const main = await program(args);
      const command = main.commands.find((each) => each.name() === args[0]);
      const port = command?.options.find(({ long }) => long === '--port')?.defaultValue;
      expect(ports.map(({ containerPort }) => containerPort)).toEqual(port === undefined ? [] : [port]);
    }
  },
);

describe('as processes with the arguments and the environment of the manifests', () => {
  const configs: Values = Object.fromEntries(
    objects.filter(({ kind }) => kind === 'ConfigMap').map(({ metadata, data = {} }) => [metadata.name, data]),
  );
  let given: Given;
  let redis: PrivateRedis;
  const containerOf = (name: string) => {
    const { pod } = workloads.find((each) => each.name === name) as Workload;
    return { pod, process: new ContainerProcess(pod.containers[0] as Container, given) };
  };

  beforeAll(async () => {
    redis = await startPrivateRedis();
    const database = await newMysqlDatabase();
    const service = {
      database,
      'seal-key': '5'.repeat(64),
      's3-access-key-id': 'id',
      's3-secret-access-key': 'secret',
    };
    const home = ownHome();
    given = {
      configs,
      secrets: {
        'wwebjs-canary-service': service,
        'wwebjs-canary-exporter': { database },
        'wwebjs-canary-fleet': { queue: redis.url, 's3-access-key-id': 'id', 's3-secret-access-key': 'secret' },
        'wwebjs-canary-live': { database, 'seal-key': '5'.repeat(64) },
      },
      launch: (args, environment) => {
        const env = { PATH: process.env.PATH, HOME: home, WWEBJS_CANARY_HOME: home, ...environment };
        return spawn(process.execPath, [join(packageRoot, 'src', 'cli', 'main.ts'), ...args], { env, cwd: home });
      },
    };
    expect(await containerOf('add-key').process.run()).toMatch(/^\S+\n$/);
  }, 60_000);

  test('the service answers its probes, drains before the signal, and ends within its time', async () => {
    const { pod, process: service } = containerOf('service');
    onTestFailed(() => service.kill());
    await service.start();
    await service.untilProbe('readinessProbe', true);
    await service.untilProbe('livenessProbe', true);
    const code = await service.end(pod, async () => {
      await service.untilProbe('readinessProbe', false);
      await service.untilProbe('livenessProbe', true);
    });
    expect(code).toBe(0);
  });

  test('the exporter answers its probes and ends within its time', async () => {
    const { pod, process: exporter } = containerOf('exporter');
    onTestFailed(() => exporter.kill());
    await exporter.start();
    await exporter.untilProbe('readinessProbe', true);
    await exporter.untilProbe('livenessProbe', true);
    expect(await exporter.end(pod)).toBe(0);
  });

  test.each(['worker', 'live-worker'])(
    'a %s takes a place at the queue, gives it back, and ends within its time',
    async (name) => {
      const { pod, process: worker } = containerOf(name);
      onTestFailed(() => worker.kill());
      await worker.start();
      const link = await FleetLink.open(redis.url, () => {});
      await until('the queue knows the worker', async () => (await link.workers()).length === 1);
      const [{ serves }] = (await link.workers()) as [FleetWorker];
      expect(serves.targets).toEqual([name === 'worker' ? 'replica' : 'live']);
      expect(await worker.end(pod)).toBe(0);
      expect(await link.workers()).toEqual([]);
      await link.close();
    },
  );
});
