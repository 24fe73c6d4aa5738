import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { expect, test, vi } from 'vitest';
import { parse } from 'yaml';
import { addRunOptions, type RunCommandOptions } from '../../src/cli/options/run-options.ts';
import { packageRoot } from '../../src/contracts/home.ts';
import type { RunReport } from '../../src/contracts/run.ts';
import { judge } from '../../src/gate/judge.ts';
import { readPlan } from '../../src/runs/read-plan.ts';
import { collectFromReports } from '../../src/verdicts/collect-attempts.ts';
import { exampleRun, passedAttempt } from '../fixtures/example-run.ts';
import { defaultPolicy } from '../gate/evidence-of.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { makeProject } from './github/project.ts';
import { makeForge, runWorkflow } from './github/runner.ts';

// Each job of a workflow is several processes, one after another.
vi.setConfig({ testTimeout: 60_000 });

interface Step {
  name?: string;
  run?: string;
}
interface Workflow {
  jobs: Record<'attempts' | 'gate', { if: string; steps: Step[]; strategy: { matrix: { build: string[] } } }>;
}
const { jobs } = parse(readFileSync(join('deploy', 'ci', 'github-sharded', 'gate.yml'), 'utf8')) as Workflow;

function scriptOf(job: keyof Workflow['jobs'], step: string): string {
  const script = jobs[job].steps.find(({ name }) => name === step)?.run;
  if (script === undefined) throw new Error(`job ${job} has no step "${step}"`);
  return script;
}

/** The report of a shard of the example in which every attempt of its plan passed. */
function shardReport(versions: string, build: string): RunReport {
  const [, text = ''] = /wwebjs-canary run (.*) \|\|/s.exec(scriptOf('attempts', 'attempt both versions')) ?? [];
  const args = text
    .replaceAll('"', '')
    .replaceAll(`${'$'}{{ matrix.build }}`, build)
    .replace('$BASELINE,$CANDIDATE', versions)
    .split(/[\s\\]+/);
  const { library, browser, flow, repeat, ignoreExpectations, ...options } = addRunOptions(new Command())
    .parse(args, { from: 'user' })
    .opts<RunCommandOptions>();
  const plan = readPlan({ choice: { library, build: options.build, browser, flow }, repeat, ignoreExpectations });
  const startedAt = exampleRun.startedAt;
  const cells = plan.map(({ cell }) => ({
    ...cell,
    expectation: null,
    surprise: false,
    attempts: Array.from({ length: repeat ?? 1 }, () => passedAttempt({ startedAt })),
  }));
  const passed = cells.length * (repeat ?? 1);
  return {
    schemaVersion: 1,
    run: { ...exampleRun, finishedAt: startedAt },
    cells,
    summary: { cells: cells.length, passed, failed: 0, infra: 0, surprises: 0 },
  };
}

test.each([
  ['a version that the matrix does not have', '1.34.7', '1.35.0'],
  ['versions that the matrix has with an old browser on different builds', '1.24.0', '1.34.7'],
  ['two versions that the matrix does not have', '1.34.6', '1.35.0'],
])('the plan of the example is enough to promote %s', (_what, baseline, candidate) => {
  const builds = jobs.attempts.strategy.matrix.build;
  const reports = builds.map((build) => shardReport(`${baseline},${candidate}`, build));
  const choice = { build: builds };
  const selection = { baseline, candidate, choice, target: 'replica', narrowing: choice } as const;
  const verdict = judge(collectFromReports(reports, 'the shards', selection, defaultPolicy).evidence, defaultPolicy);
  expect(verdict.verdict, verdict.because.join(' ')).toBe('promote');
});

test('the gate is asked for every build that a shard attempts', () => {
  expect(scriptOf('gate', 'promote or block')).toContain(`--build ${jobs.attempts.strategy.matrix.build.join(',')}`);
});

test('the versions are those of the lockfile before and after the pull request', async () => {
  const project = makeProject({ main: '1.34.2', bump: '1.34.7' });
  const forge = makeForge(project.repository);
  const trigger = { forge, event: 'pull_request', ref: 'bump', env: project.env, only: { job: 'versions' } } as const;
  const { outputs, log } = await runWorkflow('deploy/ci/github-sharded/gate.yml', trigger);
  expect(outputs.versions, log).toEqual({ baseline: '1.34.2', candidate: '1.34.7' });
});

test('neither job starts when the version did not change, and the gate runs when a version is not known', () => {
  const differ = 'needs.versions.outputs.baseline != needs.versions.outputs.candidate';
  expect(jobs.attempts.if).toBe(`${'$'}{{ ${differ} }}`);
  expect(jobs.gate.if).toBe(`${'$'}{{ !cancelled() && (needs.versions.result != 'success' || ${differ}) }}`);
});

/** Runs steps of the gate job as GitHub does, in a folder of their own; `npx` takes the command line of this checkout. */
function runGateSteps(folder: string): { codes: number[]; output: string; summary: string } {
  const summary = join(folder, 'summary.md');
  writeFileSync(summary, '');
  writeFileSync(
    join(folder, 'npx'),
    `#!/bin/sh\nshift\nexec "${process.execPath}" "${join(packageRoot, 'src/cli/main.ts')}" "$@"\n`,
  );
  chmodSync(join(folder, 'npx'), 0o755);
  const versions = { BASELINE: '1.34.7', CANDIDATE: '1.35.0', GITHUB_STEP_SUMMARY: summary };
  const env = { ...process.env, ...versions, PATH: `${folder}:${process.env.PATH}` };
  let output = '';
  const codes = ['promote or block', 'show the verdict'].map((step) => {
    try {
      output += execFileSync('bash', ['-e', '-c', `${scriptOf('gate', step)}`], { cwd: folder, env, stdio: 'pipe' });
      return 0;
    } catch (error) {
      const { status, stdout, stderr } = error as { status: number; stdout: Buffer; stderr: Buffer };
      output += `${stdout}${stderr}`;
      return status;
    }
  });
  return { codes, output, summary: readFileSync(summary, 'utf8') };
}

test('with all shards lost the example says so once and does not pass', () => {
  const folder = temporaryFolder();
  const { codes, output, summary } = runGateSteps(folder);
  expect(codes).toEqual([2, 0]);
  expect(output).not.toContain('error:');
  expect(summary).toBe('every shard was lost: there are no attempts to judge\n');
});

test('with one shard lost the example is inconclusive, names the build, and shows the verdict', () => {
  const folder = temporaryFolder();
  const [first = '', ...others] = jobs.attempts.strategy.matrix.build;
  for (const build of others) {
    writeFileSync(join(folder, `attempts-${build}.json`), JSON.stringify(shardReport('1.34.7,1.35.0', build)));
  }
  const { codes, summary } = runGateSteps(folder);
  expect(codes).toEqual([2, 0]);
  expect(summary).toContain(`There is no attempt of either version with build ${first}.`);
  expect(existsSync(join(folder, 'gate.xml'))).toBe(true);
});
