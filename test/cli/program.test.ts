import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { commandNames, program } from '../../src/cli/program.ts';
import { packageRoot } from '../../src/contracts/home.ts';
import { readPlan } from '../../src/runs/read-plan.ts';
import { reachedFrom } from '../module-graph.ts';

const run = promisify(execFile);

/** The modules of the project and the packages that a program loads, as paths in the project. */
async function modulesLoadedBy(program: string, ...args: string[]): Promise<string[]> {
  const preloaded = join(packageRoot, 'test', 'cli', 'list-modules.ts');
  const { stderr } = await run(process.execPath, ['--import', preloaded, join(packageRoot, program), ...args]);
  return JSON.parse(stderr.slice(stderr.lastIndexOf('\n'))) as string[];
}

const modulesOf = (...args: string[]) => modulesLoadedBy('src/cli/main.ts', ...args);

const commandFiles = readdirSync(join(packageRoot, 'src', 'cli', 'commands')).map((file) => file.replace(/\.ts$/, ''));
const isCommand = (file: string) => file.startsWith('src/cli/commands/');

describe.concurrent('a command is loaded when it is asked for', () => {
  test.each(['--version', '--help'])('%s loads no command, and no package but commander', async (option) => {
    const modules = await modulesOf(option);
    expect(modules).toContain('src/cli/program.ts');
    expect(modules.filter(isCommand)).toEqual([]);
    const packages = modules.flatMap((file) => /^node_modules\/([^/]+)/.exec(file)?.[1] ?? []);
    expect([...new Set(packages)]).toEqual(['commander']);
    expect(modules.filter((file) => file.startsWith('src/')).length, modules.join(' ')).toBeLessThanOrEqual(7);
  });

  test.each(commandNames)('%s loads no command but its subcommands', (name) => {
    const reached = reachedFrom(join(packageRoot, 'src', 'cli', 'commands', `${name}.ts`));
    const commands = reached.map(({ file }) => relative(packageRoot, file)).filter(isCommand);
    const isOwn = (file: string) =>
      file === `src/cli/commands/${name}.ts` || file.startsWith(`src/cli/commands/${name}-`);
    expect(commands.filter((file) => !isOwn(file))).toEqual([]);
  });
});

test('a program that imports the package loads no other package with it', async () => {
  const modules = await modulesLoadedBy('src/index.ts');
  expect(modules).toContain('src/runner/flow.ts');
  expect(modules.filter((file) => file.startsWith('node_modules/'))).toEqual([]);
});

test('every command has a file of its own name', () => {
  const tops = commandFiles.filter((file) => !commandNames.some((name) => file.startsWith(`${name}-`)));
  expect(tops.toSorted()).toEqual(commandNames.toSorted());
});

test('the help of run names both targets, and where the risks of one of them are', async () => {
  const main = await program(['run']);
  const run = main.commands.find((command) => command.name() === 'run');
  expect(run?.helpInformation().replace(/\s+/g, ' ')).toContain(
    'replica, or live, with numbers of your own (docs/live.md)',
  );
});

test('the first run that the README and the help show is of a version that links and passes all stages there', () => {
  const texts = ['README.md', 'src/cli/program.ts'].map((file) => readFileSync(join(packageRoot, file), 'utf8'));
  for (const text of texts) {
    const [, library = '', build = ''] = /wwebjs-canary run --library (\S+) --build ([\d.]+)/.exec(text) ?? [];
    const plan = readPlan({ choice: { library: [library], build: [build] } }, undefined);
    expect(plan.map(({ cell, expectation }) => ({ ...cell, expectation }))).toEqual([
      expect.objectContaining({ library, build, flow: 'qr-to-ready', expectation: null }),
      expect.objectContaining({ library, build, flow: 'linked-device', expectation: null }),
    ]);
  }
});
