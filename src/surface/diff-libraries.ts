import type { Needs } from '../contracts/needs.ts';
import { listNames, type NamedNeed } from './list-names.ts';

export interface LibraryDiff {
  /** Names that only the first library uses, and those that only the second does. */
  onlyFirst: NamedNeed[];
  onlySecond: NamedNeed[];
  /** Names that both use, at another stage or with another effect of their absence. */
  changed: { first: NamedNeed; second: NamedNeed }[];
}

/** What two libraries need differently from the page. */
export function diffLibraries(first: Needs, second: Needs): LibraryDiff {
  const before = new Map(listNames(first).map((entry) => [entry.name, entry]));
  const after = new Map(listNames(second).map((entry) => [entry.name, entry]));
  return {
    onlyFirst: [...before.values()].filter(({ name }) => !after.has(name)),
    onlySecond: [...after.values()].filter(({ name }) => !before.has(name)),
    changed: [...before.values()].flatMap((entry) => {
      const other = after.get(entry.name);
      return other && weight(entry) !== weight(other) ? [{ first: entry, second: other }] : [];
    }),
  };
}

/** All methods count as one stage. */
function weight({ stage, absence }: NamedNeed): string {
  return `${/^(method|event):/.test(stage) ? 'methods' : stage} ${absence}`;
}
