import { useState } from 'preact/hooks';
import { accountStatuses } from '../../contracts/service-states.ts';
import { plural } from '../../words/text.ts';
import { accountsAddress, addressOf } from './address.ts';
import {
  type AccountBody,
  getBody,
  type MatrixBody,
  type Overview,
  postBody,
  type RestoredBody,
  remove,
  type StatusHistory,
} from './api.ts';
import { pause, useLive } from './live.ts';
import { Act, Card, Heading, Icon, Rows, Sign, Time, WhenLoaded } from './parts.tsx';
import { DecisionText, RolloutButtons } from './rollouts-view.tsx';
import { StatusChart } from './status-chart.tsx';

/** Milliseconds between two looks: the overview counts all accounts, statuses change in half hours, and canaries run rarely. */
const oftenMs = 5_000;
const slowlyMs = 60_000;
const rarelyMs = 300_000;

/** The age of the data of WhatsApp Web, in days, from which on it is marked. */
const oldDataDays = 30;

/** The first page: what needs a person now, and how the service does. */
export function OverviewView() {
  const overview = useLive(() => getBody<Overview>('/v1/overview'), '', oftenMs);
  const statuses = useLive(() => getBody<StatusHistory>('/v1/account-statuses'), '', slowlyMs);
  const matrix = useLive(() => getBody<MatrixBody>('/v1/matrix'), '', rarelyMs);
  return (
    <>
      <Heading>Overview</Heading>
      <WhenLoaded live={overview}>{({ accounts }) => <Counts of={accounts} />}</WhenLoaded>
      <div class="cards">
        {overview.data && <Needs of={overview.data} refresh={overview.refresh} />}
        <Card title="Accounts over the last day" wide>
          <WhenLoaded live={statuses}>{(history) => <StatusChart of={history} />}</WhenLoaded>
        </Card>
        {overview.data && <Restorations of={overview.data.restorations} />}
        {overview.data?.instances && <Instances of={overview.data.instances} refresh={overview.refresh} />}
        {overview.data?.instances && <RunningRollout of={overview.data.rollout} refresh={overview.refresh} />}
        <Card title="Canaries">
          <WhenLoaded live={matrix}>{(matrix) => <Canaries of={matrix} />}</WhenLoaded>
        </Card>
      </div>
    </>
  );
}

function Counts({ of }: { of: Overview['accounts'] }) {
  return (
    <ul class="counts" aria-label="Accounts by status">
      {accountStatuses.map((status) => (
        <li key={status} class={status}>
          <Icon name={status === 'failed' ? 'failed' : status} />
          <strong>{of[status]}</strong> {status.replace('_', ' ')}
        </li>
      ))}
    </ul>
  );
}

interface NeedsProps {
  of: Overview;
  refresh(): Promise<void>;
}

/** What waits for a person, each with what resolves it. */
function Needs({ of, refresh }: NeedsProps) {
  const { attention, lostLogins, webhooks } = of;
  const isCalm = attention.groups.length + lostLogins.accounts + webhooks.length === 0;
  return (
    <Card title="Needs a person now" wide>
      {isCalm && (
        <p>
          <Sign of="passed">Nothing waits for a person.</Sign>
        </p>
      )}
      {attention.groups.length > 0 && <WaitingGroups of={of} refresh={refresh} />}
      {lostLogins.accounts > 0 && <LostLogins of={lostLogins} />}
      {webhooks.length > 0 && <FailingWebhooks of={webhooks} refresh={refresh} />}
    </Card>
  );
}

function WaitingGroups({ of: { attention, instances }, refresh }: NeedsProps) {
  const [restored, setRestored] = useState('');
  // A key of one workspace has the sessions of that alone.
  const [first] = attention.sessions;
  const all = attention.groups.reduce((sum, { accounts }) => sum + accounts, 0);
  const path = instances === null && first ? `/v1/workspaces/${first.workspace}/restore` : '/v1/restore';
  const restore = async (which: object) => {
    const { restored: count } = await postBody<RestoredBody>(path, { ...which, waitsFor: 'person' });
    setRestored(`${plural(count, 'session')} may start now.`);
    await refresh();
    await pause(2_000);
    await refresh();
  };
  return (
    <>
      <Rows
        caption="Sessions that keep failing"
        titles={['Failure', 'Version', 'Sessions', 'Since', 'Action']}
        rows={attention.groups.map(({ code, library, accounts, since }) => ({
          key: `${code} ${library}`,
          cells: [
            <strong key="code">{code}</strong>,
            library,
            accounts,
            <Time key="since" at={since} />,
            <Act key="restore" act={() => restore({ code, library })}>{`Restore ${accounts}`}</Act>,
          ],
        }))}
      />
      {attention.groups.length > 1 && <Act act={() => restore({})}>{`Restore all ${all}`}</Act>}
      <output>{restored}</output>
      <Listed summary="Which ones" of={attention.sessions} />
    </>
  );
}

