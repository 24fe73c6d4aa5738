import type { Archive, Confidence } from '../../contracts/build-data.ts';
import { type BuildNumber, parseBuild } from '../../contracts/build-number.ts';
import { untilFactsChange } from './added-facts.ts';
import { emptyState, type SurfaceState } from './apply-change.ts';
import { type BuildTimeline, stepAt } from './build-timeline.ts';
import { faceOf, timelineOf } from './resolve-surface.ts';
import { uncertainAt } from './uncertain-changes.ts';

/**
 * `added`, `removed`: a dated change. `lazy`: from this build on the name comes only with a bundle that is loaded on request.
 * `first-read`: the first archive that shows a name that was assumed or unknown. `absent`: an archive lacks the name. Where an
 * archive is the source, the change itself happened on that build or before.
 */
export type NameEventKind = 'added' | 'removed' | 'lazy' | 'first-read' | 'absent';

export interface NameEvent {
  /** The build from which it holds. */
  since: string;
  date: string;
  what: NameEventKind;
  sources: string[];
  confidence: Confidence;
}

/**
 * What happened to a module of Comet builds, or to one export of it, oldest first. An export of `WAWebCollections` can also
 * be a key of its default export, as in `nameHistory('WAWebCollections', 'Call')`. Empty for an unknown name.
 */
export function nameHistory(module: string, exportName?: string): readonly NameEvent[] {
  const name = JSON.stringify([module, exportName]);
  const known = histories().get(name) ?? historyOf(timelineOf('comet'), module, exportName);
  histories().set(name, known);
  return known;
}

const histories = untilFactsChange(() => new Map<string, readonly NameEvent[]>());

/**
 * The newest build known to have offered the name, not newer than `build` and of the same face; null when there is none. It is `build`
 * itself when the name is offered there, lazily or not. A build on which it is uncertain whether the name was still there does not count.
 */
export function lastOffered(module: string, exportName: string | undefined, build: string): string | null {
  const timeline = timelineOf(faceOf(build));
  const current = stepAt(timeline, parseBuild(build));
  if (offers(current.state, module, exportName)) return build;
  const past = timeline.steps.slice(0, timeline.steps.indexOf(current));
  // Steps of the same build count as one: only the state after the last of them was ever offered.
  const whole = past.filter(({ change }, i) => change.since !== (past[i + 1] ?? current).change.since);
  const last = whole.findLast(
    ({ build: at, state }) => offers(state, module, exportName) && !isUncertain(timeline, at, module, exportName),
  );
  return last?.change.since ?? null;
}

/** `nameHistory` on a given timeline. */
export function historyOf({ steps, data }: BuildTimeline, module: string, exportName?: string): NameEvent[] {
  const events: NameEvent[] = [];
  let before: SurfaceState = emptyState;
  let read = false;
  for (const { change, state } of steps) {
    const had = offers(before, module, exportName);
    const has = offers(state, module, exportName);
    const archive = change.confidence === 'read' ? data.archives.get(change.archive ?? '') : undefined;
    const shown = archive !== undefined && offers(archive, module, exportName);
    const happened: NameEventKind[] = [];
    if (has && shown && !read) happened.push('first-read');
    else if (has && !had) happened.push('added');
    else if (had && !has) happened.push(change.archive ? 'absent' : 'removed');
    if (has && isLazy(state, module) && !isLazy(before, module)) happened.push('lazy');
    const { since, date, source, confidence } = change;
    events.push(...happened.map((what) => ({ since, date, what, sources: [...source], confidence })));
    read = has && (read || shown);
    before = state;
  }
  return events;
}

function isUncertain({ uncertain }: BuildTimeline, build: BuildNumber, module: string, exportName?: string): boolean {
  const names = [module, `${module}.${exportName}`];
  return uncertainAt(uncertain, build).some((change) => change.names.some((name) => names.includes(name)));
}

function isLazy({ modules }: SurfaceState, module: string): boolean {
  return modules[module]?.tier === 'lazy';
}

type Names = Pick<SurfaceState, 'modules' | 'collections'> | Pick<Archive, 'modules' | 'collections'>;

function offers({ modules, collections }: Names, module: string, exportName: string | undefined): boolean {
  const found = modules[module];
  if (!found || exportName === undefined) return found !== undefined;
  return exportName in found.exports || (module === 'WAWebCollections' && exportName in (collections ?? {}));
}
