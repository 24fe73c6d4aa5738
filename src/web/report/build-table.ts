import type { ReportedBuild } from '../../contracts/build-origin.ts';
import { behaviourWords, buildsTitle, reportedBuildWords } from '../../words/build-origin.ts';
import { plural } from '../../words/text.ts';
import { el } from '../dom.ts';

const explanation =
  'Seen live: the page of the live site showed it while it ran, or attempts were made there. Everything else was read in a text, dated from sources, or carried over from another build.';

/** The builds of the run: how old each is, from where its page is known, and what of it was seen live. */
export function buildTable(builds: readonly ReportedBuild[]): HTMLElement {
  const head = ['build', 'served', 'names', 'behaviours', 'live attempts'];
  return el(
    'section',
    { class: 'builds' },
    el('h2', {}, buildsTitle),
    el(
      'div',
      { class: 'scroll' },
      el(
        'table',
        {},
        el('thead', {}, el('tr', {}, ...head.map((name) => el('th', { scope: 'col' }, name)))),
        el('tbody', {}, ...builds.map(buildRow)),
      ),
    ),
    el('p', { class: 'legend' }, explanation),
  );
}

function buildRow(reported: ReportedBuild): HTMLElement {
  const { build, date, ageDays, origin } = reported;
  const words = reportedBuildWords(reported);
  const bare = (text: string) => text.replace(/^(names|behaviours|live attempts):? /, '');
  return el(
    'tr',
    {},
    el('th', { scope: 'row' }, build),
    el(
      'td',
      { class: 'day' },
      date ?? 'not known',
      ageDays !== null && el('span', {}, `${plural(ageDays, 'day')} old`),
    ),
    el('td', {}, bare(words.names)),
    el('td', {}, origin ? behaviourDetails(origin.build, origin.behaviours, bare(words.behaviours)) : '–'),
    el('td', {}, bare(words.live) || 'not asked for'),
  );
}

function behaviourDetails(
  own: string,
  behaviours: NonNullable<ReportedBuild['origin']>['behaviours'],
  summary: string,
): HTMLElement {
  const rows = behaviours.flatMap((each) => [
    el('dt', {}, behaviourWords(each, own)),
    el('dd', {}, each.names.join(', ')),
  ]);
  return el('details', {}, el('summary', {}, summary), el('dl', {}, ...rows));
}
