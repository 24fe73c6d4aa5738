import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { startCommentsServer } from '../fixtures/comments-server.ts';
import { exampleCells, exampleRun } from '../fixtures/example-run.ts';
import { reportRun } from '../fixtures/recorded-run.ts';
import { homeWithAttempts, makeProject } from './github/project.ts';
import { gitlab, runGitlabJob } from './gitlab/gitlab.ts';

// Each job of a workflow is several processes, one after another.
vi.setConfig({ testTimeout: 60_000 });

const template = readFileSync('deploy/ci/gitlab/wwebjs-canary.yml', 'utf8');
const sharded = readFileSync('deploy/ci/gitlab-sharded/nightly.yml', 'utf8');

/** A clone of a project on a branch that bumps the version, with the template and further ones. */
function clone(text = template, others: Readonly<Record<string, string>> = {}) {
  const files = { '.gitlab/wwebjs-canary.yml': text, ...others };
  const includes = Object.keys(files).map((local) => `{ local: ${local} }`);
  const project = makeProject(
    { main: '1.34.2', bump: '1.34.7' },
    { '.gitlab-ci.yml': `include: [${includes}]\n`, ...files },
  );
  const git = (...args: string[]) => execFileSync('git', args, { cwd: project.repository, encoding: 'utf8' }).trim();
  git('remote', 'add', 'origin', `file://${project.repository}`);
  return { ...project, base: git('rev-parse', 'main') };
}

test('the template holds for the schema of GitLab; it has a gate for merge requests and canaries for schedules', {
  timeout: 60_000,
}, async () => {
  const { repository } = clone();
  const jobsOf = async (source: string, folder = repository) => {
    const { output } = await gitlab(folder, ['--list', '--no-evaluate-rule-changes'], {
      CI_PIPELINE_SOURCE: source,
    });
    expect(output).toContain('json schema validated');
    return [...output.matchAll(/^(wwebjs-canary-[a-z]+)/gm)].map(([job]) => job);
  };
  expect(await jobsOf('merge_request_event')).toEqual(['wwebjs-canary-gate']);
  expect(await jobsOf('schedule')).toEqual(['wwebjs-canary-nightly']);
  expect(await jobsOf('push')).toEqual([]);
  const withShards = clone(template, { '.gitlab/nightly.yml': sharded });
  const attempts = Array(4).fill('wwebjs-canary-attempts');
  expect(await jobsOf('schedule', withShards.repository)).toEqual([
    'wwebjs-canary-nightly',
    ...attempts,
    'wwebjs-canary-report',
  ]);
  const mistaken = clone(template, { '.gitlab/nightly.yml': sharded.replace('parallel: 4', 'parallel: four') });
  const { code, output } = await gitlab(mistaken.repository, ['--list']);
  expect(output).toContain('parallel');
  expect(code).not.toBe(0);
});

test('the gate of a merge request promotes, and comments', async () => {
  const { repository, base, env } = clone();
  await using server = await startCommentsServer();
  const WWEBJS_CANARY_HOME = await homeWithAttempts({ baseline: '1.34.2', candidate: '1.34.7' }, true);
  const variables = {
    CI_MERGE_REQUEST_DIFF_BASE_SHA: base,
    CI_MERGE_REQUEST_IID: '7',
    CI_PROJECT_ID: '11',
    CI_API_V4_URL: server.url,
    GITLAB_TOKEN: 'secret',
    WWEBJS_CANARY_HOME,
  };
  const { code, output } = await runGitlabJob(repository, 'wwebjs-canary-gate', { ...variables, ...env });
  expect(code, output).toBe(0);
  expect(server.comments.map(({ body }) => body)).toEqual([
    expect.stringContaining('promote: whatsapp-web.js 1.34.7 against 1.34.2'),
  ]);
  expect(existsSync(join(repository, 'reports', 'junit.xml'))).toBe(true);
});

test('the report of a schedule judges all shards that are there, and keeps them', async () => {
  const { repository, env } = clone(template, { '.gitlab/nightly.yml': sharded });
  mkdirSync(join(repository, 'shards'));
  const cells = exampleCells();
  const shard = { shard: { index: 1, count: 2 }, whole: cells.map(({ planned }) => planned) };
  const run = { ...exampleRun, id: 'one' };
  await reportRun('blob', join(repository, 'shards', '1.blob'), cells.slice(2, 3), { part: shard, run: { run } });
  const { code, output } = await runGitlabJob(repository, 'wwebjs-canary-report', env);
  expect(output).toContain('incomplete: shard 2/2 is missing');
  expect(code).toBe(2);
  expect(existsSync(join(repository, '.wwebjs-canary', 'store.sqlite'))).toBe(true);
});
