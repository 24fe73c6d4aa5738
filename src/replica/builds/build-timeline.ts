import type { BuildChange, BuildFile } from '../../contracts/build-data.ts';
import { type BuildNumber, compareBuilds, parseBuild, sortBuilds } from '../../contracts/build-number.ts';
import { InputError } from '../../contracts/input-error.ts';
import { type Behaviours, behavioursSchema, type Surface, type UncertainChange } from '../../contracts/surface.ts';
import type { SwitchValues } from '../../contracts/switches.ts';
import { applyChange, emptyState, type SurfaceState } from './apply-change.ts';
import type { BuildData } from './read-build-data.ts';
import { decidedBehaviours, switchesAt } from './switches.ts';
import { uncertainAt, uncertainChanges } from './uncertain-changes.ts';

/** A change and what builds offer from it until the next change. */
export interface TimelineStep {
  build: BuildNumber;
  change: BuildChange;
  state: SurfaceState;
}

/** The changes of one face, oldest first, each with the state after it. */
export interface BuildTimeline {
  data: BuildData;
  /** The builds of the archives, oldest first. */
  archived: readonly string[];
  steps: readonly TimelineStep[];
  /** Changes whose first build is not known, oldest first. */
  uncertain: readonly UncertainChange[];
}

/** @throws InputError naming the file and the change that does not fit the state before it. */
export function buildTimeline(data: BuildData): BuildTimeline {
  const { changes } = data.facts;
  const archiveOf = (change: BuildChange) => (change.archive ? (data.archives.get(change.archive) ?? null) : null);
  const steps: TimelineStep[] = [];
  let isTolerant = false;
  for (const [i, change] of changes.entries()) {
    const before = steps.at(-1)?.state ?? emptyState;
    const laterArchives = changes.slice(i + 1).flatMap((later) => archiveOf(later) ?? []);
    try {
      const state = applyChange(before, { change, archive: archiveOf(change), laterArchives, isTolerant });
      isTolerant ||= change.captured !== undefined;
      steps.push({ build: parseBuild(change.since), change, state });
    } catch (error) {
      if (error instanceof InputError) throw new InputError(`${data.file}: ${error.message}`);
      throw error;
    }
  }
  const archived = sortBuilds([...data.archives.values()].map((archive) => archive.build));
  return { data, archived, steps, uncertain: uncertainChanges(steps, data.archives) };
}

/** The last step at or before a build; for a build that is older than all, the base: the last step of the oldest build. */
export function stepAt({ steps }: BuildTimeline, build: BuildNumber): TimelineStep {
  const [oldest] = steps as [TimelineStep, ...TimelineStep[]];
  const at = compareBuilds(build, oldest.build) < 0 ? oldest.build : build;
  return steps.findLast((step) => compareBuilds(step.build, at) <= 0) ?? oldest;
}

/**
 * The switches of any build number; one that is older than all known builds has those of the oldest.
 *
 * @throws InputError for a switch that the build does not have, or a value that it cannot have
 */
export function switchesOf(
  { data: { facts } }: BuildTimeline,
  build: string,
  chosen: SwitchValues,
): ReturnType<typeof switchesAt> {
  const { known, switches = [] } = facts;
  const isOlder = compareBuilds(parseBuild(build), parseBuild(known.from)) < 0;
  return switchesAt(switches, isOlder ? known.from : build, chosen, valuesOf(facts, build));
}

/** Values that the page of a build had, by the keys of switches. */
function valuesOf({ changes }: BuildFile, build: string): Readonly<Record<string, string>> {
  return changes.findLast(({ since, values }) => since === build && values)?.values ?? {};
}

/**
 * The surface of any build number: the base plus every change up to it, and what the switches of the build set.
 *
 * @throws InputError for a switch that the build does not have, or a value that it cannot have
 */
export function surfaceAt(timeline: BuildTimeline, build: string, chosen: SwitchValues = {}): Surface {
  const number = parseBuild(build);
  const { switches, set, without } = switchesOf(timeline, build, chosen);
  const { face, known } = timeline.data.facts;
  const { modules, collections, behaviours } = stepAt(timeline, number).state;
  const all = allBehaviours({ ...behaviours, ...set }, timeline.data.file);
  const older = compareBuilds(number, parseBuild(known.from)) < 0;
  const newer = compareBuilds(number, parseBuild(known.to)) > 0;
  const behavioursOf =
    known.behaviours !== undefined && compareBuilds(number, parseBuild(known.behaviours)) > 0 ? known.behaviours : null;
  return {
    build,
    face,
    modules: withoutComponents(all.prefetchesBundles ? withPrefetched(modules) : { ...modules }, without),
    collections: { ...collections },
    behaviours: all,
    known,
    extrapolated: older ? 'older' : newer ? 'newer' : null,
    behavioursOf,
    uncertain: [
      ...uncertainAt(timeline.uncertain, number),
      ...(behavioursOf === null ? [] : carriedOver(timeline, behavioursOf, build)),
    ],
    switches,
    archived: nearestArchives(timeline, number),
  };
}

/** The behaviours that no page after the newest build whose behaviours are known shows, itself or by its values of switches. */
function carriedOver({ data: { facts }, steps }: BuildTimeline, after: string, build: string): UncertainChange[] {
  const number = parseBuild(build);
  const newer = steps.filter(
    (step) => compareBuilds(step.build, parseBuild(after)) > 0 && compareBuilds(step.build, number) <= 0,
  );
  const decided = decidedBehaviours(facts.switches ?? [], build, valuesOf(facts, build));
  const shown = new Set<string>([...newer.flatMap(({ change }) => Object.keys(change.set ?? {})), ...decided]);
  const capture = newer.findLast(({ change }) => change.captured !== undefined)?.change;
  if (!capture) return [];
  const names = Object.keys(behavioursSchema.shape).filter((name) => !shown.has(name));
  return [{ after, since: build, date: capture.date, names, sources: [...capture.source], confidence: 'assumed' }];
}

/** Modules whose bundle a page that prefetches requests after the login come with the login. */
export function withPrefetched(modules: SurfaceState['modules']): Surface['modules'] {
  const all = { ...modules };
  for (const [name, module] of Object.entries(modules)) {
    if (module.prefetched) all[name] = { ...module, tier: 2 };
  }
  return all;
}

/** The map of components of a page names fewer with some values of switches. */
function withoutComponents(modules: Surface['modules'], without: readonly string[]): Surface['modules'] {
  if (without.length === 0) return modules;
  const all = { ...modules };
  for (const [name, { components, ...module }] of Object.entries(modules)) {
    const left = components?.filter((component) => !without.includes(component));
    if (left) all[name] = { ...module, components: left };
  }
  return all;
}

function nearestArchives({ archived: builds }: BuildTimeline, build: BuildNumber): Surface['archived'] {
  const after = builds.findIndex((each) => compareBuilds(parseBuild(each), build) > 0);
  const upTo = after < 0 ? builds.at(-1) : builds[after - 1];
  return { upTo: upTo ?? null, after: builds[after] ?? null };
}

/** Each value was checked when the facts were read. */
function allBehaviours(behaviours: SurfaceState['behaviours'], file: string): Behaviours {
  const missing = Object.keys(behavioursSchema.shape).filter((name) => !(name in behaviours));
  if (missing.length === 0) return behaviours as Behaviours;
  throw new InputError(`${file}: the base has to set every behaviour; missing: ${missing.join(', ')}`);
}
