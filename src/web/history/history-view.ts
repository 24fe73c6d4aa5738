import type { CanaryHistory, RateSeries } from '../../contracts/canary-history.ts';
import { el } from '../dom.ts';
import { bucketLength, momentName, windowName } from './bucket-words.ts';
import { changeList } from './change-list.ts';
import { phasePlots } from './phase-plots.ts';
import { stateGrids } from './state-grid.ts';
import { stripsView } from './strips.ts';

/** Results of versions over time, in four plots. `links` come from the service, if there is one. */
export function historyView(history: CanaryHistory, links: readonly RateSeries[] = []): HTMLElement {
  const { bucketMs, rates, phaseTimes, cellsLeftOut } = history;
  const starts = history.buckets.map((start) => Date.parse(start));
  const view = el('div', { class: 'history' }, el('p', { class: 'run' }, counted(history)));
  const add = (title: string, help: string, plots: HTMLElement) =>
    view.append(el('section', {}, el('h2', {}, title), help === '' ? null : el('p', { class: 'help' }, help), plots));
  const bucket = bucketLength(bucketMs);
  if (history.attempts > 0) {
    add('Changed since yesterday', '', changeList(history));
    const band = `Each step is ${bucket}: the line is the share that passed, the band where the true rate lies with 95\u00a0% confidence. Where nothing was attempted there is nothing.`;
    add('Success rate by version', band, ratePlots(rates, starts, bucketMs, 'Attempts'));
    const times = `Each step is ${bucket}: the line is the median, the band goes up to the 95th percentile, of the attempts that completed the phase.`;
    add('Phase times', times, phasePlots(phaseTimes, starts, bucketMs));
    const left =
      cellsLeftOut > 0 ? ` ${cellsLeftOut} more cells are not shown; choose a version or a build to see them.` : '';
    add('Matrix over time', `Each square is ${bucket} of one cell.${left}`, stateGrids(history));
  }
  if (links.length > 0) {
    const help = `Each step is ${bucket} in which links were begun: the share that became connected. Codes without a scan do not count.`;
    add('Links of the service', help, ratePlots(links, starts, bucketMs, 'Links'));
  }
  return view;
}

function counted({ window, to, attempts, infra, newestAttempt }: CanaryHistory): string {
  if (newestAttempt === null) return 'No canary has attempted anything on this machine yet: npx wwebjs-canary run';
  if (attempts === 0)
    return `Nothing was attempted in the last ${windowName(window)}; the newest attempt is of ${momentName(newestAttempt)}.`;
  const spoiled = infra > 0 ? `, ${infra} of them spoiled by the machine, which count in no rate and no time` : '';
  return `${attempts.toLocaleString('en')} attempts in the ${windowName(window)} up to ${momentName(to)}${spoiled}. All times are UTC.`;
}

const percent = (share: number) => `${(share * 100).toFixed(share === 0 || share === 1 ? 0 : 1)} %`;

/** Success rates, one strip per version. `what` names the counted things: `Attempts`, `Links`. */
function ratePlots(
  series: readonly RateSeries[],
  starts: readonly number[],
  bucketMs: number,
  what: string,
): HTMLElement {
  return stripsView({
    series,
    starts,
    bucketMs,
    key: what,
    title: (library) => `${what}: success rate of ${library} over time`,
    caption: `${what}: success rate by version`,
    top: 1,
    ticks: [0, 0.5, 1],
    tick: (value) => `${value * 100} %`,
    mark: ({ lower, rate, upper }) => ({ low: lower, line: rate, high: upper }),
    words: ({ rate, lower, upper, passed, failed }) =>
      `${percent(rate)} (${percent(lower)} to ${percent(upper)}), ${passed} of ${passed + failed}`,
    none: 'none made',
  });
}
