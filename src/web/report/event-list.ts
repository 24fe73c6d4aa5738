import type { AttemptEvent } from '../../contracts/attempt.ts';
import { formatMs } from '../../words/text.ts';
import { el } from '../dom.ts';

/** Details up to this many characters are shown inline; longer ones unfold. */
const shortDetail = 110;

/** Events in sequence, with the time since the attempt began. */
export function eventList(events: readonly AttemptEvent[]): HTMLElement {
  if (events.length === 0) return el('p', { class: 'nothing' }, 'Nothing was seen.');
  const items = events.map((event) => {
    const { at, type, detail } = event;
    return el(
      'li',
      { 'data-at': String(at), ...(isBad(event) && { class: 'bad' }) },
      el('span', { class: 'at' }, formatMs(at)),
      el('span', { class: 'type' }, type),
      ...detailNodes(detail),
    );
  });
  return el('ol', { class: 'events' }, ...items);
}

/** True for an event that is an error by itself. */
export function isBad({ type, detail }: AttemptEvent): boolean {
  const isConsoleError = type === 'page:console' && (detail as { level?: unknown } | null)?.level === 'error';
  return isConsoleError || type.endsWith(':error') || badTypes.has(type);
}

const badTypes = new Set([
  'host:unhandled-rejection',
  'host:uncaught-exception',
  'page:request-failed',
  'page:crashed',
]);

function detailNodes(detail: unknown): Node[] {
  if (detail === null || detail === undefined) return [];
  const text = textOf(detail);
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

/** Words of a console or an error stay plain text; other details are data. */
function textOf(detail: unknown): string {
  if (typeof detail === 'string') return detail;
  const { level, text, message, stack } = detail as Record<string, unknown>;
  if (typeof text === 'string') return typeof level === 'string' ? `${level}: ${text}` : text;
  if (typeof message !== 'string') return JSON.stringify(detail, null, 1);
  if (typeof stack !== 'string' || stack === '') return message;
  return stack.includes(message) ? stack : `${message}\n${stack}`;
}
