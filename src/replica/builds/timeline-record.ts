import type { BuildFile } from '../../contracts/build-data.ts';
import { parseBuild } from '../../contracts/build-number.ts';
import type { SurfaceModule, UncertainChange } from '../../contracts/surface.ts';
import { emptyState, type SurfaceState } from './apply-change.ts';
import type { BuildTimeline, TimelineStep } from './build-timeline.ts';

/** The first line of a record. */
interface RecordHead {
  facts: BuildFile;
  archived: readonly string[];
  uncertain: readonly UncertainChange[];
  /** The indexes of states that are written whole. */
  whole: number[];
}

/** What differs from the state before; of a state that is written whole, from the empty one. */
interface StateDifference {
  modules?: Record<string, SurfaceModule>;
  gone?: string[];
  collections?: SurfaceState['collections'];
  behaviours?: SurfaceState['behaviours'];
}

/**
 * A timeline as lines of JSON: all but the states, then one line for each state. Most states are a difference from the one before. A state
 * is written whole where a difference would not be shorter by half, or would lose the order of modules.
 */
export function recordOf({ data, archived, steps, uncertain }: BuildTimeline): string {
  const whole: number[] = [];
  const lines = steps.map(({ state }, i) => {
    const before = steps[i - 1]?.state ?? emptyState;
    const line = JSON.stringify(difference(before, state));
    const wholeLine = JSON.stringify(difference(emptyState, state));
    if (line.length < wholeLine.length / 2 && keepsOrder(before, state)) return line;
    whole.push(i);
    return wholeLine;
  });
  const head: RecordHead = { facts: data.facts, archived, uncertain, whole };
  return [JSON.stringify(head), ...lines].join('\n');
}

/**
 * The timeline that a record was made of. A state is read when it is asked for.
 *
 * @param dataOf what belongs to the facts
 */
export function restoreTimeline(record: string, dataOf: (facts: BuildFile) => BuildTimeline['data']): BuildTimeline {
  const [first = '', ...lines] = record.split('\n');
  const { facts, archived, uncertain, whole } = JSON.parse(first) as RecordHead;
  const states: SurfaceState[] = [];
  const stateAfter = (step: number): SurfaceState => {
    const base = whole.findLast((each) => each <= step) ?? 0;
    const known = states.findLastIndex((state, i) => state !== undefined && i >= base && i <= step);
    const before = states[known] ?? emptyState;
    if (known === step) return before;
    const missing = lines.slice(known < 0 ? base : known + 1, step + 1);
    const state = withDifferences(
      before,
      missing.map((line) => JSON.parse(line) as StateDifference),
    );
    states[step] = state;
    return state;
  };
  const steps = facts.changes.map(
    (change, i): TimelineStep => ({
      build: parseBuild(change.since),
      change,
      get state() {
        return stateAfter(i);
      },
    }),
  );
  return { data: dataOf(facts), archived, steps, uncertain };
}

function difference(before: SurfaceState, after: SurfaceState): StateDifference {
  const modules = Object.entries(after.modules).filter(([name, each]) => !isSame(before.modules[name], each));
  const gone = Object.keys(before.modules).filter((name) => !(name in after.modules));
  return {
    ...(modules.length > 0 && { modules: Object.fromEntries(modules) }),
    ...(gone.length > 0 && { gone }),
    ...(!isSame(before.collections, after.collections) && { collections: after.collections }),
    ...(!isSame(before.behaviours, after.behaviours) && { behaviours: after.behaviours }),
  };
}

/** Whether added modules come after those of before. */
function keepsOrder({ modules: before }: SurfaceState, { modules: after }: SurfaceState): boolean {
  const [kept, names] = [Object.keys(before).filter((name) => name in after), Object.keys(after)];
  return isSame(names, [...kept, ...names.filter((name) => !(name in before))]);
}

function withDifferences(before: SurfaceState, differences: readonly StateDifference[]): SurfaceState {
  let { modules, collections, behaviours } = before;
  for (const { modules: others, gone, ...changed } of differences) {
    collections = changed.collections ?? collections;
    behaviours = changed.behaviours ?? behaviours;
    if (others || gone) modules = modules === before.modules ? { ...modules } : modules;
    for (const name of gone ?? []) delete (modules as Record<string, SurfaceModule>)[name];
    Object.assign(modules, others);
  }
  return { modules, collections, behaviours };
}

function isSame(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
