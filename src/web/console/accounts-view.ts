import { el } from '../dom.ts';
import {
  type AccountBody,
  type AccountsBody,
  getBody,
  postBody,
  type RestoredBody,
  type WorkspaceBody,
} from './api.ts';
import type { KeepTrue } from './keep-true.ts';
import { keyedList } from './keyed-list.ts';
import { requestLine } from './request-line.ts';
import { statusMark, timeMark } from './status.ts';

const pageSize = 100;

/** The accounts of a workspace with their status, and the way to link another number. */
export async function accountsView(workspace: string, after: string | null, keep: KeepTrue): Promise<HTMLElement> {
  const path = `/v1/workspaces/${workspace}`;
  const page = after === null ? '' : `&after=${after}`;
  const none = el('p', {}, 'No number is linked yet.');
  const rows = el('tbody');
  const list = table(rows);
  const more = el('a', {}, 'More accounts');
  const showRows = keyedList(rows, ({ id }) => id, row);
  const look = async () => {
    const { items, next } = await getBody<AccountsBody>(`${path}/accounts?limit=${pageSize}${page}`);
    showRows(items);
    none.hidden = items.length > 0;
    list.hidden = items.length === 0;
    more.hidden = next === null;
    more.href = `#/w/${workspace}/after/${next}`;
  };
  const [{ name }] = await Promise.all([getBody<WorkspaceBody>(path), look()]);
  keep(look);
  return el('section', {}, el('h1', {}, name), linkForm(path), restoreAll(path, look), none, list, more);
}

/** Starts every session of the workspace that waits for a person or for its backoff. */
function restoreAll(path: string, look: () => Promise<void>): HTMLElement {
  const request = requestLine();
  const restored = el('output');
  const restore = async () => {
    restored.replaceChildren();
    await request.run(button, async () => {
      const { restored: count } = await postBody<RestoredBody>(`${path}/restore`);
      restored.replaceChildren(count === 1 ? '1 session may start now.' : `${count} sessions may start now.`);
      await look();
    });
  };
  const button = el('button', { type: 'button', onclick: () => void restore() }, 'Restore all that wait');
  return el('div', { class: 'actions' }, button, restored, request.line);
}

function linkForm(path: string): HTMLElement {
  const request = requestLine();
  const button = el('button', {}, 'Link a number');
  const link = async (event: Event) => {
    event.preventDefault();
    await request.run(button, async () => {
      const { id, workspace } = await postBody<AccountBody>(`${path}/accounts`, {});
      location.hash = `#/w/${workspace}/a/${id}`;
    });
  };
  return el('form', { onsubmit: (event) => void link(event) }, button, request.line);
}

function table(body: HTMLElement): HTMLElement {
  const head = ['Number', 'Status', 'Since', 'Library'].map((title) => el('th', { scope: 'col' }, title));
  return el('table', {}, el('thead', {}, el('tr', {}, ...head)), body);
}

function row({ id, workspace, phone, status, attention, since, library }: AccountBody): HTMLElement {
  const name = phone === null ? 'not known yet' : `+${phone}`;
  return el(
    'tr',
    {},
    el('td', {}, el('a', { href: `#/w/${workspace}/a/${id}`, id: `account-${id}` }, name)),
    el('td', {}, statusMark(status), attention && el('strong', {}, ` needs attention: ${attention}`)),
    el('td', {}, timeMark(since)),
    el('td', {}, library),
  );
}
