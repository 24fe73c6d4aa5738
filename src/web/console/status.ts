import { el } from '../dom.ts';

/** A sign beside the word, so that the meaning does not depend on colour. */
const signs: Record<string, string> = {
  connected: '●',
  authenticated: '◐',
  qr_scanning: '▦',
  disconnected: '○',
  inactive: '–',
  failed: '✕',
};

export function statusMark(status: string): HTMLElement {
  return el('span', { class: `status ${status}` }, `${signs[status] ?? ''} ${status.replace('_', ' ')}`);
}

export function timeMark(iso: string): HTMLElement {
  return el('time', { datetime: iso }, new Date(iso).toLocaleString([], { dateStyle: 'short', timeStyle: 'short' }));
}
