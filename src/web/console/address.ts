import { accountSorts, accountStatuses, sortOrders } from '../../contracts/service-states.ts';

/** What the console shows. The address of the page is the whole state, so that links, history and reload work. */
export type ConsolePlace =
  | { view: 'overview' }
  | { view: 'workspaces'; after: string }
  | { view: 'accounts'; workspace: string; list: AccountsList }
  | { view: 'settings'; workspace: string }
  | { view: 'account'; workspace: string; account: string }
  | { view: 'rollouts' }
  | { view: 'matrix'; cell: string }
  | { view: 'history'; window: string; library: string; build: string };

/** Parameters of `GET .../accounts`; an empty one is left out. */
export interface AccountsList {
  status: string;
  attention: string;
  phone: string;
  library: string;
  sort: string;
  order: string;
  after: string;
}

/** The place of a hash such as `#/w/ID?status=connected`; null for malformed percent-encoding such as `%E0%A4%A`. */
export function parsePlace(hash: string): ConsolePlace | null {
  const [path = '', query = ''] = hash.split('?', 2);
  let parts: string[];
  try {
    parts = path.split('/').map(decodeURIComponent);
  } catch {
    return null;
  }
  const [, area = '', id = '', kind = '', which = ''] = parts;
  const asked = new URLSearchParams(query);
  if (area === 'workspaces') return { view: 'workspaces', after: asked.get('after') ?? '' };
  if (area === 'rollouts') return { view: 'rollouts' };
  if (area === 'matrix') return { view: 'matrix', cell: id };
  if (area === 'history') return { view: 'history', window: id === '' ? '30d' : id, library: kind, build: which };
  if (area === 'w' && kind === 'a') return { view: 'account', workspace: id, account: which };
  if (area === 'w' && kind === 'settings') return { view: 'settings', workspace: id };
  if (area === 'w') return { view: 'accounts', workspace: id, list: parseList(asked) };
  return { view: 'overview' };
}

/** What the service does not accept is left out: such an address was typed. */
function parseList(asked: URLSearchParams): AccountsList {
  const one = (name: keyof AccountsList, known: readonly string[]) => {
    const value = asked.get(name) ?? '';
    return known.includes(value) ? value : '';
  };
  return {
    status: one('status', accountStatuses),
    attention: asked.get('attention') ?? '',
    phone: (asked.get('phone') ?? '').replace(/\D/g, '').slice(0, 15),
    library: asked.get('library') ?? '',
    sort: one('sort', accountSorts),
    order: one('order', sortOrders),
    after: asked.get('after') ?? '',
  };
}

/** The query of an address or of a request, with a question mark; empty without parameters. */
export function queryOf(parameters: Readonly<Record<string, string>>): string {
  const given = Object.entries(parameters).filter(([, value]) => value !== '');
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
}

/** The address of a place, which `parsePlace` reads. */
export function addressOf(place: ConsolePlace): string {
  const path = (...parts: string[]) => `#/${parts.map(encodeURIComponent).join('/')}`;
  switch (place.view) {
    case 'overview':
      return '#/';
    case 'workspaces':
      return `${path('workspaces')}${queryOf({ after: place.after })}`;
    case 'accounts':
      return `${path('w', place.workspace)}${queryOf({ ...place.list })}`;
    case 'settings':
      return path('w', place.workspace, 'settings');
    case 'account':
      return path('w', place.workspace, 'a', place.account);
    case 'rollouts':
      return path('rollouts');
    case 'matrix':
      return place.cell === '' ? path('matrix') : path('matrix', place.cell);
    case 'history':
      return path('history', place.window, place.library, place.build);
  }
}

const wholeList: AccountsList = { status: '', attention: '', phone: '', library: '', sort: '', order: '', after: '' };

/** The address of the accounts of a workspace; of all, or of those of a filter. */
export function accountsAddress(workspace: string, list: Partial<AccountsList> = {}): string {
  return addressOf({ view: 'accounts', workspace, list: { ...wholeList, ...list } });
}
