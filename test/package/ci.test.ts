import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { verdictSchema } from '../../src/contracts/verdict.ts';
import type { Forge } from '../deploy/github/known-actions.ts';
import { makeForge, runWorkflow } from '../deploy/github/runner.ts';
import { startCommentsServer } from '../fixtures/comments-server.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { pack } from './installed-package.ts';

const minutes = 60_000;
const builds = ['2.3000.1029241508', '2.3000.1032534684'];
const env = { PATH: `${dirname(process.execPath)}:${process.env.PATH}` };

/** A repository that installs the packed package with the real npm; its branch `bump` goes from a version that works to one that does not. */
let forge: Forge;
beforeAll(async () => {
  const { tarball } = await pack();
  const repository = temporaryFolder();
  const run = (program: string, ...args: string[]) =>
    execFileSync(program, args, { cwd: repository, stdio: 'pipe', env: { ...process.env, ...env } });
  const who = ['-c', 'user.name=a person', '-c', 'user.email=person@example.com'];
  const write = (name: string, text: string) => {
    mkdirSync(dirname(join(repository, name)), { recursive: true });
    writeFileSync(join(repository, name), text);
  };
  run('git', 'init', '--quiet', '--initial-branch=main');
  write('.gitignore', 'node_modules/\n.wwebjs-canary/\n');
  write(
    'compat-matrix/matrix.yaml',
    `schemaVersion: 1\nblocks:\n  - { library: [1.34.2, 1.34.7], build: [${builds}], flow: [qr-to-ready] }\n`,
  );
  const policy = readFileSync('compat-matrix/policy.yaml', 'utf8');
  write('compat-matrix/policy.yaml', policy.replace(/^flows: .*$/m, 'flows: [qr-to-ready]'));
  for (const [branch, version] of [
    ['main', '1.34.7'],
    ['bump', '1.24.0'],
  ] as const) {
    if (branch !== 'main') run('git', 'checkout', '--quiet', '-b', branch);
    const dependencies = { 'whatsapp-web.js': version };
    const manifest = {
      name: 'bot',
      private: true,
      dependencies,
      devDependencies: { 'wwebjs-canary': `file:${tarball}` },
    };
    write('package.json', JSON.stringify(manifest));
    run('npm', 'install', '--package-lock-only', '--ignore-scripts', '--no-audit', '--no-fund');
    run('git', 'add', '--all');
    run('git', ...who, 'commit', '--quiet', `--message=${branch}`);
  }
  forge = makeForge(repository);
}, 10 * minutes);

test('the sharded nightly workflow attempts real versions in shards and reports them', {
  timeout: 30 * minutes,
}, async () => {
  const ran = await runWorkflow('deploy/ci/github-sharded/nightly.yml', {
    forge,
    event: 'schedule',
    ref: 'main',
    env,
  });
  expect(ran.log).not.toMatch(/shards? .* (?:is|are) missing/);
  const report = JSON.parse(readFileSync(join(forge.artifacts, 'wwebjs-canary-reports', 'report.json'), 'utf8'));
  const cells = report.cells.map(({ library, build }: { library: string; build: string }) => `${library} ${build}`);
  for (const build of builds) expect(cells).toContain(`1.34.7 ${build}`);
  expect(report.summary).toMatchObject({ infra: 0, surprises: 0 });
  expect(ran.results, ran.log).toEqual({ attempts: 'success', report: 'success' });
  const caches = readdirSync(forge.caches);
  expect(caches.filter((name) => name.startsWith('wwebjs-canary-Linux-X64-'))).not.toEqual([]);
  expect(caches.filter((name) => name.startsWith('wwebjs-canary-history-'))).toHaveLength(1);
});

test('the gate blocks a real version that does not work', { timeout: 30 * minutes }, async () => {
  await using server = await startCommentsServer();
  const trigger = { forge, event: 'pull_request', ref: 'bump', payload: { pull_request: { number: 7 } } } as const;
  const ran = await runWorkflow('deploy/ci/github/wwebjs-canary-gate.yml', {
    ...trigger,
    env: { ...env, GITHUB_API_URL: server.url },
  });
  expect(ran.results, ran.log).toEqual({ gate: 'failure' });
  const reports = join(forge.artifacts, 'wwebjs-canary-reports');
  const verdict = verdictSchema.parse(JSON.parse(readFileSync(join(reports, 'report.json'), 'utf8')));
  expect(verdict).toMatchObject({ verdict: 'block', baseline: '1.34.7', candidate: '1.24.0' });
  expect(server.comments.map(({ body }) => body)).toEqual([expect.stringContaining('block: whatsapp-web.js 1.24.0')]);
  expect(existsSync(join(reports, 'html', 'index.html'))).toBe(true);
});
