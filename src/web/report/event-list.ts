import type { AttemptEvent } from '../../contracts/attempt.ts';
import { formatMs } from '../../words/text.ts';
import { el } from '../dom.ts';

/** Details up to this many characters are shown inline; longer ones unfold. */
const shortDetail = 110;

/** All events in sequence, with the time since the attempt began. */
export function eventList(events: readonly AttemptEvent[]): HTMLElement {
  const items = events.map(({ at, type, detail }) => {
    const bad = type.endsWith(':error') || type === 'host:unhandled-rejection' || type === 'page:request-failed';
    return el(
      'li',
      bad ? { class: 'bad' } : {},
      el('span', { class: 'at' }, formatMs(at)),
      el('span', { class: 'type' }, type),
      ...detailNodes(detail),
    );
  });
  return el(
    'details',
    { class: 'events' },
    el('summary', {}, `Events (${events.length})`),
    events.length === 0 ? el('p', {}, 'Nothing was seen.') : el('ol', {}, ...items),
  );
}

function detailNodes(detail: unknown): Node[] {
  if (detail === null || detail === undefined) return [];
  const text = typeof detail === 'string' ? detail : JSON.stringify(detail, null, 1);
  const line = text.replaceAll(/\s*\n\s*/g, ' ');
  if (line.length <= shortDetail) return [el('code', { class: 'detail' }, line)];
  const whole = text.replaceAll('\\n', '\n');
  return [
    el(
      'details',
      { class: 'detail' },
      el('summary', {}, el('code', {}, `${line.slice(0, shortDetail)}…`)),
      el('pre', {}, whole),
    ),
  ];
}
