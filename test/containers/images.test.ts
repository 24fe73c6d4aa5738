import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packageRoot } from '../../src/contracts/home.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { debianTree, registryOf } from './debian-tree.ts';
import { buildImage, type Image, start, untilHealthy } from './image.ts';

const minutes = 60_000;
const dockerfile = join(packageRoot, 'deploy', 'containers', 'Dockerfile');
const stages = temporaryFolder();
const images: Record<string, Image> = {};

beforeAll(async () => {
  const base = debianTree(process.env.CONTAINERS_TREE ?? '/tmp/wwebjs-canary-node-image');
  const say = (line: string) => console.log(line);
  for (const target of ['replica', 'canaries', 'service']) {
    const folder = join(stages, target);
    execFileSync('mkdir', [folder]);
    const workshop = { base, stages: folder, context: packageRoot, env: registryOf(base), say };
    images[target] = await buildImage(dockerfile, target, workshop);
  }
}, 60 * minutes);

afterAll(() => rmSync(stages, { recursive: true, force: true }));

const imageOf = (target: string) => images[target] as Image;

describe.each(['replica', 'canaries', 'service'])('the image %s', (target) => {
  test('runs as an unprivileged user, without the tests and the development tools, with its bill of materials', async () => {
    const image = imageOf(target);
    expect(image.user).toBe('node');
    const bill = JSON.parse(readFileSync(join(image.root, 'app', 'sbom.cdx.json'), 'utf8'));
    expect(bill).toMatchObject({ bomFormat: 'CycloneDX', metadata: { component: { name: 'wwebjs-canary' } } });
    const names = bill.components.map(({ name }: { name: string }) => name);
    expect(names).toContain('fastify');
    expect(names).not.toContain('vitest');
    expect(() => readFileSync(join(image.root, 'app', 'node_modules', 'vitest', 'package.json'))).toThrow('ENOENT');
  });
});

test('the service needs a key, then starts without a network and becomes healthy', {
  timeout: 10 * minutes,
}, async () => {
  const image = imageOf('service');
  const refused = start(image);
  await new Promise((resolve) => refused.process.once('close', resolve));
  expect(refused.output).toContain('serve add-key');
  const adding = start(image, { args: ['serve', 'add-key', 'test', '--scope', 'admin'] });
  await new Promise((resolve) => adding.process.once('close', resolve));
  const serving = start(image);
  try {
    expect(await untilHealthy(serving, image, 120), serving.output).toBe(true);
  } finally {
    await serving.stop();
  }
});

test('the canaries attempt a cell without a network, and their metrics are served', {
  timeout: 15 * minutes,
}, async () => {
  const image = imageOf('canaries');
  const cell = ['--library', '1.34.7', '--build', '2.3000.1032534684', '--flow', 'qr-to-ready', '--browser', 'current'];
  const attempt = start(image, { args: ['run', ...cell] });
  const code = await new Promise((resolve) => attempt.process.once('close', resolve));
  expect(code, attempt.output).toBe(0);
  const watching = start(image, { args: ['watch', '--every', '24h', '--host', '0.0.0.0', ...cell] });
  try {
    expect(await untilHealthy(watching, image, 120), watching.output).toBe(true);
  } finally {
    await watching.stop();
  }
});

test('the replica refuses to listen without a token, and is healthy with one', { timeout: 10 * minutes }, async () => {
  const image = imageOf('replica');
  const refused = start(image);
  const code = await new Promise((resolve) => refused.process.once('close', resolve));
  expect(code, refused.output).toBe(3);
  const listening = start(image, { env: { WWEBJS_CANARY_REPLICA_TOKEN: 'a-token-of-a-test-0123' } });
  try {
    expect(await untilHealthy(listening, image, 60), listening.output).toBe(true);
    const { chromiumArgs } = JSON.parse(listening.output.slice(listening.output.indexOf('{')).split('\n')[0] as string);
    expect(chromiumArgs.join(' ')).toContain('replica');
  } finally {
    await listening.stop();
  }
});