function LostLogins({ of: { accounts, newest } }: { of: Overview['lostLogins'] }) {
  const link = async ({ workspace, phone }: (typeof newest)[number]) => {
    const made = await postBody<AccountBody>(`/v1/workspaces/${workspace}/accounts`, {
      ...(phone !== null && { phone }),
    });
    location.hash = addressOf({ view: 'account', workspace: made.workspace, account: made.id });
  };
  return (
    <Rows
      caption={`${plural(accounts, 'account')} lost the login in the last day and ${accounts === 1 ? 'has' : 'have'} to be linked again`}
      titles={['Number', 'Workspace', 'Why', 'Since', 'Action']}
      rows={newest.map((session) => ({
        key: session.account,
        cells: [
          <AccountLink key="number" of={session} />,
          <WorkspaceLink key="workspace" of={session} />,
          session.code,
          <Time key="since" at={session.since} />,
          <Act key="link" act={() => link(session)}>
            Link again
          </Act>,
        ],
      }))}
    />
  );
}

function FailingWebhooks({ of, refresh }: { of: Overview['webhooks']; refresh(): Promise<void> }) {
  return (
    <Rows
      caption="Webhooks whose deliveries fail"
      titles={['Webhook', 'Retried', 'Dead letters', 'Action']}
      rows={of.map(({ workspace, webhook, failing, dead }) => ({
        key: webhook,
        cells: [
          <a key="webhook" href={addressOf({ view: 'settings', workspace })}>
            {webhook.slice(0, 8)}
          </a>,
          failing,
          dead,
          dead > 0 && (
            <Act
              key="resend"
              act={async () => {
                await postBody(`/v1/workspaces/${workspace}/webhooks/${webhook}/resend`);
                await refresh();
              }}
            >
              Send again
            </Act>
          ),
        ],
      }))}
    />
  );
}

type ListedSession = Overview['attention']['sessions'][number];

function Listed({ summary, of }: { summary: string; of: ListedSession[] }) {
  if (of.length === 0) return null;
  return (
    <details>
      <summary>{summary}</summary>
      <Rows
        titles={['Number', 'Workspace', 'Why', 'Version', 'Since']}
        rows={of.map((session) => ({
          key: session.account,
          cells: [
            <AccountLink key="number" of={session} />,
            <WorkspaceLink key="workspace" of={session} />,
            session.code,
            session.library,
            <Time key="since" at={session.since} />,
          ],
        }))}
      />
    </details>
  );
}

function AccountLink({ of: { workspace, account, phone } }: { of: ListedSession }) {
  return (
    <a href={addressOf({ view: 'account', workspace, account })}>{phone === null ? 'not known yet' : `+${phone}`}</a>
  );
}

function WorkspaceLink({ of: { workspace, workspaceName } }: { of: ListedSession }) {
  return <a href={accountsAddress(workspace)}>{workspaceName}</a>;
}

function Restorations({ of }: { of: Overview['restorations'] }) {
  const { running, backoff, unowned, linking, oldest } = of;
  return (
    <Card title="Restorations">
      <dl class="numbers">
        <dt>being started</dt>
        <dd>{running}</dd>
        <dt>start after their backoff</dt>
        <dd>{backoff}</dd>
        <dt>wait for an instance</dt>
        <dd>{unowned}</dd>
        <dt>links under way</dt>
        <dd>{linking}</dd>
      </dl>
      <Listed summary="Down longest" of={oldest} />
    </Card>
  );
}

const instanceSigns = { running: 'passed', draining: 'authenticated', silent: 'failed' } as const;

