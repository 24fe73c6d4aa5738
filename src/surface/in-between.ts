import { boundsWords } from '../contracts/bounds-words.ts';
import type { PagePlace } from '../contracts/needs.ts';
import type { Surface, UncertainChange } from '../contracts/surface.ts';
import type { Bounds } from '../contracts/surface-check.ts';

const bySurface = new WeakMap<Surface, Map<string, UncertainChange>>();

/**
 * The change of a place or a behaviour that lies between two known builds with this one in between, so that it is not known
 * whether the build has it; null for none. The surface is the state without it.
 */
export function inBetween(surface: Surface, what: PagePlace | keyof Surface['behaviours']): UncertainChange | null {
  let changes = bySurface.get(surface);
  if (!changes) {
    changes = new Map(surface.uncertain.flatMap((change) => change.names.map((name) => [name, change] as const)));
    bySurface.set(surface, changes);
  }
  if (typeof what === 'string') return changes.get(what) ?? null;
  if (what.by === 'raid') return null;
  return changes.get(what.name) ?? (what.export === null ? null : (changes.get(`${what.name}.${what.export}`) ?? null));
}

/** When a change came, without the names that it changes; null for none. */
export function boundsOf(change: UncertainChange | null): Bounds | null {
  if (!change) return null;
  const { names: _, ...bounds } = change;
  return bounds;
}

/** `Whether build X has this change is not known: it came after A and by B (read: …).` */
export function inBetweenSentence(build: string, change: UncertainChange): string {
  const { confidence, sources } = change;
  return `Whether build ${build} is older than the change is not known: it came ${boundsWords(change)} (${confidence}: ${sources.join(', ')}).`;
}
