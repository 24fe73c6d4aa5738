import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { gateCommand } from '../../src/cli/commands/gate.ts';
import { libraryCommand } from '../../src/cli/commands/library.ts';
import { nightlyCommand } from '../../src/cli/commands/nightly.ts';
import { reportCommand } from '../../src/cli/commands/report.ts';
import { runCommand } from '../../src/cli/commands/run.ts';
import { temporaryFolder } from '../temporary-folder.ts';

type WorkflowParser = typeof import('@actions/workflow-parser') &
  typeof import('@actions/workflow-parser/actions/index');

const workflows = globSync('{deploy/ci/github*,.github/workflows}/*.yml').sort();
const templates = globSync('deploy/ci/gitlab*/*.yml').sort();

/** GitHub's own parser of workflows and actions; it imports its schemas in a way that only a bundler understands. */
let parser: WorkflowParser;
beforeAll(async () => {
  const outfile = join(temporaryFolder(), 'workflow-parser.mjs');
  const packages = ['@actions/workflow-parser', '@actions/workflow-parser/actions/index'];
  const contents = packages.map((name) => `export * from '${name}';`).join('\n');
  const stdin = { contents, resolveDir: process.cwd() };
  await build({ stdin, bundle: true, platform: 'node', format: 'esm', outfile, logLevel: 'silent' });
  parser = await import(pathToFileURL(outfile).href);
});

function mistakesIn(name: string, content: string): string[] {
  const trace = new parser.NoOperationTraceWriter();
  const { context } = (name === 'action.yml' ? parser.parseAction : parser.parseWorkflow)({ name, content }, trace);
  return context.errors.getErrors().map(({ message }) => message);
}

describe.each(['action.yml', ...workflows])('%s', (file) => {
  const text = readFileSync(file, 'utf8');

  test('has no mistake for the parser of GitHub', () => {
    expect(mistakesIn(basename(file), text)).toEqual([]);
    expect(mistakesIn(basename(file), text.replace(/^( +)steps:/m, '$1step:'))).not.toEqual([]);
    expect(mistakesIn(basename(file), text.replace(/\$\{\{ (\w+)\./, '${'.concat('{ no_such_context.')))).not.toEqual(
      [],
    );
  });

  test('pins every action of another project to a commit, and says which version that is', () => {
    const used = [...text.matchAll(/^ +(?:- )?uses: (.+)/gm)].map(([, action = '']) => action);
    const others = used.filter((action) => !action.startsWith('./'));
    for (const action of others) expect(action).toMatch(/^[\w-]+\/[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });
});

test('the same version of an action is used everywhere', () => {
  const texts = ['action.yml', ...workflows].map((file) => readFileSync(file, 'utf8')).join('\n');
  const pins = [...texts.matchAll(/^ +(?:- )?uses: ([\w-]+\/[\w-]+)(?:\/\w+)?@(\w+ # .+)/gm)];
  const byAction = Map.groupBy(pins, ([, action]) => action);
  for (const [action, of] of byAction) expect(new Set(of.map(([, , pin]) => pin)).size, action).toBe(1);
});

test.each(workflows)('%s gives a job no right that it does not name', (file) => {
  const { permissions, jobs } = parse(readFileSync(file, 'utf8')) as {
    permissions: object;
    jobs: Record<string, { permissions?: object; 'timeout-minutes'?: number }>;
  };
  expect(permissions).toEqual({});
  for (const [name, job] of Object.entries(jobs)) {
    expect(job.permissions, name).toBeDefined();
    expect(job['timeout-minutes'], name).toBeGreaterThan(0);
  }
});

test.each(['action.yml', ...templates, ...workflows])('%s uses options that the commands have', (file) => {
  const library = libraryCommand();
  const report = reportCommand();
  const commands = [runCommand(), gateCommand(), nightlyCommand(), ...library.commands, ...report.commands];
  const known = commands.flatMap(({ options }) => options.map(({ long }) => long));
  // An option of the command line follows a command of it, or its name in the functions of the action.
  const text = readFileSync(file, 'utf8').replaceAll(/\\\n/g, ' ');
  const lines = text.split('\n').filter((line) => /wwebjs-canary (?:\w|")|canary\b|^ +add --|options\+=/.test(line));
  const used = lines.flatMap((line) => [...line.matchAll(/ (--[a-z-]+)/g)].map(([, option]) => option as string));
  expect(used.filter((option) => !known.includes(option))).toEqual([]);
});

/** Why a script of long tests is not run by a schedule. */
const unscheduled = {
  'test:containers': 'needs root and debootstrap; the images are built for every change',
  'test:kubernetes': 'needs root',
  'test:mutation': 'reports mutants, and takes hours for all folders',
  'test:upstream': 'needs a checkout of the library',
  'test:watch-live': 'is a part of test:flows',
  'test:wwebjs-api': 'needs a checkout of wwebjs-api',
};

test('every script of tests is run by a schedule, or has a reason why not', () => {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'));
  const { jobs } = parse(readFileSync('.github/workflows/long-tests.yml', 'utf8'));
  const scheduled: string[] = jobs.long.strategy.matrix.script;
  const long = Object.keys(scripts).filter((name) => /^(test:|gate:selftest$)/.test(name));
  expect([...scheduled, ...Object.keys(unscheduled)].sort()).toEqual(long.sort());
});