function Instances({ of, refresh }: { of: NonNullable<Overview['instances']>; refresh(): Promise<void> }) {
  const drain = async (id: string, isDraining: boolean) => {
    const path = `/v1/instances/${encodeURIComponent(id)}/drain`;
    await (isDraining ? remove(path) : postBody(path));
    await refresh();
  };
  return (
    <Card title="Instances">
      <Rows
        titles={['Instance', 'State', 'Sessions', 'Seen', 'Action']}
        rows={of.map(({ id, state, sessions, maxSessions, seenAt, drainAskedAt }) => ({
          key: id,
          cells: [
            id,
            <Sign key="state" of={instanceSigns[state]}>
              {state}
            </Sign>,
            <span key="sessions">
              {maxSessions === null ? sessions : `${sessions} of ${maxSessions} `}
              {maxSessions !== null && <progress value={sessions} max={maxSessions} aria-label="sessions" />}
            </span>,
            <Time key="seen" at={seenAt} />,
            <Act key="drain" act={() => drain(id, drainAskedAt !== null)}>
              {drainAskedAt === null ? 'Drain' : 'End the drain'}
            </Act>,
          ],
        }))}
      />
    </Card>
  );
}

function RunningRollout({ of, refresh }: { of: Overview['rollout']; refresh(): Promise<void> }) {
  if (of === null) {
    return (
      <Card title="Rollout">
        <p>
          None is active. <a href={addressOf({ view: 'rollouts' })}>Rollouts</a>
        </p>
      </Card>
    );
  }
  const { rollout, decision } = of;
  const { baseline, candidate, percent } = rollout;
  return (
    <Card title="Rollout">
      <p>
        <a href={addressOf({ view: 'rollouts' })}>{`From ${baseline} to ${candidate}: ${percent} %`}</a>
      </p>
      <progress max={100} value={percent} aria-label="accounts on the candidate" />
      {decision && (
        <div class="faint">
          <DecisionText of={decision} />
        </div>
      )}
      {decision?.figures.map(({ flow, verdict, loss }) => (
        <Interval key={flow} flow={flow} verdict={verdict} loss={loss} />
      ))}
      <RolloutButtons rollout={rollout} refresh={refresh} />
    </Card>
  );
}

type Figures = NonNullable<NonNullable<Overview['rollout']>['decision']>['figures'][number];

/** How much more often the candidate fails, with its interval, in points. */
function Interval({ flow, verdict, loss }: Pick<Figures, 'flow' | 'verdict' | 'loss'>) {
  if (loss === null) return <p class="faint">{`${flow}: ${verdict}, there are no attempts of both versions yet`}</p>;
  const { estimate, lower, upper } = loss;
  const points = (value: number) => `${value > 0 ? '+' : value < 0 ? '-' : ''}${Math.abs(value).toFixed(1)}`;
  const words = `${flow}: ${verdict}, ${points(estimate)} points of failures (${points(lower)} to ${points(upper)})`;
  const reach = Math.max(1, Math.abs(lower), Math.abs(upper));
  const x = (value: number) => 100 + (value / reach) * 95;
  return (
    <figure class="interval">
      <svg viewBox="0 0 200 16" role="img" aria-label={words}>
        <path class="zero" d="M100 0V16" />
        <path class="range" d={`M${x(lower)} 8H${x(upper)}M${x(lower)} 4V12M${x(upper)} 4V12`} />
        <circle cx={x(estimate)} cy="8" r="3.5" />
      </svg>
      <figcaption>{words}</figcaption>
    </figure>
  );
}

function Canaries({ of: { run, cells, dataEnds } }: { of: MatrixBody }) {
  const having = (outcome: string) => cells.filter((cell) => cell.outcome === outcome).length;
  const surprises = cells.filter(({ surprise }) => surprise).length;
  const { date, ageDays } = dataEnds;
  return (
    <>
      {run ? (
        <>
          <p>
            <a href={addressOf({ view: 'matrix', cell: '' })}>
              Run of <Time at={run.startedAt} />
            </a>
          </p>
          <ul class="counts">
            <li class="passed">
              <Icon name="passed" />
              {having('passed')} passed
            </li>
            <li class="failed">
              <Icon name="failed" />
              {having('failed')} failed
            </li>
            {having('infra') > 0 && (
              <li class="infra">
                <Icon name="infra" />
                {having('infra')} spoiled by the machine
              </li>
            )}
            {surprises > 0 ? (
              <li class="surprise">{surprises} not as expected</li>
            ) : (
              <li class="calm">all as expected</li>
            )}
          </ul>
        </>
      ) : (
        <p>No canary has run on this machine yet.</p>
      )}
      <p>
        {ageDays > oldDataDays && <Icon name="infra" />} The data of WhatsApp Web ends on {date},{' '}
        {plural(ageDays, 'day')} ago.
      </p>
    </>
  );
}
