import { useState } from 'preact/hooks';
import { type AccountSort, accountStatuses, type SortOrder } from '../../contracts/service-states.ts';
import { plural } from '../../words/text.ts';
import { type AccountsList, accountsAddress, addressOf, parsePlace, queryOf } from './address.ts';
import {
  type AccountBody,
  type AccountCountsBody,
  type AccountsBody,
  getBody,
  postBody,
  type RestoredBody,
  type WorkspaceBody,
} from './api.ts';
import { useLive } from './live.ts';
import {
  Act,
  Card,
  ChoiceField,
  fieldText,
  Heading,
  Icon,
  RequestForm,
  Rows,
  Sign,
  Time,
  VersionField,
  WhenLoaded,
} from './parts.tsx';

const pageSize = '100';
/** Ids have no sequence that a person would see. */
const defaultSort: AccountSort = 'phone';

/** The accounts of a workspace that match the filter of the address, and the way to link another number. */
export function AccountsView({ workspace, list }: { workspace: string; list: AccountsList }) {
  const path = `/v1/workspaces/${workspace}`;
  const { status, attention, phone, library } = list;
  // Counts beside a choice are of what the other choices leave.
  const countsPath = `${path}/account-counts${queryOf({ attention, phone, library })}`;
  const listPath = `${path}/accounts${queryOf({ ...list, sort: list.sort || defaultSort, limit: pageSize })}`;
  const self = useLive(() => getBody<WorkspaceBody>(path), path, null);
  const accounts = useLive(() => getBody<AccountsBody>(listPath), listPath);
  const counts = useLive(() => getBody<AccountCountsBody>(countsPath), countsPath);
  const refresh = async () => {
    await Promise.all([accounts.refresh(), counts.refresh()]);
  };
  const show = (changed: Partial<AccountsList>) => {
    // The address can be ahead of what is drawn: a link was followed a moment ago.
    const now = parsePlace(location.hash);
    const current = now?.view === 'accounts' ? now.list : list;
    location.hash = accountsAddress(workspace, { ...current, after: '', ...changed });
  };
  return (
    <WhenLoaded live={self}>
      {({ name }) => (
        <>
          <Heading>{name}</Heading>
          <p class="actions">
            <a href={addressOf({ view: 'settings', workspace })}>Webhooks, keys and quotas</a>
            <RestoreWaiting path={path} refresh={refresh} />
          </p>
          <div class="cards">
            <Card title="Link a number" wide>
              <LinkForm path={path} />
            </Card>
          </div>
          {counts.data && (
            <Statuses
              of={counts.data}
              list={list}
              address={(changed) => accountsAddress(workspace, { ...list, after: '', ...changed })}
            />
          )}
          {counts.data && <Filters of={counts.data} list={list} show={show} />}
          <WhenLoaded live={accounts}>
            {({ items, next }) => (
              <>
                {items.length === 0 && (
                  <p>
                    {status + attention + phone + library === '' ? 'No number is linked yet.' : 'No account matches.'}
                  </p>
                )}
                {items.length > 0 && <Accounts items={items} list={list} workspace={workspace} />}
                {next !== null && <a href={accountsAddress(workspace, { ...list, after: next })}>More accounts</a>}
              </>
            )}
          </WhenLoaded>
        </>
      )}
    </WhenLoaded>
  );
}

/** Starts every session of the workspace that waits for a person or for its backoff. */
function RestoreWaiting({ path, refresh }: { path: string; refresh(): Promise<void> }) {
  const [words, setWords] = useState('');
  const restore = async () => {
    setWords('');
    const { restored } = await postBody<RestoredBody>(`${path}/restore`);
    setWords(`${plural(restored, 'session')} may start now.`);
    await refresh();
  };
  return (
    <>
      <Act act={restore}>Restore all that wait</Act>
      <output>{words}</output>
    </>
  );
}

