import { join } from 'node:path';
import type { Command } from 'commander';
import { beforeAll, expect, test } from 'vitest';
import { commandNames, program } from '../../src/cli/program.ts';
import { chooseReporters } from '../../src/report/choose-reporters.ts';
import { diffReporters } from '../../src/report/diff-reporters.ts';
import { reporters, usageOf } from '../../src/report/reporters.ts';
import { studyReporters } from '../../src/report/study/study-reporters.ts';
import { verdictReporters } from '../../src/report/verdict/verdict-reporters.ts';
import { openStore } from '../../src/store/open-store.ts';
import { StoreRecorder } from '../../src/store/store-recorder.ts';
import { passedAttempt, planned, playRun } from '../fixtures/example-run.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { cli } from './cli.ts';

const home = temporaryFolder();
const main = await program(commandNames);

beforeAll(async () => {
  const store = await openStore(join(home, 'store.sqlite'));
  await playRun([{ planned: planned(), attempts: [passedAttempt()] }], [new StoreRecorder(store, home)]);
  await store.close();
});

/** How each option and argument with listed choices is used, and the exit code of a command that has accepted it. */
const uses: Record<string, { args: (choice: string) => string[]; exit: number }> = {
  'run --trace': { args: (choice) => ['run', '--last-failed', '--trace', choice], exit: 0 },
  // Refused for the port, which is tried last.
  'watch --trace': { args: (choice) => ['watch', '--trace', choice, '--host', '999.1.1.1'], exit: 3 },
  'gate --target': {
    args: (choice) => ['gate', '--baseline', '1.34.7', '--candidate', '1.34.7', '--target', choice],
    exit: 2,
  },
  // Refused for the policy, before anything is opened.
  'serve --log-level': { args: (choice) => ['serve', '--log-level', choice, '--policy', 'none.yaml'], exit: 3 },
  'serve add-key --scope': { args: (choice) => ['serve', 'add-key', 'deploy-bot', '--scope', choice], exit: 0 },
  'db query question': { args: (choice) => ['db', 'query', choice], exit: 0 },
  'restore --waits-for': { args: (choice) => ['restore', '--all', '--waits-for', choice], exit: 0 },
  // Refused for the folder, which is this project.
  'init --ci': { args: (choice) => ['init', '--ci', choice], exit: 3 },
};

function listed(command: Command, path: readonly string[] = []): [use: string, choice: string][] {
  const own = [...command.options, ...command.registeredArguments].flatMap((one) => {
    const name = 'long' in one ? (one.long ?? one.name()) : one.name();
    return (one.argChoices ?? []).map((choice): [string, string] => [[...path, name].join(' '), choice]);
  });
  return [...own, ...command.commands.flatMap((sub) => listed(sub, [...path, sub.name()]))];
}

test('every option with listed choices is tried below', () => {
  expect(new Set(listed(main).map(([use]) => use))).toEqual(new Set(Object.keys(uses)));
});

test.concurrent.each(listed(main))('%s: the choice %s, which the help lists, is accepted', async (use, choice) => {
  const { args, exit } = uses[use] as (typeof uses)[string];
  const ended = await cli(args(choice), home);
  expect(ended.stderr).not.toContain(`'${choice}'`);
  expect(ended.stderr).not.toContain(`--${use.split(' --')[1]} ${choice}`);
  expect(ended.exit, ended.stderr).toBe(exit);
});

function helpOf(command: Command): string {
  const pieces: string[] = [];
  command.configureOutput({ writeOut: (piece) => pieces.push(piece) }).outputHelp();
  return pieces.join('');
}

test('every command shows an example in its help', () => {
  const all = (command: Command): Command[] => [command, ...command.commands.flatMap(all)];
  const without = all(main).filter((command) => !/^Examples?:\n\s+.*wwebjs-canary/m.test(helpOf(command)));
  expect(without.map((command) => `${command.parent?.name()} ${command.name()}`)).toEqual([]);
});

test.each([
  [['run'], /list and an HTML report/],
  [['watch'], /\(default: list\)/],
])('%s says what it reports by default', async (command, words) => {
  const { stdout } = await cli([...command, '--help']);
  expect(stdout.replace(/\s+/g, ' ')).toMatch(words);
});

/** Options that refuse each other, of which the help of one names the other. */
test.each([
  [['run', '--last-failed', '--config', 'm.yaml'], '--last-failed', '--config'],
  [['gate', '--baseline', '1.34.7', '--candidate', '1.34.2', '--run', '--attempts', 'r.json'], '--attempts', '--run'],
  [['gate', '--baseline', '1.34.7', '--candidate', '1.34.2', '--seed', '1'], '--seed', '--run'],
  [['gate', '--baseline', '1.34.7', '--candidate', '1.34.2', '--slots', '1'], '--slots', '--run'],
  [['run', '--queue', 'redis://127.0.0.1:1', '--target', 'live', '--account', 'anna'], '--account', '--queue'],
  [
    ['run', '--queue', 'redis://127.0.0.1:1', '--target', 'live', '--live-screenshots'],
    '--live-screenshots',
    '--queue',
  ],
  [['report', 'merge', 'one.blob', '--webhook', 'https://example.org'], '--webhook', '--keep'],
])('%j is refused, and the help of %s names %s', async (args, option, other) => {
  const { exit, stderr } = await cli(args);
  expect([exit, stderr]).toEqual([3, expect.stringContaining(option)]);
  const command = args.slice(
    0,
    args.findIndex((arg) => arg.startsWith('--') || arg.includes('.')),
  );
  const { stdout } = await cli([...command, '--help']);
  const [own = ''] = new RegExp(`^  ${option} .*?(?=^  -)`, 'ms').exec(stdout) ?? [];
  expect(own).toContain(other);
});

test('a choice that does not go with another option says so in the help, and is refused with a way out', async () => {
  const { stdout } = await cli(['gate', '--help']);
  expect(stdout.replace(/\s+/g, ' ')).toMatch(/--account <list> with --run --target live: the accounts/);
  const refused = await cli(
    ['gate', '--baseline', '1.34.7', '--candidate', '1.34.2', '--target', 'live', '--account', 'anna'],
    home,
  );
  expect(refused.stderr).toBe('error: --account is for --run --target live: nothing else uses an account\n');
  expect(refused.exit).toBe(3);
});

test.each([
  [['run', '--account', 'anna'], '--account'],
  [['run', '--on-code', 'true'], '--on-code'],
  [['run', '--live-screenshots'], '--live-screenshots'],
  [['worker', '--queue', 'redis://127.0.0.1:1', '--account', 'anna'], '--account'],
])('what only live accounts have a use for is refused without --target live: %j', async (args, option) => {
  const { exit, stderr } = await cli(args, home);
  expect([exit, stderr]).toEqual([3, `error: ${option}: it goes with --target live\n`]);
});

test.each([
  ['run', reporters],
  ['gate', verdictReporters],
  ['report diff', diffReporters],
  ['study incident', studyReporters],
])('%s accepts every reporter that its help lists', (_command, kinds) => {
  const folder = temporaryFolder();
  for (const part of usageOf(kinds).split(',')) {
    const [name = '', takes] = part.split('=');
    const text = takes === undefined ? name : `${name}=${join(folder, name)}`;
    expect(chooseReporters(text, kinds)).toEqual([expect.objectContaining({ name })]);
  }
});
