import { el } from '../dom.ts';
import { historyView } from '../history/history-view.ts';
import { getBody, type ServedHistory } from './api.ts';

const windows: Record<string, string> = {
  '24h': '24 hours',
  '7d': '7 days',
  '30d': '30 days',
  '90d': '90 days',
  '366d': 'a year',
};

/** The choice in the address; an empty library or build means all. */
export interface ChosenHistory {
  window: string;
  library: string;
  build: string;
}

/** Results of versions over time: the canaries of this machine and the links of the service. */
export async function canaryHistoryView(chosen: ChosenHistory): Promise<HTMLElement> {
  const query = Object.entries(chosen).filter(([, value]) => value !== '');
  const history = await getBody<ServedHistory>(`/v1/canary-history?${new URLSearchParams(query)}`);
  return el('section', {}, el('h1', {}, 'Over time'), choices(chosen, history), historyView(history, history.links));
}

/** The address holds the choice, as everywhere in the console. */
function choices(chosen: ChosenHistory, { libraries, builds }: ServedHistory): HTMLElement {
  const choice = (axis: keyof ChosenHistory, name: string, options: readonly (readonly [string, string])[]) => {
    const select = el(
      'select',
      {},
      ...options.map(([value, text]) => el('option', { value, selected: value === chosen[axis] }, text)),
    );
    select.addEventListener('change', () => {
      const next = { ...chosen };
      next[axis] = select.value;
      const { window, library, build } = next;
      location.hash = `#/history/${[window, library, build].map(encodeURIComponent).join('/')}`;
    });
    return el('label', {}, `${name} `, select);
  };
  const orAll = (values: readonly string[]) => [
    ['', 'all'] as const,
    ...values.map((value) => [value, value] as const),
  ];
  return el(
    'form',
    {},
    choice('window', 'The last', Object.entries(windows)),
    choice('library', 'Version', orAll(libraries)),
    choice('build', 'Build', orAll(builds)),
  );
}
