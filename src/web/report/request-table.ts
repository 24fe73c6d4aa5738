import type { HtmlTrace } from '../../contracts/html-report.ts';
import { formatMs } from '../../words/text.ts';
import { el } from '../dom.ts';

const notKept = 'No network log was kept: failed requests are among the events.';
const columns = ['at', 'method', 'status', 'type', 'size', 'time', 'address'];

/** @param isPicked whether a request from one time to another is to be shown. */
export function requestTable(trace: HtmlTrace | null, isPicked: (from: number, to: number) => boolean): HTMLElement {
  if (!trace) return el('p', { class: 'nothing' }, notKept);
  const requests = trace.requests.filter(({ at, ms }) => isPicked(at, at + ms)).toSorted((a, b) => a.at - b.at);
  if (requests.length === 0) return el('p', { class: 'nothing' }, 'No request was made.');
  const rows = requests.map(({ at, ms, method, url, type, status, bytes, error }) => {
    const isBad = error !== null || (status ?? 0) >= 400;
    return el(
      'tr',
      { 'data-at': String(at), ...(isBad && { class: 'bad' }) },
      ...[formatMs(at), method, error ?? String(status ?? ''), type, formatBytes(bytes), formatMs(ms)].map((text) =>
        el('td', {}, text),
      ),
      el('td', {}, el('code', {}, url)),
    );
  });
  return el(
    'div',
    { class: 'requests' },
    trace.droppedRequests > 0 && el('p', {}, `${trace.droppedRequests} requests of the middle were not kept.`),
    el(
      'table',
      {},
      el('thead', {}, el('tr', {}, ...columns.map((name) => el('th', { scope: 'col' }, name)))),
      el('tbody', {}, ...rows),
    ),
  );
}

function formatBytes(bytes: number | null): string {
  if (bytes === null) return '';
  return bytes < 1000 ? `${bytes} B` : `${(bytes / 1000).toFixed(1)} kB`;
}
