import type { Attempt, AttemptEvent } from '../../contracts/attempt.ts';
import type { HtmlTrace } from '../../contracts/html-report.ts';
import { el, embeddedJson } from '../dom.ts';
import { eventList, isBad } from './event-list.ts';
import { pageView } from './page-view.ts';
import { requestTable } from './request-table.ts';
import { type Tab, Tabs } from './tabs.ts';
import { type Picked, stretchesOf, Timeline } from './timeline.ts';

/** What each tab shows of the events of an attempt. */
const eventTabs: readonly [name: string, types: RegExp][] = [
  ['Console', /^page:(console|error|crashed)$/],
  ['Host', /^(host:|browser:|harness:)/],
  ['Replica', /^replica:/],
  ['Events', /./],
];

/** Everything that was seen of an attempt on one axis of time: pick a stretch or a moment above, and what to look at below. */
export function traceView(attempt: Attempt, screenshot: string | undefined): HTMLElement {
  const { events } = attempt;
  // Parsed when it is looked at: a cell may have many attempts.
  let loaded: HtmlTrace | null | undefined;
  const trace = () => {
    loaded ??= embeddedJson<HtmlTrace | null>(`trace-${attempt.id}`);
    return loaded;
  };
  const stretches = stretchesOf(attempt);
  let picked: Picked = { stretch: null, moment: null };
  const isPicked = (from: number, to = from) => {
    const stretch = picked.stretch === null ? undefined : stretches[picked.stretch];
    return !stretch || (to >= stretch.from && from <= stretch.from + stretch.ms);
  };
  const ofKind = (types: RegExp): Tab['panel'] => {
    return () => eventList(events.filter(({ at, type }) => types.test(type) && isPicked(at)));
  };
  const [consoleTab, ...others] = eventTabs.map(([name, types]) => ({
    name,
    count: String(events.filter(({ type }) => types.test(type)).length),
    panel: ofKind(types),
  }));
  const tabs = new Tabs(
    'Trace',
    [
      { name: 'Page', count: '', panel: () => pageView({ trace: trace(), screenshot, stretches, picked }) },
      ...(consoleTab ? [consoleTab] : []),
      { name: 'Network', count: '', panel: () => requestTable(trace(), isPicked) },
      ...others,
    ],
    hasPage(attempt, screenshot) ? 0 : eventTabs.length + 1,
    (panel) => showMoment(panel, picked.moment),
  );
  const timeline = new Timeline(attempt, ticksOf(events), (now) => {
    picked = now;
    tabs.refresh();
  });
  return el('section', { class: 'trace' }, timeline.element, tabs.element);
}

function hasPage({ id }: Attempt, screenshot: string | undefined): boolean {
  return screenshot !== undefined || document.getElementById(`trace-${id}`) !== null;
}

function ticksOf(events: readonly AttemptEvent[]) {
  return events.map((event) => ({ at: event.at, isBad: isBad(event) }));
}

/** Rows after the moment are faint, and the last one before it is in view. */
function showMoment(panel: HTMLElement, moment: number | null): void {
  if (moment === null) return;
  let last: HTMLElement | undefined;
  for (const row of panel.querySelectorAll<HTMLElement>('[data-at]')) {
    const isLater = Number(row.dataset.at) > moment;
    row.classList.toggle('later', isLater);
    if (!isLater) last = row;
  }
  last?.setAttribute('aria-current', 'true');
  // Only the panel scrolls: the timeline stays where it is.
  if (last) panel.scrollTop = last.offsetTop - panel.clientHeight / 2;
}
