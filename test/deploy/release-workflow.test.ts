import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { temporaryFolder } from '../temporary-folder.ts';
import { makeForge, runWorkflow } from './github/runner.ts';

// Each job of a workflow is several processes, one after another.
vi.setConfig({ testTimeout: 60_000 });

const workflow = '.github/workflows/release.yml';
const changelog = `# Changelog

## [Unreleased]

## [0.2.0] - 2026-12-01

### Added

- This.

## [0.1.0] - 2026-11-30

- That.
`;

/** A repository with what a release needs of this one, at the tag v0.2.0. */
function repositoryToRelease(): { repository: string; head: string } {
  const repository = temporaryFolder();
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=a person', '-c', 'user.email=person@example.com', ...args], {
      cwd: repository,
    });
  for (const folder of ['.ci', 'scripts']) mkdirSync(join(repository, folder));
  cpSync('scripts/release.ts', join(repository, 'scripts', 'release.ts'));
  const manifest = { name: 'wwebjs-canary-of-a-test', version: '0.2.0', scripts: { build: 'node --version' } };
  writeFileSync(join(repository, 'package.json'), JSON.stringify(manifest));
  writeFileSync(
    join(repository, 'package-lock.json'),
    JSON.stringify({ ...manifest, lockfileVersion: 3, packages: {} }),
  );
  writeFileSync(join(repository, 'CHANGELOG.md'), changelog);
  writeFileSync(join(repository, '.ci', 'run'), '#!/bin/sh\necho the suite\n');
  chmodSync(join(repository, '.ci', 'run'), 0o755);
  git('init', '--quiet');
  git('add', '--all');
  git('commit', '--quiet', '--message=release');
  for (const tag of ['v0.2.0', 'v0.3.0']) git('tag', tag);
  return { repository, head: git('rev-parse', 'HEAD').toString().trim() };
}

const { repository, head } = repositoryToRelease();
const env = { PATH: `${dirname(process.execPath)}:${process.env.PATH}` };
const trigger = { forge: makeForge(repository), event: 'push', ref: 'v0.2.0', env } as const;

test.each([
  ['v0.2.0', 'success', 'the suite'],
  ['v0.3.0', 'failure', 'the tag v0.3.0 is not the version 0.2.0 of package.json'],
])('the tag %s is checked: %s', async (ref, result, said) => {
  const ran = await runWorkflow(workflow, { ...trigger, ref, only: { job: 'check' } });
  expect(ran.results.check, ran.log).toBe(result);
  expect(ran.log).toContain(said);
  expect(ran.outputs.check).toEqual({ version: result === 'success' ? '0.2.0' : '' });
});

const checked = { check: { result: 'success', outputs: { version: '0.2.0' } } } as const;

test('the package is published with the repository that its provenance names', async () => {
  const dryRun = { ...env, npm_config_dry_run: 'true' };
  const ran = await runWorkflow(workflow, { ...trigger, env: dryRun, only: { job: 'package', needs: checked } });
  expect(ran.results.package, ran.log).toBe('success');
  expect(ran.log).toContain('+ wwebjs-canary-of-a-test@0.2.0');
});

test('the release has its part of the changelog, and the major tag of the action moves', async () => {
  const calls: { call: string; body: unknown }[] = [];
  const server = createServer(async (request, response) => {
    const call = `${request.method} ${request.url}`;
    calls.push({ call, body: JSON.parse(Buffer.concat(await Array.fromAsync(request)).toString()) });
    response.writeHead(request.method === 'PATCH' ? 422 : 201).end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const GITHUB_API_URL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const needs = { ...checked, package: { result: 'success' }, images: { result: 'success' } } as const;
  try {
    const ran = await runWorkflow(workflow, {
      ...trigger,
      env: { ...env, GITHUB_API_URL },
      only: { job: 'action', needs },
    });
    expect(ran.results.action, ran.log).toBe('success');
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  expect(calls).toEqual([
    {
      call: 'POST /repos/example/bot/releases',
      body: { tag_name: 'v0.2.0', name: 'v0.2.0', body: '### Added\n\n- This.' },
    },
    { call: 'PATCH /repos/example/bot/git/refs/tags/v0', body: { sha: head, force: true } },
    { call: 'POST /repos/example/bot/git/refs', body: { ref: 'refs/tags/v0', sha: head } },
  ]);
});
