import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { startCommentsServer } from '../fixtures/comments-server.ts';
import { homeWithAttempts, makeProject } from './github/project.ts';
import { makeForge, type RanWorkflow, runWorkflow } from './github/runner.ts';

// Each job of a workflow is several processes, one after another.
vi.setConfig({ testTimeout: 60_000 });

const workflow = 'deploy/ci/github/wwebjs-canary-gate.yml';
const versions = { baseline: '1.34.2', candidate: '1.34.7' };
const project = makeProject({ main: '1.34.2', bump: '1.34.7', other: '1.34.7' });
const payload = { pull_request: { number: 7 } };

const namesOf = ({ steps }: RanWorkflow) => steps.map(({ name }) => name);

test.each([
  ['promote', 'success', 'notice', undefined],
  ['block', 'failure', 'error', 403],
] as const)(
  'the check, the summary, the comment, the annotation and the artifact say %s',
  async (word, result, level, refusal) => {
    const home = await homeWithAttempts(versions, word === 'promote');
    await using server = await startCommentsServer(refusal);
    const forge = makeForge(project.repository);
    const env = { ...project.env, WWEBJS_CANARY_HOME: home, GITHUB_API_URL: server.url };
    const ran = await runWorkflow(workflow, { forge, event: 'pull_request', ref: 'bump', payload, env });
    expect(ran.results, ran.log).toEqual({ gate: result });
    const heading = `${word}: whatsapp-web.js 1.34.7 against 1.34.2`;
    expect(ran.summary).toContain(heading);
    expect(ran.log).toMatch(new RegExp(`^::${level} title=${heading.replace(':', '%3A')}::`, 'm'));
    const artifact = join(forge.artifacts, 'wwebjs-canary-reports');
    expect(readdirSync(artifact).sort()).toEqual(['html', 'junit.xml', 'report.json', 'summary.md']);
    expect(existsSync(join(artifact, 'html', 'index.html'))).toBe(true);
    const refused = '::warning title=wwebjs-canary::the pull request has no comment';
    // The token of a pull request from a fork only reads: the verdict stands without a comment.
    if (refusal) expect(ran.log).toContain(refused);
    else expect(server.comments.map(({ body }) => body)).toEqual([expect.stringContaining(heading)]);
  },
);

test('a pull request that does not change the version passes without an attempt', async () => {
  const forge = makeForge(project.repository);
  const ran = await runWorkflow(workflow, { forge, event: 'pull_request', ref: 'other', payload, env: project.env });
  expect(ran.results, ran.log).toEqual({ gate: 'success' });
  expect(ran.log).toContain('whatsapp-web.js stays at 1.34.7: there is nothing to judge');
  expect(ran.summary).toBe('');
  expect(readdirSync(forge.artifacts)).toEqual([]);
});

test('a version that does not exist fails the job with its message, and nothing is cached', async () => {
  const forge = makeForge(project.repository);
  const inputs = { baseline: '1.34.2', candidate: 'v1' };
  const ran = await runWorkflow(workflow, { forge, event: 'workflow_dispatch', ref: 'main', inputs, env: project.env });
  expect(ran.results, ran.log).toEqual({ gate: 'failure' });
  expect(ran.log).toContain('--candidate');
  expect(namesOf(ran)).not.toContain('keep libraries and browsers');
  expect(readdirSync(forge.caches)).toEqual([]);
});
