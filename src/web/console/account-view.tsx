import { useEffect, useState } from 'preact/hooks';
import { AccountActions } from './account-actions.tsx';
import {
  type AccountBody,
  fileAddress,
  getBody,
  type HistoryBody,
  type LinkCodeBody,
  listen,
  type Refused,
  type SessionStartsBody,
} from './api.ts';
import { pause, useLive } from './live.ts';
import { BackToAccounts, Card, Heading, Rows, Sign, Time, WhenLoaded } from './parts.tsx';

/** One account: the code to scan during a link, its live status, its actions, and its history. */
export function AccountView({ workspace, account: id }: { workspace: string; account: string }) {
  const path = `/v1/workspaces/${workspace}/accounts/${id}`;
  const account = useLive(() => getBody<AccountBody>(path), path);
  return (
    <>
      <BackToAccounts of={workspace} />
      <WhenLoaded live={account}>
        {(shown) => (
          <>
            <Summary of={shown} />
            <LinkCode path={path} status={shown.status} refresh={account.refresh} />
            <AccountActions path={path} account={shown} refresh={account.refresh} />
            <Past path={path} of={`${shown.status} ${shown.since} ${shown.attention}`} />
          </>
        )}
      </WhenLoaded>
    </>
  );
}

function Summary({ of }: { of: AccountBody }) {
  const { phone, handle, status, cause, since, library, build, libraryPin, proxy, browserArguments, attention } = of;
  return (
    <div role="status">
      <Heading>{phone === null ? 'A number that is being linked' : `+${phone}`}</Heading>
      <p>
        <Sign of={status} /> since <Time at={since} /> ({cause}), whatsapp-web.js {library}
        {libraryPin !== null && ' (chosen for this account)'}
        {build !== null && ` on WhatsApp Web ${build}`}. In metrics: <code>{handle}</code>
      </p>
      {proxy && <p>Through the proxy {proxy.url}.</p>}
      {browserArguments.length > 0 && (
        <p>
          Browser arguments: <code>{browserArguments.join(' ')}</code>
        </p>
      )}
      {attention && (
        <p class="notice">
          <strong>
            Needs attention: {attention}. {attentionWords(attention)}
          </strong>
        </p>
      )}
    </div>
  );
}

/** What a session that needs attention waits for. */
function attentionWords(code: string): string {
  if (code === 'proxy-refused') return 'It is started again and again until its proxy works.';
  return 'It is not started until you restore it, or until another session with the same failure works.';
}

interface LinkCodeProps {
  path: string;
  status: AccountBody['status'];
  refresh(): Promise<void>;
}

/** The code to scan or to type, from the events of a link for as long as it is under way. */
function LinkCode({ path, status, refresh }: LinkCodeProps) {
  const [code, setCode] = useState<(LinkCodeBody & { image: string | null }) | null>(null);
  const [note, setNote] = useState('');
  const isLinking = status === 'qr_scanning' || status === 'authenticated';
  // `refresh` does the same at every time.
  useEffect(() => {
    if (!isLinking) return;
    const over = new AbortController();
    const hear = async (event: string, data: unknown) => {
      if (event === 'status') await refresh();
      if (event !== 'code') return;
      const heard = data as LinkCodeBody;
      const image = heard.kind === 'qr' ? await fileAddress(`${path}/link.svg`) : null;
      setCode({ ...heard, image });
    };
    void listenUntil(over.signal, `${path}/link/events`, hear, setNote);
    return () => over.abort();
  }, [isLinking, path]);
  return (
    <>
      <p class="error" role="alert">
        {note}
      </p>
      {status === 'qr_scanning' && code && <ShownCode of={code} />}
    </>
  );
}

/** Listens again to a stream that broke. The scope `read` sees the status and no code, so it asks once. */
async function listenUntil(
  signal: AbortSignal,
  path: string,
  hear: (event: string, data: unknown) => Promise<void>,
  say: (words: string) => void,
): Promise<void> {
  while (!signal.aborted) {
    const on = (event: string, data: unknown) => void hear(event, data).catch(({ message }: Error) => say(message));
    const end = await listen(path, signal, on).catch((error: Refused) => error.code);
    if (signal.aborted) return;
    if (end === 'forbidden') {
      say('This key may read, but not link: the code is not shown.');
      return;
    }
    await pause(3_000);
  }
}

function ShownCode({ of: { kind, code, number, image } }: { of: LinkCodeBody & { image: string | null } }) {
  const where = 'On the phone: WhatsApp, Settings, Linked devices, Link a device';
  if (kind === 'pairing') {
    return (
      <figure class="code">
        <output>{code}</output>
        <figcaption>{where}, Link with phone number, then type this.</figcaption>
      </figure>
    );
  }
  return (
    <figure class="code">
      {image !== null && <img src={image} alt="QR code to scan" />}
      <figcaption>
        {where}, then point the camera here. Code {number}.
      </figcaption>
    </figure>
  );
}

/** The number of rows of each table, newest first. */
const shownRows = 100;

/** @param of changes with the account, and so with its history. */
function Past({ path, of }: { path: string; of: string }) {
  const history = useLive(() => getBody<HistoryBody>(`${path}/history?order=newest&limit=${shownRows}`), of, null);
  const starts = useLive(() => getBody<SessionStartsBody>(`${path}/starts?limit=${shownRows}`), of, null);
  return (
    <div class="cards">
      <Card title="History" wide>
        <WhenLoaded live={history}>
          {({ items }) => (
            <Rows
              caption="Changes of status"
              titles={['When', 'Status', 'Why', 'Before it', 'Library and build']}
              rows={items.map(({ seq, at, to, cause, from, durationMs, library, build }) => ({
                key: seq,
                cells: [
                  <Time key="at" at={at} />,
                  <Sign key="to" of={to} />,
                  cause,
                  from === 'none' ? '' : `${from.replace('_', ' ')} for ${(durationMs / 1000).toFixed(1)} s`,
                  versions(library, build),
                ],
              }))}
            />
          )}
        </WhenLoaded>
        <WhenLoaded live={starts}>
          {({ items }) => (
            <Rows
              caption="Starts of the session"
              titles={['When', 'Ended', 'Code', 'Why started', 'Library and build']}
              rows={items.map(({ id, startedAt, outcome, code, cause, library, build }) => ({
                key: id,
                cells: [
                  <Time key="at" at={startedAt} />,
                  outcome ?? 'under way',
                  code ?? '',
                  cause,
                  versions(library, build),
                ],
              }))}
            />
          )}
        </WhenLoaded>
      </Card>
    </div>
  );
}

function versions(library: string, build: string | null): string {
  return `${library} on ${build ?? 'an unknown build'}`;
}
