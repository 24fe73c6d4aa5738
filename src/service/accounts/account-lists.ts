import {
  type AccountSort,
  type AccountStatus,
  accountStatuses,
  type SortOrder,
} from '../../contracts/service-states.ts';
import { Problem } from '../problems.ts';
import type { WorkspaceId } from '../session-ids.ts';
import type { ServiceDatabase } from '../tables.ts';
import { type Account, accountOfRow, accountRows } from './account-rows.ts';

/** Which accounts of a workspace; what is left out does not matter. */
export interface AccountFilter {
  statuses?: readonly AccountStatus[] | undefined;
  /** `any`: those that need attention; `none`: those that do not; else those that need it for this code. */
  attention?: string | undefined;
  /** Digits that the number contains. */
  phone?: string | undefined;
  /** The version that hosted them last. */
  library?: string | undefined;
}

export interface AccountsPage {
  /** By default the id. */
  sort?: AccountSort;
  order?: SortOrder;
  limit: number;
  /** The `accountPosition` of the last account of the page before. */
  after?: string | null;
}

export interface AccountCounts {
  accounts: number;
  statuses: Record<AccountStatus, number>;
  attention: { code: string; accounts: number }[];
  libraries: { library: string; accounts: number }[];
}

/** The place of an account in a list: the value that it is sorted by, and its id, since values repeat. */
export function accountPosition(account: Account, sort: AccountSort): string {
  const id = account.ids.account;
  return sort === 'id' ? id : `${account[sort] ?? ''}.${id}`;
}

/** Lists and counts the accounts of a workspace. Deleted ones are left out. */
export class AccountLists {
  readonly #database: ServiceDatabase;

  constructor(database: ServiceDatabase) {
    this.#database = database;
  }

  /** At most `limit` accounts. @throws Problem `invalid-request` for an `after` of a list with another sort. */
  async list(workspace: WorkspaceId, filter: AccountFilter, page: AccountsPage): Promise<Account[]> {
    const { sort = 'id', order = 'ascending', limit, after = null } = page;
    const [comparison, direction] = order === 'ascending' ? (['>', 'asc'] as const) : (['<', 'desc'] as const);
    const column = columns[sort];
    let query = this.#matching(workspace, filter).selectAll().limit(limit);
    if (sort !== 'id') query = query.orderBy(column, direction);
    query = query.orderBy('id', direction);
    if (after !== null) {
      const { value, id } = parsePosition(after, sort);
      query = query.where(({ eb, or, and }) =>
        sort === 'id'
          ? eb('id', comparison, id)
          : or([eb(column, comparison, value), and([eb(column, '=', value), eb('id', comparison, id)])]),
      );
    }
    return (await query.execute()).map(accountOfRow);
  }

  /** The accounts of the filter by status, by what they need attention for, and by version. */
  async count(workspace: WorkspaceId, filter: AccountFilter): Promise<AccountCounts> {
    const rows = await this.#matching(workspace, filter)
      .select(({ fn }) => ['shown_status', 'attention_code', 'library', fn.countAll<number>().as('accounts')])
      .groupBy(['shown_status', 'attention_code', 'library'])
      .execute();
    const counts = rows.map((row) => ({ ...row, accounts: Number(row.accounts) }));
    const sum = (of: typeof counts) => of.reduce((total, { accounts }) => total + accounts, 0);
    const by = (key: 'attention_code' | 'library') =>
      [...Map.groupBy(counts, (row) => row[key])].map(([value, of]) => ({ value, accounts: sum(of) })).sort(mostFirst);
    return {
      accounts: sum(counts),
      statuses: Object.fromEntries(
        accountStatuses.map((status) => [status, sum(counts.filter(({ shown_status }) => shown_status === status))]),
      ) as Record<AccountStatus, number>,
      attention: by('attention_code').flatMap(({ value: code, accounts }) =>
        code === null ? [] : [{ code, accounts }],
      ),
      libraries: by('library').map(({ value, accounts }) => ({ library: value as string, accounts })),
    };
  }

  /** A table of its own, so that conditions and sort work on the status that is shown. */
  #matching(workspace: WorkspaceId, { statuses, attention, phone, library }: AccountFilter) {
    const rows = accountRows(this.#database, workspace)
      .where('whatsapp_accounts.deleted_at', 'is', null)
      .select(({ fn, val }) => fn.coalesce('whatsapp_accounts.phone', val('')).as('shown_phone'));
    let query = this.#database.kysely.selectFrom(rows.as('shown'));
    if (statuses) query = query.where('shown_status', 'in', statuses);
    if (attention === 'any') query = query.where('attention_code', 'is not', null);
    else if (attention === 'none') query = query.where('attention_code', 'is', null);
    else if (attention !== undefined) query = query.where('attention_code', '=', attention);
    if (phone !== undefined) query = query.where('phone', 'like', `%${phone}%`);
    if (library !== undefined) query = query.where('library', '=', library);
    return query;
  }
}

const columns = {
  id: 'id',
  since: 'shown_since',
  phone: 'shown_phone',
  status: 'shown_status',
  library: 'library',
} as const satisfies Record<AccountSort, string>;

function parsePosition(text: string, sort: AccountSort): { value: string | number; id: string } {
  if (sort === 'id') return { value: '', id: text };
  const dot = text.lastIndexOf('.');
  const [value, id] = [text.slice(0, dot), text.slice(dot + 1)];
  if (dot < 0 || (sort === 'since' && !/^\d{1,15}$/.test(value)))
    throw new Problem('invalid-request', `after: has to be the \`next\` of a page with the sort ${sort}.`);
  return { value: sort === 'since' ? Number(value) : value, id };
}

function mostFirst(one: { accounts: number; value: string | null }, other: typeof one): number {
  return other.accounts - one.accounts || String(one.value).localeCompare(String(other.value));
}
