import { existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { home } from '../../../src/contracts/home.ts';
import { makeProject } from '../../deploy/github/project.ts';
import { makeForge, runWorkflow } from '../../deploy/github/runner.ts';
import { runGitlabJob } from '../../deploy/gitlab/gitlab.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

const matrix = `schemaVersion: 1
blocks:
  - { library: [1.34.7], build: [2.3000.1032534684], flow: [qr-to-ready] }
`;

/** A home with what is installed here, and nothing else. */
function homeOfJob(): string {
  const folder = temporaryFolder();
  for (const name of ['libraries', 'browsers']) symlinkSync(home(name), join(folder, name));
  return folder;
}

test('a shard of the nightly workflow attempts a real version, and the report of the night has it', async () => {
  // One shard, which has the only cell of the matrix.
  const workflow = join(temporaryFolder(), 'nightly.yml');
  const text = readFileSync('deploy/ci/github-sharded/nightly.yml', 'utf8');
  writeFileSync(
    workflow,
    text.replace('shard: [1, 2, 3, 4]', 'shard: [1]').replace('matrix.shard }}/4', 'matrix.shard }}/1'),
  );
  const project = makeProject({ main: '1.34.7' }, { 'compat-matrix/matrix.yaml': matrix });
  const forge = makeForge(project.repository);
  const trigger = { forge, event: 'schedule', ref: 'main' } as const;
  const env = { ...project.env, WWEBJS_CANARY_HOME: homeOfJob() };
  const shard = await runWorkflow(workflow, { ...trigger, env, only: { job: 'attempts' } });
  expect(shard.results, shard.log).toEqual({ attempts: 'success' });
  const only = { job: 'report', needs: { attempts: { result: 'success' } } } as const;
  const ran = await runWorkflow(workflow, { ...trigger, env: project.env, only });
  expect(ran.results.report, ran.log).toBe('success');
  const report = JSON.parse(readFileSync(join(forge.artifacts, 'wwebjs-canary-reports', 'report.json'), 'utf8'));
  expect(report.summary).toEqual({ cells: 1, passed: 1, failed: 0, infra: 0, surprises: 0 });
  expect(ran.summary).toContain('**1.34.7** | ✓');
});

test('a shard of the sharded GitLab template attempts a real version', async () => {
  const { repository, env } = makeProject(
    { main: '1.34.7' },
    {
      '.gitlab-ci.yml': 'include: [{ local: .gitlab/wwebjs-canary.yml }, { local: .gitlab/nightly.yml }]\n',
      '.gitlab/wwebjs-canary.yml': readFileSync('deploy/ci/gitlab/wwebjs-canary.yml', 'utf8'),
      '.gitlab/nightly.yml': readFileSync('deploy/ci/gitlab-sharded/nightly.yml', 'utf8'),
      'compat-matrix/matrix.yaml': matrix,
    },
  );
  const shard = { CI_NODE_INDEX: '1', CI_NODE_TOTAL: '1', WWEBJS_CANARY_HOME: homeOfJob() };
  const { code, output } = await runGitlabJob(repository, 'wwebjs-canary-attempts', { ...env, ...shard });
  expect(code, output).toBe(0);
  expect(output).toContain('1 passed, 0 failed, all as expected');
  expect(existsSync(join(repository, 'shards', '1.blob'))).toBe(true);
});
