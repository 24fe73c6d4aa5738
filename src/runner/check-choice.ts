import { parseBuild } from '../contracts/build-number.ts';
import { InputError } from '../contracts/input-error.ts';
import type { Target } from '../contracts/outcome.ts';
import { readSwitches } from '../contracts/switches.ts';
import { parseLibrarySpec } from '../library/library-spec.ts';
import { parseCondition } from './parse-condition.ts';

/** What the options of a command choose; an axis that is left out is not restricted. */
export interface Choice {
  library?: readonly string[] | undefined;
  build?: readonly string[] | undefined;
  browser?: readonly string[] | undefined;
  flow?: readonly string[] | undefined;
  condition?: readonly string[] | undefined;
  /** Each `none`, or `name=value` of one or several switches joined by `+`. */
  switches?: readonly string[] | undefined;
}

const mostRepeats = 10_000;

/**
 * Checks what can be checked without starting, installing or loading anything.
 *
 * @throws InputError that names the option and what is right.
 */
export function checkChoice(
  { library, build, condition, switches, ...others }: Choice,
  repeat: number,
  target: Target,
): void {
  for (const [axis, values] of Object.entries({ library, build, condition, switch: switches, ...others })) {
    if (values?.length === 0 || values?.includes('')) throw new InputError(`--${axis}: a value is empty`);
  }
  for (const text of library ?? []) under('--library: ', () => parseLibrarySpec(text));
  for (const text of build ?? []) under('--build: ', () => parseBuild(text));
  for (const text of condition ?? []) under('--', () => parseCondition(text));
  for (const text of switches ?? []) under('--switch: ', () => readSwitches(text));
  if (!Number.isInteger(repeat) || repeat < 1 || repeat > mostRepeats) {
    throw new InputError(`--repeat ${repeat}: it has to be a whole number from 1 to ${mostRepeats}`);
  }
  if (target === 'live') checkLive({ build, condition, switches });
}

/** @throws InputError for what cannot be chosen on the live site. */
export function checkLive({ build, condition, switches }: Pick<Choice, 'build' | 'condition' | 'switches'>): void {
  for (const [option, values] of Object.entries({ build, condition, switch: switches })) {
    if (values) throw new InputError(`--${option}: on the live site it is what WhatsApp serves, and only recorded`);
  }
}

function under(prefix: string, check: () => unknown): void {
  try {
    check();
  } catch (error) {
    if (error instanceof InputError) throw new InputError(`${prefix}${error.message}`);
    throw error;
  }
}
