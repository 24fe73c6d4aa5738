import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { packageRoot } from '../../src/contracts/home.ts';
import { cli } from '../cli/cli.ts';
import { temporaryFolder } from '../temporary-folder.ts';

interface Service {
  command?: string[];
  environment?: Record<string, string>;
  volumes?: string[];
  ports?: string[];
  depends_on?: Record<string, unknown>;
}

const folder = join(packageRoot, 'deploy');
const compose = parse(readFileSync(join(folder, 'compose.yaml'), 'utf8'), { merge: true }) as {
  services: Record<string, Service>;
  volumes: Record<string, unknown>;
};
const services = Object.entries(compose.services);

test('every file that the compose file mounts is there, and every volume is named', () => {
  for (const [name, { volumes = [] }] of services) {
    for (const source of volumes.map((volume) => volume.split(':')[0] ?? '')) {
      if (source.startsWith('.')) expect(existsSync(join(folder, source)), `${name}: ${source}`).toBe(true);
      else expect(compose.volumes, `${name}: ${source}`).toHaveProperty(source);
    }
  }
});

test('nothing is open to other machines, and what a service waits for exists', () => {
  for (const [name, { ports = [], depends_on = {} }] of services) {
    for (const port of ports) expect(port, name).toMatch(/^127\.0\.0\.1:/);
    for (const other of Object.keys(depends_on)) expect(compose.services, name).toHaveProperty(other);
  }
});

test('however often everything is started, there is one key: the second start makes none', async () => {
  const home = temporaryFolder();
  const command = compose.services['service-key']?.command ?? [];
  const first = await cli(command, home);
  expect(first).toMatchObject({ exit: 0, stdout: expect.stringMatching(/^wwc_\w+\n$/) });
  expect(await cli(command, home)).toMatchObject({ exit: 0, stdout: '' });
});

test('Prometheus asks what the compose file starts, at the ports where it listens', () => {
  const { scrape_configs } = parse(readFileSync(join(folder, 'compose', 'prometheus.yml'), 'utf8'));
  const targets = scrape_configs.flatMap(({ static_configs }: { static_configs: { targets: string[] }[] }) =>
    static_configs.flatMap((config) => config.targets),
  );
  expect(targets).toEqual(['service:8080', 'watch:9464']);
  for (const target of targets) expect(compose.services).toHaveProperty(target.split(':')[0]);
});

test('alerts link to the pages that RUNBOOKS_URL names, which Prometheus puts into its external label', () => {
  const { global } = parse(readFileSync(join(folder, 'compose', 'prometheus.yml'), 'utf8'));
  expect(global.external_labels).toEqual({ runbooks: '$' + '{RUNBOOKS_URL}' });
  const { prometheus } = compose.services;
  expect(prometheus?.environment).toEqual({ RUNBOOKS_URL: '$' + '{RUNBOOKS_URL:-}' });
  expect(prometheus?.command).toContain('--enable-feature=expand-external-labels');
});
