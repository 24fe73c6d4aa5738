import { mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { packageRoot } from '../../src/contracts/home.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { debianTree, registryOf } from './debian-tree.ts';
import { buildImages, Container, type Image } from './image.ts';
import { findInTree } from './tree.ts';

const minutes = 60_000;
const folder = temporaryFolder();

let images: ReadonlyMap<string, Image>;
beforeAll(async () => {
  const base = debianTree(process.env.CONTAINERS_TREE ?? '/tmp/wwebjs-canary-node-image');
  const dockerfile = join(packageRoot, 'deploy', 'containers', 'Dockerfile');
  const say = (line: string) => console.log(line);
  images = await buildImages(dockerfile, { base, folder, context: packageRoot, env: registryOf(base), say });
}, 60 * minutes);

const imageOf = (target: string) => images.get(target) as Image;
const containerOf = (target: string) => new Container(imageOf(target), mkdtempSync(join(folder, 'container-')));

describe.each(['replica', 'canaries', 'service'])('the image %s', (target) => {
  test('has the package without tests and development tools, and its bill of materials', () => {
    const { tree } = imageOf(target);
    const bill = JSON.parse(readFileSync(findInTree(tree, 'opt/wwebjs-canary/sbom.cdx.json') as string, 'utf8'));
    expect(bill).toMatchObject({ bomFormat: 'CycloneDX', metadata: { component: { name: 'wwebjs-canary' } } });
    const names = bill.components.map(({ name }: { name: string }) => name);
    expect(names).toContain('fastify');
    expect(names).toContain('bullmq');
    expect(names).toContain('@aws-sdk/credential-provider-node');
    expect(names).not.toContain('vitest');
    for (const absent of [
      'opt/wwebjs-canary/node_modules/vitest',
      'opt/wwebjs-canary/src',
      'opt/wwebjs-canary/test',
      'build',
    ])
      expect(findInTree(tree, absent), absent).toBe(null);
  });

  test('runs as a user that cannot change it', async () => {
    const shell = { ...imageOf(target), entrypoint: ['sh', '-c'] };
    const trying = new Container(shell, mkdtempSync(join(folder, 'container-')));
    const writing = trying.start(['id -u; touch /opt/wwebjs-canary/x /usr/x; touch /data/x && echo data']);
    await writing.ended;
    expect(writing.output).toMatch(/^1000\n/m);
    expect(writing.output).toContain("cannot touch '/opt/wwebjs-canary/x': Permission denied");
    expect(writing.output).toContain("cannot touch '/usr/x': Permission denied");
    expect(writing.output).toMatch(/^data\n/m);
  });
});

test('the service needs a key, then it starts without a network and becomes healthy', {
  timeout: 10 * minutes,
}, async () => {
  const container = containerOf('service');
  const refused = container.start();
  expect(await refused.ended, refused.output).not.toBe(0);
  expect(refused.output).toContain('add-key');
  const adding = container.start(['serve', 'add-key', 'test', '--scope', 'admin']);
  expect(await adding.ended, adding.output).toBe(0);
  const serving = container.start();
  try {
    expect(await container.isHealthy(serving, 120), serving.output).toBe(true);
  } finally {
    await serving.stop();
  }
});

test('Chromium has its sandbox where the kernel allows it to the user of the image', async () => {
  const doctor = containerOf('canaries').start(['doctor', '--json']);
  await doctor.ended;
  const { checks } = JSON.parse(doctor.output.slice(doctor.output.indexOf('{')));
  expect(checks.find(({ name }: { name: string }) => name === 'browser current')?.found).toContain('sandbox on');
});

test('the canaries attempt a cell without a network, and their metrics are served', {
  timeout: 15 * minutes,
}, async () => {
  const container = containerOf('canaries');
  const cell = ['--library', '1.34.7', '--build', '2.3000.1032534684', '--flow', 'qr-to-ready', '--browser', 'current'];
  const attempt = container.start(['run', ...cell]);
  expect(await attempt.ended, attempt.output).toBe(0);
  const watching = container.start(['watch', '--every', '24h', '--host', '0.0.0.0', ...cell]);
  try {
    expect(await container.isHealthy(watching, 120), watching.output).toBe(true);
  } finally {
    await watching.stop();
  }
});

test('the replica needs a token, then it is healthy', { timeout: 10 * minutes }, async () => {
  const container = containerOf('replica');
  const refused = container.start();
  expect(await refused.ended, refused.output).toBe(3);
  const listening = container.start([], { WWEBJS_CANARY_REPLICA_TOKEN: 'a-token-of-a-test-0123' });
  try {
    expect(await container.isHealthy(listening, 60), listening.output).toBe(true);
    const { chromiumArgs } = JSON.parse(/^\{.*\}$/m.exec(listening.output)?.[0] ?? '{}');
    expect(chromiumArgs.join(' ')).toContain('replica');
  } finally {
    await listening.stop();
  }
});
