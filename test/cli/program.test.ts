import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { commandNames } from '../../src/cli/program.ts';
import { packageRoot } from '../../src/contracts/home.ts';

const run = promisify(execFile);

/** The modules of the project and the packages that the command line loads for `args`, as paths in the project. */
async function modulesOf(...args: string[]): Promise<string[]> {
  const preloaded = join(packageRoot, 'test', 'cli', 'list-modules.ts');
  const main = join(packageRoot, 'src', 'cli', 'main.ts');
  const { stderr } = await run(process.execPath, ['--import', preloaded, main, ...args]);
  return JSON.parse(stderr.slice(stderr.lastIndexOf('\n'))) as string[];
}

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

  test.each(commandNames)('%s loads its own file and those of its subcommands', async (name) => {
    const commands = (await modulesOf(name, '--help')).filter(isCommand).map((file) => file.slice(17, -3));
    expect(commands).toContain(name);
    const others = commandFiles.filter((file) => !(file === name || file.startsWith(`${name}-`)));
    expect(commands.filter((file) => others.includes(file))).toEqual([]);
  });
});

test('every command has a file of its own name', () => {
  const tops = commandFiles.filter((file) => !commandNames.some((name) => file.startsWith(`${name}-`)));
  expect(tops.toSorted()).toEqual(commandNames.toSorted());
});