function LinkForm({ path }: { path: string }) {
  const link = async (form: FormData) => {
    const phone = fieldText(form, 'phone').replace(/[+\s()-]/g, '');
    const library = fieldText(form, 'library');
    const body = {
      ...(phone !== '' && { phone }),
      ...(form.has('pairing') && { pairing: true }),
      ...(library !== '' && { library }),
    };
    const { id, workspace } = await postBody<AccountBody>(`${path}/accounts`, body);
    location.hash = addressOf({ view: 'account', workspace, account: id });
  };
  return (
    <RequestForm submit="Link a number" name="Link a number" act={link}>
      <label>
        Number <input name="phone" inputmode="tel" autocomplete="off" placeholder="if known" size={14} />
      </label>
      <label>
        <input name="pairing" type="checkbox" /> by pairing code
      </label>
      <VersionField words="Version" name="library" isOptional />
    </RequestForm>
  );
}

interface StatusesProps {
  of: AccountCountsBody;
  list: AccountsList;
  address(changed: Partial<AccountsList>): string;
}

/** How many accounts have which status, each a link to those. */
function Statuses({ of: { accounts, statuses }, list, address }: StatusesProps) {
  const current = (status: string) => (list.status === status ? { 'aria-current': 'true' as const } : {});
  return (
    <ul class="counts" aria-label="Filter by status">
      <li>
        <a href={address({ status: '' })} {...current('')}>
          <strong>{accounts}</strong> all
        </a>
      </li>
      {accountStatuses.map((status) => (
        <li key={status} class={status}>
          <a href={address({ status })} {...current(status)}>
            <Icon name={status} />
            <strong>{statuses[status]}</strong> {status.replace('_', ' ')}
          </a>
        </li>
      ))}
    </ul>
  );
}

interface FiltersProps {
  of: AccountCountsBody;
  list: AccountsList;
  show(changed: Partial<AccountsList>): void;
}

function Filters({ of: { attention, libraries }, list, show }: FiltersProps) {
  const counted = (value: string, accounts: number): [string, string] => [value, `${value} (${accounts})`];
  const orChosen = (options: [string, string][], chosen: string): [string, string][] =>
    options.some(([value]) => value === chosen) ? options : [...options, [chosen, chosen]];
  const codes = attention.map(({ code, accounts }) => counted(code, accounts));
  return (
    <search>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          show({ phone: fieldText(new FormData(event.currentTarget), 'phone').replace(/\D/g, '') });
        }}
      >
        <label>
          Number{' '}
          <input
            name="phone"
            type="search"
            inputmode="numeric"
            defaultValue={list.phone}
            placeholder="digits"
            size={10}
          />
        </label>
        <button type="submit">Find</button>
        <ChoiceField
          name="Attention"
          value={list.attention}
          options={orChosen([['', 'all'], ['any', 'needed'], ['none', 'not needed'], ...codes], list.attention)}
          choose={(attention) => show({ attention })}
        />
        <ChoiceField
          name="Version"
          value={list.library}
          options={orChosen([['', 'all'], ...libraries.map((of) => counted(of.library, of.accounts))], list.library)}
          choose={(library) => show({ library })}
        />
      </form>
    </search>
  );
}

function Accounts({ items, list, workspace }: { items: AccountBody[]; list: AccountsList; workspace: string }) {
  const head = (title: string, sort: AccountSort) => {
    const isSorted = (list.sort || defaultSort) === sort;
    const order: SortOrder = list.order === 'descending' ? 'descending' : 'ascending';
    const next: SortOrder = isSorted && order === 'ascending' ? 'descending' : 'ascending';
    return {
      title,
      sort: isSorted ? order : ('none' as const),
      head: (
        <a href={accountsAddress(workspace, { ...list, sort, order: next, after: '' })}>
          {title} {isSorted && <Icon name={order} />}
        </a>
      ),
    };
  };
  return (
    <Rows
      titles={[head('Number', 'phone'), head('Status', 'status'), head('Since', 'since'), head('Version', 'library')]}
      rows={items.map(({ id, phone, status, attention, since, library }) => ({
        key: id,
        cells: [
          <a key="number" href={addressOf({ view: 'account', workspace, account: id })}>
            {phone === null ? 'not known yet' : `+${phone}`}
          </a>,
          <span key="status">
            <Sign of={status} />
            {attention && <strong class="attention"> needs attention: {attention}</strong>}
          </span>,
          <Time key="since" at={since} />,
          library,
        ],
      }))}
    />
  );
}
