import type { BuildChange } from '../../contracts/build-data.ts';
import { compareBuilds, parseBuild } from '../../contracts/build-number.ts';
import type { BehavioursOfOneBuild, BuildOrigin } from '../../contracts/build-origin.ts';
import { type Behaviours, behavioursSchema, type Surface } from '../../contracts/surface.ts';
import { buildDate } from './build-dates.ts';
import { type BuildTimeline, surfaceAt } from './build-timeline.ts';
import { faceOf, timelineOf } from './resolve-surface.ts';
import { decidedBehaviours } from './switches.ts';

const behaviourNames = Object.keys(behavioursSchema.shape) as (keyof Behaviours)[];

/** From where it is known what the page of a build does. @param surface of a build, with the facts that are in effect in this process */
export function buildOrigin(surface: Surface): BuildOrigin {
  const timeline = timelineOf(faceOf(surface.build));
  return {
    build: surface.build,
    date: dateOf(surface.build),
    names: namesOrigin(surface, timeline),
    behaviours: grouped(behavioursOrigin(surface, timeline)),
  };
}

function namesOrigin({ build, extrapolated, known, archived }: Surface, { data }: BuildTimeline): BuildOrigin['names'] {
  const own = data.facts.changes.findLast(({ since, captured, archive }) => since === build && captured && archive);
  if (own?.captured !== undefined) {
    const { captured: at, reading, archive = '' } = own;
    const complete = data.archives.get(archive)?.complete ?? false;
    const capture = { at, method: reading?.method ?? null, complete, standIn: reading?.standIn ?? false };
    return { from: 'capture', build, date: at.slice(0, 10), capture };
  }
  const from = archived.upTo === build ? 'archive' : extrapolated === null ? 'changes' : 'guess';
  const read = extrapolated === 'older' ? known.from : extrapolated === 'newer' ? known.to : archived.upTo;
  return { from, build: read, date: read === null ? null : dateOf(read), capture: null };
}

type BehaviourOrigin = Omit<BehavioursOfOneBuild, 'names'> & { name: string };

function behavioursOrigin(surface: Surface, timeline: BuildTimeline): BehaviourOrigin[] {
  const { build, known, extrapolated, behavioursOf } = surface;
  const usual = surfaceAt(timeline, build).behaviours;
  const nearest = behavioursOf ?? { older: known.from, newer: known.to, none: build }[extrapolated ?? 'none'];
  const date = dateOf(nearest);
  return behaviourNames.map((name) => {
    if (surface.behaviours[name] !== usual[name]) return { from: 'chosen', build, date: null, name };
    const page = pageThatShows(name, surface, timeline);
    const shown = page?.set?.[name] ?? usual[name];
    if (!page?.captured || shown !== usual[name]) return { from: 'data', build: nearest, date, name };
    return { from: sourceIn(page, name), build: page.since, date: page.captured.slice(0, 10), name };
  });
}

/** The captured page that a behaviour is known from; undefined for one that is known from other changes, or from the default of a switch. */
function pageThatShows(name: keyof Behaviours, surface: Surface, timeline: BuildTimeline): BuildChange | undefined {
  const { build, switches } = surface;
  const all = timeline.data.facts.switches ?? [];
  const setters = all.filter(
    (each) => each.name in switches && Object.values(each.set ?? {}).some((set) => name in set),
  );
  const past = timeline.data.facts.changes.filter(
    ({ since }) => compareBuilds(parseBuild(since), parseBuild(build)) <= 0,
  );
  const own = past.findLast(({ since, captured, set, values = {} }) => {
    if (since !== build || captured === undefined) return false;
    return set?.[name] !== undefined || decidedBehaviours(all, build, values).has(name);
  });
  if (own) return own;
  const isOfSwitch = setters.some(({ name: its, set = {} }) => name in (set[switches[its]?.value ?? ''] ?? {}));
  return isOfSwitch ? undefined : past.findLast(({ set }) => set?.[name] !== undefined);
}

function sourceIn({ reading }: BuildChange, name: string): 'seen-live' | 'text' | 'stand-in' {
  if (reading?.standIn) return 'stand-in';
  return reading?.executed.includes(name) ? 'seen-live' : 'text';
}

/** Behaviours that are known of the same build in the same way stand together, those that were seen live first. */
function grouped(origins: readonly BehaviourOrigin[]): BehavioursOfOneBuild[] {
  const groups = Map.groupBy(origins, ({ from, build }) => `${from} ${build}`);
  return [...groups.values()]
    .map((its) => {
      const { name: _, ...head } = its[0] as BehaviourOrigin;
      return { ...head, names: its.map(({ name }) => name) };
    })
    .sort((a, b) => rank[a.from] - rank[b.from] || compareBuilds(parseBuild(b.build), parseBuild(a.build)));
}

const rank = { 'seen-live': 0, text: 1, 'stand-in': 2, data: 3, chosen: 4 } as const;

function dateOf(build: string): string | null {
  return buildDate(build)?.date ?? null;
}
