import type { BehavioursOfOneBuild, BuildOrigin, LiveTried, ReportedBuild } from '../contracts/build-origin.ts';
import { plural } from './text.ts';

/** The title of such lines. */
export const buildsTitle = 'Builds, and what of them was seen live';

/**
 * A build as one line: `2.3000.1050000000 of 2026-11-29, 1 day old: names from a capture of 2026-11-29 (account); behaviours: 9 of 19 seen live, 4 in
 * the text of its page, 6 carried over from 2.3000.1049833609 (2026-10-09); live attempts: 8 (7 passed), the last on 2026-11-29`.
 */
export function reportedBuildLine(reported: ReportedBuild): string {
  const { names, behaviours, live } = reportedBuildWords(reported);
  return `${agedBuildWords(reported)}: ${[names, behaviours, live].filter((part) => part !== '').join('; ')}`;
}

/** The parts of the line about a build; empty where nothing is to say. */
export function reportedBuildWords({ target, origin, live }: ReportedBuild) {
  if (target === 'live') return { names: 'served by the live site', behaviours: '', live: liveTriedWords(live) };
  return {
    names: origin ? namesWords(origin) : 'its records do not say from where it is known',
    behaviours: origin ? behavioursWords(origin) : '',
    live: liveTriedWords(live),
  };
}

/** `2.3000.1044822804 of 2026-08-10, 110 days old`. */
function agedBuildWords({ build, date, ageDays }: Pick<ReportedBuild, 'build' | 'date' | 'ageDays'>): string {
  if (date === null) return `${build}, of which the day is not known`;
  return `${build} of ${date}${ageDays === null ? '' : `, ${plural(ageDays, 'day')} old`}`;
}

/** From where the page of a build is known, as one clause. */
export function originWords(origin: BuildOrigin): string {
  return `${namesWords(origin)}; ${behavioursWords(origin)}`;
}

function namesWords({ names: { from, build, date, capture } }: BuildOrigin): string {
  if (capture) {
    const what = capture.standIn ? 'a page that stood in for the live site' : capture.method;
    const parts = [...(what === null ? [] : [what]), ...(capture.complete ? [] : ['not complete'])];
    return `names from a capture of ${capture.at.slice(0, 10)}${parts.length === 0 ? '' : ` (${parts.join(', ')})`}`;
  }
  if (from === 'archive') return 'names read in its code';
  if (build === null) return 'names from dated changes';
  const read = datedBuild(build, date);
  if (from === 'guess') return `names are a guess: those of ${read}, the nearest known build`;
  return `names from the code of ${read} and dated changes since`;
}

function behavioursWords(origin: BuildOrigin): string {
  const { behaviours } = origin;
  const all = behaviours.reduce((sum, { names }) => sum + names.length, 0);
  const others = behaviours
    .filter(({ from, build }) => from !== 'seen-live' || build !== origin.build)
    .map((each) => `${each.names.length} ${behaviourWords(each, origin.build)}`);
  return `behaviours: ${[`${seenLive(origin).length || 'none'} of ${all} seen live`, ...others].join(', ')}`;
}

const ofItself = {
  'seen-live': 'seen live',
  text: 'in the text of its page',
  'stand-in': 'shown by a page that stood in for the live site',
  data: 'by dated changes',
  chosen: 'set by a chosen switch',
} as const;

const ofAnother = {
  'seen-live': ', where they were seen live',
  text: ', from the text of its page',
  'stand-in': ', from a page that stood in for the live site',
  data: '',
  chosen: '',
} as const;

/** How behaviours of a build are known, without their number: `seen live`, `carried over from 2.3000.1049833609 (2026-10-09)`. */
export function behaviourWords({ from, build, date }: BehavioursOfOneBuild, own: string): string {
  return build === own ? ofItself[from] : `carried over from ${datedBuild(build, date)}${ofAnother[from]}`;
}

function liveTriedWords(live: LiveTried | null): string {
  if (!live) return '';
  const { passed, failed, newestAt } = live;
  if (newestAt === null) return 'live attempts: none in the store';
  return `live attempts: ${passed + failed} (${passed} passed), the last on ${newestAt.slice(0, 10)}`;
}

function datedBuild(build: string, date: string | null): string {
  return date === null ? build : `${build} (${date})`;
}

/** The behaviours that the page of the build itself showed while it ran on the live site. */
export function seenLive({ build, behaviours }: BuildOrigin): string[] {
  return behaviours.flatMap((each) => (each.from === 'seen-live' && each.build === build ? each.names : []));
}
