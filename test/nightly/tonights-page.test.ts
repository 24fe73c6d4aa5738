import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startReplica } from '../../src/replica/start-replica.ts';
import { cli } from '../cli/cli.ts';
import { ownHome } from '../support/own-home.ts';
import { startWebhook } from '../support/webhook.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const [planned, served] = ['2.3000.1029241508', '2.3000.1032534684'];

test('without a network the page of tonight is left out; a new build is captured and checked, and the webhook is notified of it once', {
  timeout: 120_000,
}, async () => {
  const [folder, project] = [ownHome(), temporaryFolder()];
  mkdirSync(join(project, 'compat-matrix'));
  const matrix = `schemaVersion: 1\nblocks:\n  - { library: [1.34.7], build: [${planned}] }\n`;
  writeFileSync(join(project, 'compat-matrix', 'matrix.yaml'), matrix);
  const asked = 'schemaVersion: 1\nbudget: 5\ncapture: true\ncheck: true\n';
  writeFileSync(join(project, 'compat-matrix', 'nightly.yaml'), asked);
  const [notified, address, close] = await startWebhook();
  const replica = await startReplica({ build: served, liveScripts: true });
  const certificate = join(project, 'certificate.pem');
  writeFileSync(certificate, replica.certificate);
  const night = async (port: number) => {
    const site = ['--connect-to', `127.0.0.1:${port}`, '--trust', certificate];
    const { exit, stderr } = await cli(['nightly', '--webhook', address, ...site], folder, project);
    expect(exit, stderr).toBe(0);
    const newest = readdirSync(join(folder, 'nightly')).sort().at(-2) as string;
    const { steps } = JSON.parse(readFileSync(join(folder, 'nightly', newest, 'night.json'), 'utf8'));
    return Object.fromEntries(steps.map((step: { name: string; sentence: string }) => [step.name, step.sentence]));
  };
  try {
    const offline = await night(9);
    expect(offline.capture).toMatch(/^https:\/\/web\.whatsapp\.com\/ cannot be reached: .*ECONNREFUSED/);
    expect(offline.check).toMatch(/^1 version on 1 build: as expected/);
    const first = await night(replica.port);
    expect(first.capture).toMatch(new RegExp(`^${served} of \\d{4}-\\d\\d-\\d\\d: no version loses a step`));
    expect(first.check).toMatch(/^1 version on 2 builds: as expected/);
    const second = await night(replica.port);
    expect(second.capture).toBe(`${served} was seen before: nothing is new`);
    expect(second.check).toMatch(/^1 version on 2 builds/);
    expect(notified).toEqual(['night', 'build', 'night', 'night']);
  } finally {
    await replica.close();
    await close();
  }
});
