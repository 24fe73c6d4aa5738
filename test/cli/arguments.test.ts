import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../temporary-folder.ts';
import { cli } from './cli.ts';

const build = '2.3000.1032534684';
const missing = join(temporaryFolder(), 'none');

/** A command that would install something, and what is wrong beside it: each is added to the command alone. */
const commands: [command: string[], wrong: string[][]][] = [
  [
    ['surface', 'diff', '1.34.7'],
    [['^1.2'], ['2.3000'], [build], ['./none']],
  ],
  [['surface', 'check', '1.34.7'], [['--build', '2.3000']]],
  [['surface', 'check', '--build', build], [['^1.2']]],
  [['surface', 'extract'], [['./none']]],
  [
    ['advise', '--current', '1.34.7'],
    [
      ['--build', '2.3000'],
      ['--build', build, '--browser', 'curent'],
    ],
  ],
  [['advise', '--build', build], [['--current', 'latest']]],
  [
    ['run', '--library', '1.34.6', '--reporter', 'list'],
    [
      ['--library', '1.34.6,^1.2'],
      ['--build', '2.3000'],
      ['--browser', 'curent'],
      ['--browser', './none'],
      ['--flow', 'qr-to-redy'],
      ['--condition', 'rain'],
      ['--shard', '5/4'],
      ['--seed', 'one'],
      ['--trace', 'yes'],
      ['--config', missing],
      ['--reporter', 'xml'],
      ['--target', 'live'],
      ['--queue', 'http://queue'],
      ['--evidence', '/tmp'],
      ['--resume', 'none'],
      ['--lost-after', '1'],
    ],
  ],
  [
    ['worker', '--queue', 'redis://127.0.0.1:1'],
    [
      ['--browser', 'curent'],
      ['--target', 'moon'],
      ['--slots', '0'],
      ['--idle', 'soon'],
      ['--evidence', 's3://bucket'],
    ],
  ],
  [['worker', '--slots', '1'], [['--queue', 'queue:6379']]],
  [
    ['watch', '--library', '1.34.6', '--reporter', 'list', '--port', '0'],
    [
      ['--browser', 'curent'],
      ['--flow', 'qr-to-redy'],
      ['--shard', '5/4'],
      ['--reporter', 'xml'],
      ['--policy', missing],
      ['--rollout-plan', missing],
      ['--database', `sqlite:${missing}`],
      ['--every', '1s'],
      ['--queue', 'queue:6379'],
    ],
  ],
  [
    ['gate', '--baseline', '1.34.6', '--candidate', '1.34.7', '--run'],
    [
      ['--candidate', '^1.2'],
      ['--build', '2.3000'],
      ['--browser', 'curent'],
      ['--flow', 'qr-to-redy'],
      ['--condition', 'rain'],
      ['--config', missing],
      ['--policy', missing],
      ['--reporter', 'xml'],
      ['--target', 'live'],
    ],
  ],
  [
    ['serve', '--port', '0'],
    [
      ['--library', '^1.2'],
      ['--replica', '2.3000'],
      ['--replica', `${missing}.json`],
      ['--policy', missing],
      ['--rollout-plan', missing],
      ['--browser', 'curent'],
    ],
  ],
  [
    ['replica', '--build', build],
    [
      ['--condition', 'rain'],
      ['--port', 'x'],
      ['--build', '2.3000'],
    ],
  ],
  [
    ['study', 'incident'],
    [
      ['--model', missing],
      ['--reporter', 'xml'],
      ['--attempts', missing],
    ],
  ],
];

/** What is wrong is the last word, but for the list of libraries. */
const cases = commands.flatMap(([command, wrong]) =>
  wrong.map((added): [command: string, named: string, args: string[]] => {
    const named = added.at(-1)?.split(',').at(-1)?.replace(/^\.\//, '') ?? '';
    return [`${command.slice(0, 2).join(' ')} ... ${added.join(' ')}`, named, [...command, ...added]];
  }),
);

test.concurrent.each(cases)('%s is refused before anything is installed or started', async (_what, named, args) => {
  const home = temporaryFolder();
  const { exit, stdout, stderr } = await cli(args, home);
  expect(stderr).toContain(named);
  expect(stderr).not.toMatch(/Installing|Downloading|Resolving the dependencies/);
  expect([exit, stdout], stderr).toEqual([3, '']);
  expect(readdirSync(home)).toEqual([]);
});
