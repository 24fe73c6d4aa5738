import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { gateCommand } from '../../src/cli/commands/gate.ts';
import { runCommand } from '../../src/cli/commands/run.ts';
import { temporaryFolder } from '../temporary-folder.ts';

type WorkflowParser = typeof import('@actions/workflow-parser');

const read = (name: string) => readFileSync(join('deploy/gate', name), 'utf8');

/** GitHub's own parser of workflows; it imports its schema in a way that only a bundler understands. */
async function loadWorkflowParser(): Promise<WorkflowParser> {
  const outfile = join(temporaryFolder(), 'workflow-parser.mjs');
  const stdin = { contents: "export * from '@actions/workflow-parser'", resolveDir: process.cwd() };
  await build({ stdin, bundle: true, platform: 'node', format: 'esm', outfile, logLevel: 'silent' });
  return import(pathToFileURL(outfile).href);
}

async function mistakesIn(content: string): Promise<string[]> {
  const { parseWorkflow, NoOperationTraceWriter } = await loadWorkflowParser();
  const { context } = parseWorkflow({ name: 'workflow.yml', content }, new NoOperationTraceWriter());
  return context.errors.getErrors().map(({ message }) => message);
}

describe('the GitHub Actions example', () => {
  const text = read('github-actions.yml');

  it('is a workflow without mistakes for the parser of GitHub', async () => {
    expect(await mistakesIn(text)).toEqual([]);
    expect(await mistakesIn(text.replace('runs-on:', 'run-on:'))).not.toEqual([]);
  });

  it('uses options that run and gate have', () => {
    const used = [...text.matchAll(/ (--[a-z-]+) /g)].map(([, option]) => option as string);
    const known = [runCommand(), gateCommand()].flatMap(({ options }) => options.map(({ long }) => long));
    for (const option of used.filter((name) => name !== '--ignore-scripts')) expect(known).toContain(option);
  });

  it('asks the gate for every build that a shard attempts', () => {
    const { jobs } = parse(text) as { jobs: { attempts: { strategy: { matrix: { build: string[] } } } } };
    expect(text).toContain(`--build ${jobs.attempts.strategy.matrix.build.join(',')}`);
  });
});

describe('the templates for Argo Rollouts and Flagger', () => {
  it.each([
    ['argo-rollouts.yaml', 'argoproj.io/v1alpha1', 'AnalysisTemplate'],
    ['flagger.yaml', 'flagger.app/v1beta1', 'MetricTemplate'],
  ])('%s is a %s %s over metrics that the contract names', (file, apiVersion, kind) => {
    const template = parse(read(file)) as { apiVersion: string; kind: string };
    expect(template).toMatchObject({ apiVersion, kind });
    const metrics = [...read(file).matchAll(/\bwwebjs_[a-z_]+/g)].map(([name]) => name);
    expect(new Set(metrics)).toEqual(
      new Set([
        'wwebjs_gate_verdict',
        'wwebjs_gate_verdict_timestamp_seconds',
        'wwebjs_canary_last_attempt_timestamp_seconds',
      ]),
    );
  });
});
