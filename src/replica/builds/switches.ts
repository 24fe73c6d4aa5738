import type { BuildChange, BuildSwitch } from '../../contracts/build-data.ts';
import { compareBuilds, parseBuild } from '../../contracts/build-number.ts';
import { InputError } from '../../contracts/input-error.ts';
import { nearWord } from '../../contracts/near-word.ts';
import type { Behaviours, SurfaceSwitch } from '../../contracts/surface.ts';
import type { SwitchValues } from '../../contracts/switches.ts';

/**
 * The switches of a build, the behaviours that their values set, and the components of the page that go with them.
 *
 * @param chosen a switch that is not named here has its default
 * @param seen values that the page of the build had, by the keys of switches: they are its defaults
 * @throws InputError naming the switch that the build does not have, or the value that it cannot have, with what is possible
 */
export function switchesAt(
  all: readonly BuildSwitch[],
  build: string,
  chosen: SwitchValues,
  seen: Readonly<Record<string, string>> = {},
): { switches: Record<string, SurfaceSwitch>; set: NonNullable<BuildChange['set']>; without: string[] } {
  const there = all.filter((each) => covers(each, build));
  for (const [name, value] of Object.entries(chosen)) {
    const found = there.find((each) => each.name === name);
    if (!found) throw new InputError(`build ${build} has no switch "${name}"; ${possible(all, there, name)}`);
    if (!found.values.includes(value)) {
      const meant = meantBy(value, found.values);
      throw new InputError(
        `switch ${name} cannot be "${value}" on build ${build}; ${meant}it is ${orList(found.values)}`,
      );
    }
  }
  const switches: Record<string, SurfaceSwitch> = {};
  let set: NonNullable<BuildChange['set']> = {};
  const without: string[] = [];
  for (const { name, default: most, values, key = null, source, confidence, ...does } of there) {
    const shown = seen[key ?? ''];
    const usual = shown !== undefined && values.includes(shown) ? shown : most;
    const value = chosen[name] ?? usual;
    switches[name] = { value, default: usual, values, key, sources: [...source], confidence };
    set = { ...set, ...does.set?.[value] };
    without.push(...(does.without?.[value] ?? []));
  }
  return { switches, set, without };
}

/**
 * The behaviours of a build that values of its switches decide. A value that the data do not know decides none.
 *
 * @param values under the keys of switches
 */
export function decidedBehaviours(
  all: readonly BuildSwitch[],
  build: string,
  values: Readonly<Record<string, string>>,
): Set<keyof Behaviours> {
  const shown = all.filter((each) => covers(each, build) && each.values.includes(values[each.key ?? ''] ?? ''));
  const set = shown.flatMap((each) => Object.values(each.set ?? {}));
  return new Set(set.flatMap((each) => Object.keys(each) as (keyof Behaviours)[]));
}

function covers({ from, to }: BuildSwitch, build: string): boolean {
  const number = parseBuild(build);
  if (compareBuilds(number, parseBuild(from)) < 0) return false;
  return to === undefined || compareBuilds(number, parseBuild(to)) <= 0;
}

function possible(all: readonly BuildSwitch[], there: readonly BuildSwitch[], name: string): string {
  const elsewhere = all.filter((each) => each.name === name);
  if (elsewhere.length > 0) {
    return `${name} is there ${orList(elsewhere.map(({ from, to }) => (to ? `from ${from} to ${to}` : `from ${from} on`)))}`;
  }
  const names = there.map((each) => each.name);
  return names.length > 0 ? `${meantBy(name, names)}it has ${names.join(', ')}` : 'it has none';
}

function meantBy(typed: string, words: readonly string[]): string {
  const meant = nearWord(typed, words);
  return meant === undefined ? '' : `did you mean "${meant}"? `;
}

function orList(values: readonly string[]): string {
  return [values.slice(0, -1).join(', '), values.at(-1)].filter(Boolean).join(' or ');
}
