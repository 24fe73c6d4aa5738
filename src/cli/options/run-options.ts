import { type Command, InvalidArgumentError, Option } from 'commander';
import { type Target, targets } from '../../contracts/outcome.ts';
import { type TraceMode, traceModes } from '../../contracts/trace.ts';
import { textOfBuild } from '../../replica/builds/captured-build.ts';
import { reporterUsage } from '../../report/reporters.ts';
import { parseShard } from '../../runner/shard.ts';
import type { CellChoice } from '../../runs/read-plan.ts';
import { parseBuildList } from './build-option.ts';
import { checkedBy, greatestSeed, list, wholeNumber } from './option-values.ts';
import { addQueueOptions, type QueueOptions } from './queue-options.ts';
import { switchesOption } from './switch-options.ts';

/** The options of `run` and of every command that makes runs. */
export interface RunCommandOptions extends Omit<CellChoice, 'switches'>, QueueOptions {
  switch?: string[];
  slots?: number;
  target: Target;
  seed?: number;
  shard?: string;
  /** Only `run` takes it. */
  lastFailed?: boolean;
  trace?: TraceMode;
  reporter?: string;
}

/** Adds the options of `run` to a command. @param usualReporters what it reports without `--reporter`, in words. */
export function addRunOptions(command: Command, usualReporters = 'list and an HTML report'): Command {
  return addQueueOptions(addOwnOptions(command, usualReporters), queueHelp);
}

const queueHelp = 'attempts are made by the workers of this queue, redis://host:port (docs/fleet.md)';

function addOwnOptions(command: Command, usualReporters: string): Command {
  return command
    .option(
      '--library <list>',
      'versions, tags (latest), tarballs, folders or git references; an unknown version is installed; name=./folder',
      list,
    )
    .option('--build <list>', 'WhatsApp Web builds, e.g. 2.3000.1032534684, or captured:FILE', parseBuildList)
    .option(
      '--browser <list>',
      '107 and current (headless shells, which ignore the lock of a profile), chrome, chromium, or paths',
      list,
    )
    .option('--flow <list>', 'flows, the files of canaries/', list)
    .option('--condition <list>', 'conditions of WhatsApp Web and the machine for the flow', list)
    .addOption(switchesOption())
    .option('--repeat <n>', 'attempts per cell (default: 1)', wholeNumber(1, 10_000))
    .option(
      '--slots <n>',
      'attempts at the same time (default: one per two cores; with --queue 1,000)',
      wholeNumber(1, 10_000),
    )
    .addOption(targetOption())
    .option('--seed <n>', 'repeats a run: order and random values (default: a new one)', wholeNumber(0, greatestSeed))
    .option('--shard <i/n>', 'only the i-th of n parts of the plan', checkedBy(parseShard))
    .option('--grep <text>', 'only cells whose printed name contains this text')
    .addOption(
      new Option('--trace <mode>', 'traces to keep: of failed attempts, all (on) or none (default: failed)').choices(
        traceModes,
      ),
    )
    .option('--config <file>', 'a matrix to use instead of compat-matrix/matrix.yaml')
    .option('--reporter <list>', `any of ${reporterUsage} (default: ${usualReporters})`)
    .option('--ignore-expectations', 'every attempt that does not pass is unexpected');
}

function targetOption(): Option {
  const option = new Option(
    '--target <target>',
    'where the page comes from: replica, or live, with numbers of your own (docs/live.md)',
  );
  option.default('replica');
  return option.argParser((text) => {
    const target = targets.find((name) => name === text);
    if (target === undefined) throw new InvalidArgumentError(`Allowed are ${targets.join(' and ')}.`);
    return target;
  });
}

/** The arguments that give `run` the options of this command; defaults are left out. */
export function runArguments(command: Command): string[] {
  const names = new Set(addRunOptions(command.createCommand('run')).options.map((option) => option.attributeName()));
  return command.options.flatMap((option) => {
    const name = option.attributeName();
    if (!names.has(name) || command.getOptionValueSource(name) !== 'cli') return [];
    const given: unknown = command.getOptionValue(name);
    const value = name === 'build' ? (given as string[]).map(textOfBuild) : given;
    return value === true ? [String(option.long)] : [`${option.long}=${String(value)}`];
  });
}
