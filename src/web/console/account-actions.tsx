import { useState } from 'preact/hooks';
import { accountsAddress } from './address.ts';
import {
  type AccountBody,
  type Called,
  fileAddress,
  type ProxyTestBody,
  postBody,
  putBody,
  remove,
  type SentBody,
} from './api.ts';
import { Act, Card, fieldText, RequestForm, VersionField } from './parts.tsx';

interface ActionsProps {
  path: string;
  account: AccountBody;
  refresh(): Promise<void>;
}

/** What may be done with one account. */
export function AccountActions(props: ActionsProps) {
  const { path, account, refresh } = props;
  const then = async (request: Promise<unknown>) => {
    await request;
    await refresh();
  };
  const erase = async () => {
    await remove(path);
    location.hash = accountsAddress(account.workspace);
  };
  return (
    <>
      <p class="actions">
        <Act act={() => then(postBody(`${path}/restore`))}>Restore now</Act>
        <Act
          act={() => then(postBody(`${path}/logout`))}
          confirm="Unlink this device from the phone? A new code has to be scanned to link it again."
        >
          Log out
        </Act>
        <Act act={erase} confirm="Unlink the device and delete the number? The history stays, without the number.">
          Delete
        </Act>
        <Act act={() => then(putBody(`${path}/canary`, { canary: !account.canary }))}>
          {account.canary ? 'Canary account: stop the probes' : 'Make it a canary account'}
        </Act>
      </p>
      <div class="cards">
        <SendText path={path} />
        <Call path={path} />
        <Version {...props} />
        <Browser {...props} />
      </div>
    </>
  );
}

function SendText({ path }: { path: string }) {
  const [sent, setSent] = useState('');
  const send = async (form: FormData) => {
    setSent('');
    const to = fieldText(form, 'to').replace(/[+\s()-]/g, '');
    const { id } = await postBody<SentBody>(`${path}/messages`, { to, text: fieldText(form, 'text') });
    setSent(id === null ? 'Sent.' : `Sent as ${id}.`);
  };
  return (
    <Card title="Send a text">
      <RequestForm submit="Send" name="Send a text" act={send}>
        <label>
          To <input name="to" inputmode="tel" required autocomplete="off" placeholder="15550100999" />
        </label>
        <label class="long">
          Text <textarea name="text" required maxlength={4_096} rows={2} />
        </label>
      </RequestForm>
      <output>{sent}</output>
    </Card>
  );
}

/** The field of a call for each object that has methods; the client needs none. */
const targets = ['client', 'message', 'chat', 'contact'] as const;

/** Any public method of the library, by name. */
function Call({ path }: { path: string }) {
  const [answer, setAnswer] = useState<Called | null>(null);
  const call = async (form: FormData) => {
    setAnswer(null);
    const on = fieldText(form, 'on');
    const body = {
      method: fieldText(form, 'method'),
      args: parseArgs(fieldText(form, 'args')),
      ...(on !== 'client' && { on: { [on]: fieldText(form, 'id') } }),
    };
    setAnswer(await postBody<Called>(`${path}/calls`, body));
  };
  return (
    <Card title="Call a method">
      <RequestForm submit="Call" name="Call a method" act={call}>
        <label>
          Method <input name="method" required pattern="[a-z]\w*" autocomplete="off" placeholder="getState" />
        </label>
        <label>
          of{' '}
          <select name="on">
            {targets.map((target) => (
              <option key={target}>{target}</option>
            ))}
          </select>
        </label>
        <label>
          with the id <input name="id" autocomplete="off" placeholder="not for the client" />
        </label>
        <label class="long">
          Arguments <textarea name="args" rows={2} placeholder='["15550100999@c.us", "hello"]' spellcheck={false} />
        </label>
      </RequestForm>
      {answer && <Answer of={answer} />}
    </Card>
  );
}

/** @throws Error that tells what is wrong with the text. */
function parseArgs(text: string): unknown[] {
  if (text === '') return [];
  let args: unknown;
  try {
    args = JSON.parse(text);
  } catch (error) {
    throw new Error(`Arguments: no JSON: ${(error as Error).message}`);
  }
  if (!Array.isArray(args)) throw new Error('Arguments: has to be a list, such as ["15550100999@c.us", "hello"].');
  return args;
}

function Answer({ of: { value, of, media } }: { of: Called }) {
  const save = async ({ url, filename, id }: Called['media'][number]) => {
    const link = document.createElement('a');
    link.href = await fileAddress(url);
    link.download = filename ?? id;
    link.click();
  };
  return (
    <div role="status">
      {of !== null && <p class="faint">{of}</p>}
      <pre>{JSON.stringify(value, null, 2)}</pre>
      {media.map((file) => (
        <Act key={file.id} act={() => save(file)}>{`Save ${file.filename ?? file.mimetype}, ${file.bytes} bytes`}</Act>
      ))}
    </div>
  );
}

function Version({ path, account: { libraryPin }, refresh }: ActionsProps) {
  const pin = async (library: string | null) => {
    await putBody(`${path}/library`, { library });
    await refresh();
  };
  return (
    <Card title="Version">
      <p>
        {libraryPin === null
          ? 'Configuration and rollout choose the version.'
          : `${libraryPin} was chosen for this account.`}
      </p>
      <RequestForm submit="Host with this version" name="Version" act={(form) => pin(fieldText(form, 'library'))}>
        <VersionField words="Version" name="library" />
      </RequestForm>
      {libraryPin !== null && <Act act={() => pin(null)}>Leave it to the rollout</Act>}
    </Card>
  );
}

function Browser({ path, account, refresh }: ActionsProps) {
  const [tested, setTested] = useState('');
  const set = async (form: FormData) => {
    const proxy = fieldText(form, 'proxy');
    const args = fieldText(form, 'arguments');
    await putBody(`${path}/browser`, {
      proxy: proxy === '' ? null : proxy,
      arguments: args === '' ? [] : args.split(/\s+/),
    });
    await refresh();
  };
  const test = async () => {
    setTested('');
    const { works, ms, reason } = await postBody<ProxyTestBody>(`${path}/proxy/test`);
    setTested(works ? `The proxy connects, after ${ms} ms.` : `The proxy does not connect: ${reason}`);
  };
  return (
    <Card title="Browser">
      <p>
        {account.proxy
          ? `Through ${account.proxy.url}${account.proxy.hasCredentials ? ' with credentials' : ''}.`
          : 'Without a proxy.'}{' '}
        Its session restarts with what is set here.
      </p>
      <RequestForm submit="Set" name="Browser" act={set}>
        <label class="long">
          Proxy <input name="proxy" autocomplete="off" placeholder="http://user:password@proxy.example.org:3128" />
        </label>
        <label class="long">
          Arguments{' '}
          <input
            name="arguments"
            autocomplete="off"
            placeholder="--lang=de"
            defaultValue={account.browserArguments.join(' ')}
          />
        </label>
      </RequestForm>
      {account.proxy && <Act act={test}>Test the proxy</Act>}
      <output>{tested}</output>
    </Card>
  );
}
