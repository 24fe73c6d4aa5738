import { Option } from 'commander';
import { readSwitches, type SwitchValues, switchesOfPairs } from '../../contracts/switches.ts';
import type { Choice } from '../../runner/check-choice.ts';
import { list, parsedBy } from './option-values.ts';

/** `--switch` of commands about many cells. */
export function switchesOption(): Option {
  return new Option(
    '--switch <list>',
    'what WhatsApp turns on for some, name=value: several names hold together, several values of one are cells of their own',
  ).argParser(parsedBy((text) => switchesOfPairs(list(text))));
}

/** `--switch` of commands about one page. */
export function pageSwitchesOption(): Option {
  return new Option('--switch <list>', 'what WhatsApp turns on for some: name=value, separated by commas')
    .default({}, 'the defaults of the build')
    .argParser(parsedBy((text): SwitchValues => readSwitches(list(text).join('+'))));
}

/** The options of `switchesOption` with the axis of the cell that `--switch` is. */
export function withSwitches<Options extends { switch?: string[] }>({
  switch: switches,
  ...options
}: Options): Omit<Options, 'switch'> & Pick<Choice, 'switches'> {
  return { ...options, ...(switches && { switches }) };
}
