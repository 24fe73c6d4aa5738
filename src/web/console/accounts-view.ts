import { el } from '../report/dom.ts';
import { type Account, type Accounts, get, post, type Workspace } from './api.ts';
import { errorLine } from './error-line.ts';
import { statusMark, timeMark } from './status.ts';

const pageSize = 100;

/** The accounts of a workspace with their status, and the way to link another number. */
export async function accountsView(workspace: string, after: string | null): Promise<HTMLElement> {
  const path = `/v1/workspaces/${workspace}`;
  const page = after === null ? '' : `&after=${after}`;
  const [{ name }, { items, next }] = await Promise.all([
    get<Workspace>(path),
    get<Accounts>(`${path}/accounts?limit=${pageSize}${page}`),
  ]);
  return el(
    'section',
    {},
    el('h1', {}, name),
    linkForm(path),
    items.length === 0 ? el('p', {}, 'No number is linked yet.') : table(items),
    next && el('a', { href: `#/w/${workspace}/after/${next}` }, 'More accounts'),
  );
}

function linkForm(path: string): HTMLElement {
  const failed = errorLine();
  const link = async (event: Event) => {
    event.preventDefault();
    await failed.show(async () => {
      const { id, workspace } = await post<Account>(`${path}/accounts`, {});
      location.hash = `#/w/${workspace}/a/${id}`;
    });
  };
  return el('form', { onsubmit: (event) => void link(event) }, el('button', {}, 'Link a number'), failed.line);
}

function table(accounts: Account[]): HTMLElement {
  const head = ['Number', 'Status', 'Since', 'Library'].map((title) => el('th', { scope: 'col' }, title));
  const rows = accounts.map(({ id, workspace, phone, status, attention, since, library }) =>
    el(
      'tr',
      {},
      el('td', {}, el('a', { href: `#/w/${workspace}/a/${id}` }, phone === null ? 'not known yet' : `+${phone}`)),
      el('td', {}, statusMark(status), attention && el('strong', {}, ` needs attention: ${attention}`)),
      el('td', {}, timeMark(since)),
      el('td', {}, library),
    ),
  );
  return el('table', {}, el('thead', {}, el('tr', {}, ...head)), el('tbody', {}, ...rows));
}
