import { useState } from 'preact/hooks';
import { apiScopes } from '../../contracts/service-states.ts';
import {
  type ApiKeyBody,
  type ApiKeysBody,
  type DeliveriesBody,
  getBody,
  type NewKeyBody,
  type NewWebhookBody,
  postBody,
  putBody,
  remove,
  type WebhookBody,
  type WebhooksBody,
  type WorkspaceBody,
} from './api.ts';
import { useLive } from './live.ts';
import { Act, BackToAccounts, Card, fieldText, Heading, RequestForm, Rows, Sign, Time, WhenLoaded } from './parts.tsx';

/** Webhooks with their deliveries, API keys and quotas of a workspace. */
export function SettingsView({ workspace }: { workspace: string }) {
  const path = `/v1/workspaces/${workspace}`;
  const self = useLive(() => getBody<WorkspaceBody>(path), path, null);
  return (
    <>
      <BackToAccounts of={workspace} />
      <WhenLoaded live={self}>
        {(shown) => (
          <>
            <Heading>{`Webhooks, keys and quotas of ${shown.name}`}</Heading>
            <div class="cards">
              <Webhooks path={`${path}/webhooks`} />
              <Keys workspace={workspace} />
              <Quotas path={`${path}/quotas`} of={shown.quotas} refresh={self.refresh} />
            </div>
          </>
        )}
      </WhenLoaded>
    </>
  );
}

function Webhooks({ path }: { path: string }) {
  const webhooks = useLive(() => getBody<WebhooksBody>(path), path);
  const [made, setMade] = useState<NewWebhookBody | null>(null);
  const register = async (form: FormData) => {
    const events = fieldText(form, 'events');
    const body = { url: fieldText(form, 'url'), ...(events !== '' && { events: events.split(/[\s,]+/) }) };
    setMade(await postBody<NewWebhookBody>(path, body));
    await webhooks.refresh();
  };
  return (
    <Card title="Webhooks" wide>
      <RequestForm submit="Register" name="Register a webhook" act={register}>
        <label class="long">
          Address <input name="url" type="url" required placeholder="https://example.org/hook" autocomplete="off" />
        </label>
        <label class="long">
          Events{' '}
          <input
            name="events"
            placeholder="changes of status, attention and messages; or names, such as message_ack"
            autocomplete="off"
          />
        </label>
      </RequestForm>
      {made && <Once words={`The signing secret of ${made.url}`} text={made.secret} />}
      <WhenLoaded live={webhooks}>
        {({ items }) => (
          <>
            {items.length === 0 && <p>There is none yet.</p>}
            {items.map((webhook) => (
              <Webhook key={webhook.id} path={`${path}/${webhook.id}`} of={webhook} refresh={webhooks.refresh} />
            ))}
          </>
        )}
      </WhenLoaded>
    </Card>
  );
}

/** A text that no later answer of the service has. */
function Once({ words, text }: { words: string; text: string }) {
  return (
    <p class="notice" role="status">
      {words}, which is shown only now: <code>{text}</code>
    </p>
  );
}

interface WebhookProps {
  path: string;
  of: WebhookBody;
  refresh(): Promise<void>;
}

function Webhook({ path, of: { url, events, createdAt, failingSince }, refresh }: WebhookProps) {
  const pending = useLive(() => getBody<DeliveriesBody>(`${path}/deliveries?state=pending&limit=50`), path);
  const dead = useLive(() => getBody<DeliveriesBody>(`${path}/deliveries?state=dead&limit=50`), path);
  const erase = async () => {
    await remove(path);
    await refresh();
  };
  const resend = async (which: string) => {
    await postBody(`${path}/${which}`);
    await Promise.all([pending.refresh(), dead.refresh()]);
  };
  return (
    <article>
      <h3>{url}</h3>
      <p class="actions">
        <span class="faint">
          registered <Time at={createdAt} /> for{' '}
          {events === null ? 'changes of status, attention and messages' : events.join(', ')}
        </span>
        {failingSince !== null && (
          <Sign of="failed">
            failing since <Time at={failingSince} />
          </Sign>
        )}
        {dead.data && dead.data.items.length > 0 && <Act act={() => resend('resend')}>Send all dead letters again</Act>}
        <Act act={erase} confirm={`Delete the webhook ${url}? What was not delivered is lost.`}>
          Delete
        </Act>
      </p>
      <WhenLoaded live={pending}>{({ items }) => <Deliveries caption="Pending" of={items} />}</WhenLoaded>
      <WhenLoaded live={dead}>
        {({ items }) => (
          <Deliveries caption="Dead letters" of={items} resend={(id) => resend(`deliveries/${id}/resend`)} />
        )}
      </WhenLoaded>
    </article>
  );
}

function AttemptTime({ at }: { at: string | null }) {
  return at === null ? <>not known</> : <Time at={at} />;
}

interface DeliveriesProps {
  caption: string;
  of: DeliveriesBody['items'];
  resend?(id: string): Promise<void>;
}

