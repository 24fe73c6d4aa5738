import type { Archive, BuildChange } from '../../contracts/build-data.ts';
import { type BuildNumber, compareBuilds, parseBuild } from '../../contracts/build-number.ts';
import type { SurfaceModule, Tier, UncertainChange } from '../../contracts/surface.ts';
import { emptyState, type SurfaceState } from './apply-change.ts';

interface Step {
  change: BuildChange;
  state: SurfaceState;
}

/**
 * The changes whose first build is not known. A dated change says so itself. What an archive shows for the first time lies between the
 * last build that showed the older state of the name and the archive.
 */
export function uncertainChanges(steps: readonly Step[], archives: ReadonlyMap<string, Archive>): UncertainChange[] {
  const seen = new LastSeen();
  const oldest = steps[0]?.change.since;
  const uncertain: UncertainChange[] = [];
  let before: SurfaceState = emptyState;
  for (const { change, state } of steps) {
    const names = changedNames(before, state);
    const archive = change.archive === undefined ? undefined : archives.get(change.archive);
    if (change.since !== oldest) {
      for (const [after, group] of grouped(names, (name) =>
        archive || change.whole ? seen.of(name) : change.after === undefined ? change.since : change.after,
      )) {
        if (after === change.since) continue;
        const { since, date, source, confidence } = change;
        uncertain.push({ after, since, date, names: group, sources: [...source], confidence });
      }
    }
    seen.note(names, change.seenUntil ?? change.since);
    if (archive) seen.noteArchive(archive, change.since);
    if (change.whole) seen.noteAll(change.since);
    before = state;
  }
  return uncertain;
}

/** Those that may or may not have reached a build. */
export function uncertainAt(changes: readonly UncertainChange[], build: BuildNumber): UncertainChange[] {
  return changes.filter(
    ({ after, since }) =>
      compareBuilds(build, parseBuild(since)) < 0 && (after === null || compareBuilds(build, parseBuild(after)) > 0),
  );
}

/** For each name the newest build that showed whether it was there. */
class LastSeen {
  readonly #names = new Map<string, string>();
  readonly #modules = new Map<string, string>();
  #all: string | null = null;

  note(names: Iterable<string>, build: string): void {
    for (const name of names) this.#names.set(name, build);
  }

  noteAll(build: string): void {
    this.#all = build;
  }

  noteArchive({ complete, modules, absent, collections }: Archive, build: string): void {
    if (complete) this.noteAll(build);
    for (const [module, { evidence, exports }] of Object.entries(modules)) {
      this.#names.set(module, build);
      if (evidence !== 'uses') this.#modules.set(module, build);
      else for (const name of Object.keys(exports)) this.#names.set(`${module}.${name}`, build);
    }
    for (const module of absent) this.#names.set(module, build);
    if (collections) this.#modules.set('WAWebCollections', build);
  }

  /** Null when no build showed it. */
  of(name: string): string | null {
    const at = name.indexOf('.');
    const module = at < 0 ? null : (this.#modules.get(name.slice(0, at)) ?? null);
    return newer(newer(this.#names.get(name) ?? null, module), this.#all);
  }
}

function newer(a: string | null, b: string | null): string | null {
  if (a === null || b === null) return a ?? b;
  return compareBuilds(parseBuild(a), parseBuild(b)) > 0 ? a : b;
}

/** The names that differ between two states. A module that came or went stands for its exports. */
function changedNames(before: SurfaceState, after: SurfaceState): string[] {
  const names: string[] = [];
  if (before.modules !== after.modules) names.push(...changedModules(before.modules, after.modules));
  if (before.collections !== after.collections)
    names.push(...differing(before.collections, after.collections).map((key) => `WAWebCollections.${key}`));
  for (const name of new Set([...Object.keys(before.behaviours), ...Object.keys(after.behaviours)])) {
    const key = name as keyof SurfaceState['behaviours'];
    if (before.behaviours[key] !== after.behaviours[key]) names.push(name);
  }
  return names;
}

function changedModules(before: SurfaceState['modules'], after: SurfaceState['modules']): string[] {
  const names: string[] = [];
  for (const module in before) if (!after[module]) names.push(module);
  for (const module in after) {
    const [old, now] = [before[module], after[module]];
    if (old === now || !now) continue;
    if (!old || comesAt(old) !== comesAt(now)) names.push(module);
    if (old && old.exports !== now.exports)
      names.push(...differing(old.exports, now.exports).map((name) => `${module}.${name}`));
  }
  return names;
}

/** Where the page prefetches, which is the default, a module of those bundles comes with the login. */
function comesAt({ tier, prefetched }: SurfaceModule): Tier {
  return prefetched ? 2 : tier;
}

function differing(before: Readonly<Record<string, unknown>>, after: Readonly<Record<string, unknown>>): string[] {
  const gone = Object.keys(before).filter((name) => !(name in after));
  return [...gone, ...Object.keys(after).filter((name) => !(name in before))];
}

function grouped<Key>(names: readonly string[], keyOf: (name: string) => Key): Map<Key, string[]> {
  const groups = new Map<Key, string[]>();
  for (const name of names) {
    const key = keyOf(name);
    const group = groups.get(key);
    if (group) group.push(name);
    else groups.set(key, [name]);
  }
  return groups;
}
