import { accountsAddress, addressOf, queryOf } from './address.ts';
import { getBody, postBody, type WorkspaceBody, type WorkspacesBody } from './api.ts';
import { useLive } from './live.ts';
import { fieldText, Heading, RequestForm, Rows, Time, WhenLoaded } from './parts.tsx';

/** The workspaces, page by page, and a form for a new one. */
export function WorkspacesView({ after }: { after: string }) {
  const path = `/v1/workspaces${queryOf({ limit: '100', after })}`;
  const workspaces = useLive(() => getBody<WorkspacesBody>(path), path);
  return (
    <>
      <Heading>Workspaces</Heading>
      <RequestForm
        submit="Make it"
        act={async (form) => {
          const { id } = await postBody<WorkspaceBody>('/v1/workspaces', { name: fieldText(form, 'name') });
          location.hash = accountsAddress(id);
        }}
      >
        <label>
          New workspace <input name="name" required maxlength={200} autocomplete="off" />
        </label>
      </RequestForm>
      <WhenLoaded live={workspaces}>
        {({ items, next }) => (
          <>
            {items.length === 0 ? (
              <p>There is none yet. A workspace is a tenant: its numbers are its own.</p>
            ) : (
              <Rows
                titles={['Workspace', 'Made', 'Quota of accounts', 'More']}
                rows={items.map(({ id, name, quotas, createdAt }) => ({
                  key: id,
                  cells: [
                    <a key="name" href={accountsAddress(id)}>
                      {name}
                    </a>,
                    <Time key="made" at={createdAt} />,
                    quotas.accounts ?? 'none',
                    <a key="settings" href={addressOf({ view: 'settings', workspace: id })}>
                      Webhooks, keys and quotas
                    </a>,
                  ],
                }))}
              />
            )}
            {next !== null && <a href={addressOf({ view: 'workspaces', after: next })}>More workspaces</a>}
          </>
        )}
      </WhenLoaded>
    </>
  );
}