function Deliveries({ caption, of, resend }: DeliveriesProps) {
  if (of.length === 0) return <p class="faint">{caption}: none.</p>;
  return (
    <Rows
      caption={caption}
      titles={[
        'Since',
        'Attempts',
        'Last result',
        resend ? 'Last attempt' : 'Next attempt',
        ...(resend ? ['Action'] : []),
      ]}
      rows={of.map(({ id, createdAt, attempts, lastResult, lastAttemptAt, nextAttemptAt }) => ({
        key: id,
        cells: [
          <Time key="since" at={createdAt} />,
          attempts,
          lastResult ?? 'not tried yet',
          <AttemptTime key="attempt" at={resend ? lastAttemptAt : nextAttemptAt} />,
          ...(resend
            ? [
                <Act key="resend" act={() => resend(id)}>
                  Send again
                </Act>,
              ]
            : []),
        ],
      }))}
    />
  );
}

function Keys({ workspace }: { workspace: string }) {
  const keys = useLive(() => getBody<ApiKeysBody>('/v1/keys'));
  const [made, setMade] = useState<NewKeyBody | null>(null);
  const make = async (form: FormData) => {
    const body = { name: fieldText(form, 'name'), scope: fieldText(form, 'scope'), workspace };
    setMade(await postBody<NewKeyBody>('/v1/keys', body));
    await keys.refresh();
  };
  const rotate = async ({ id }: ApiKeyBody) => {
    setMade(await postBody<NewKeyBody>(`/v1/keys/${id}/rotate`, { overlapSeconds: 3_600 }));
    await keys.refresh();
  };
  const revoke = async ({ id }: ApiKeyBody) => {
    await remove(`/v1/keys/${id}`);
    await keys.refresh();
  };
  return (
    <Card title="API keys" wide>
      <RequestForm submit="Make a key" name="Make a key" act={make}>
        <label>
          Name <input name="name" required maxlength={200} autocomplete="off" />
        </label>
        <label>
          Scope{' '}
          <select name="scope">
            {apiScopes.map((scope) => (
              <option key={scope}>{scope}</option>
            ))}
          </select>
        </label>
      </RequestForm>
      {made && <Once words={`The key ${made.name}`} text={made.key} />}
      <WhenLoaded live={keys}>
        {({ items }) => {
          const reaching = items.filter((key) => key.workspace === null || key.workspace === workspace);
          if (reaching.length === 0) return <p>There is none yet.</p>;
          return (
            <Rows
              titles={['Name', 'Scope', 'Reaches', 'Valid', 'Action']}
              rows={reaching.map((key) => ({
                key: key.id,
                cells: [
                  key.name,
                  key.scope,
                  key.workspace === null ? 'all workspaces' : 'this workspace',
                  <Validity key="validity" until={key.expiresAt} />,
                  !isOver(key.expiresAt) && (
                    <span key="actions" class="actions">
                      <Act
                        act={() => rotate(key)}
                        confirm={`Make a new text for ${key.name}? The old one stays valid for an hour.`}
                      >
                        Rotate
                      </Act>
                      <Act act={() => revoke(key)} confirm={`Revoke ${key.name}? Its programs are refused at once.`}>
                        Revoke
                      </Act>
                    </span>
                  ),
                ],
              }))}
            />
          );
        }}
      </WhenLoaded>
    </Card>
  );
}

function Validity({ until }: { until: string | null }) {
  if (until === null) return <>until it is revoked</>;
  if (isOver(until)) return <Sign of="inactive">expired</Sign>;
  return (
    <>
      until <Time at={until} />
    </>
  );
}

function isOver(until: string | null): boolean {
  return until !== null && Date.parse(until) <= Date.now();
}

const quotaWords = {
  accounts: 'Accounts',
  startingLinks: 'Links that wait for their scan',
  callsPerMinute: 'Requests a minute',
} as const;
const quotaNames = Object.keys(quotaWords) as (keyof typeof quotaWords)[];

interface QuotasProps {
  path: string;
  of: WorkspaceBody['quotas'];
  refresh(): Promise<void>;
}

function Quotas({ path, of, refresh }: QuotasProps) {
  const [words, setWords] = useState('');
  const set = async (form: FormData) => {
    setWords('');
    const given = quotaNames.map((name) => [name, fieldText(form, name) === '' ? null : Number(fieldText(form, name))]);
    await putBody(path, Object.fromEntries(given));
    await refresh();
    setWords('The quotas are set.');
  };
  return (
    <Card title="Quotas">
      <RequestForm submit="Set" name="Quotas" act={set}>
        {quotaNames.map((name) => (
          <label key={name} class="long">
            {quotaWords[name]}{' '}
            <input name={name} type="number" min={0} defaultValue={of[name] ?? ''} placeholder="none" />
          </label>
        ))}
      </RequestForm>
      <output>{words}</output>
    </Card>
  );
}
