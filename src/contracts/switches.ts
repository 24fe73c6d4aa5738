import { InputError } from './input-error.ts';

/** Values of switches by name; a switch that is not named has the default of its build. */
export type SwitchValues = Readonly<Record<string, string>>;

/** What names and values are made of: they stand in one text between `=`, `+` and `,`. */
export const switchName = /^[a-z][a-z0-9-]*$/;
export const switchValue = /^[\w$.-]+$/;

/** The one text of switch values: `none` for the defaults, else `name=value` joined by `+` in the order of the alphabet. */
export function switchesText(values: SwitchValues): string {
  const pairs = Object.entries(values).map(([name, value]) => `${name}=${value}`);
  return pairs.length === 0 ? 'none' : pairs.sort().join('+');
}

/** The text of values that are not the defaults, for names that leave out what is usual; empty for the defaults. */
export function chosenText(values: SwitchValues): string {
  return Object.keys(values).length === 0 ? '' : switchesText(values);
}

/**
 * Reads `none`, or `name=value` of one or several switches joined by `+`. Whether a build has them is not checked.
 *
 * @throws InputError for any other text, and for two values of one switch
 */
export function readSwitches(text: string): SwitchValues {
  const pairs = text === 'none' ? [] : text.split('+').map(readPair);
  const values = Object.fromEntries(pairs);
  if (Object.keys(values).length === pairs.length) return values;
  const [twice] = pairs.find(([name], i) => pairs.findIndex((each) => each[0] === name) !== i) ?? [];
  throw new InputError(`${text}: the switch ${twice} has two values`);
}

/**
 * The switches of cells out of `name=value` pairs, each in its one text. Every switch is an axis of its own: several names hold
 * together, several values of a name are cells of their own. `none` adds the defaults.
 *
 * @throws InputError as `readSwitches`
 */
export function switchesOfPairs(texts: readonly string[]): string[] {
  const axes = new Map<string, Set<string>>();
  for (const text of texts.filter((each) => each !== 'none').flatMap((each) => each.split('+'))) {
    const [name, value] = readPair(text);
    axes.set(name, (axes.get(name) ?? new Set()).add(value));
  }
  const combined = [...axes].reduce<SwitchValues[]>(
    (all, [name, values]) => all.flatMap((each) => [...values].map((value) => ({ ...each, [name]: value }))),
    axes.size > 0 ? [{}] : [],
  );
  return [...(texts.includes('none') ? ['none'] : []), ...combined.map(switchesText)];
}

function readPair(text: string): [name: string, value: string] {
  const at = text.indexOf('=');
  const [name, value] = [text.slice(0, at), text.slice(at + 1)];
  if (at > 0 && switchName.test(name) && switchValue.test(value)) return [name, value];
  throw new InputError(`${text}: a switch is written name=value, several joined by +; none stands for the defaults`);
}
