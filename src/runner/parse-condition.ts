import { InputError } from '../contracts/input-error.ts';
import { nearWord } from '../contracts/near-word.ts';
import { conditions } from '../replica/conditions/conditions.ts';

/**
 * The condition of a cell in its one form: `none`, or names joined by `+` in the order of the alphabet.
 *
 * @throws InputError that names the conditions there are.
 */
export function parseCondition(text: string): string {
  if (text === 'none') return text;
  const names = text.split('+');
  for (const name of names) checkName(name, text);
  return [...new Set(names)].sort().join('+');
}

function checkName(name: string, text: string): void {
  const known = conditions.map((condition) => condition.name);
  if (known.includes(name)) return;
  const meant = nearWord(name, known);
  const which = name === text ? 'condition' : `condition as "${name}"`;
  const hint = meant ? `did you mean "${meant}"? ` : '';
  const all = `it can be none, ${known.join(', ')}, or several joined by +`;
  throw new InputError(`condition ${text}: there is no such ${which}; ${hint}${all}`);
}
