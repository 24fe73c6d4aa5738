import { el } from '../report/dom.ts';
import { type Account, get, type History, type LinkCode, listen, picture, post, put } from './api.ts';
import { errorLine } from './error-line.ts';
import { statusMark, timeMark } from './status.ts';

/** One account: the code to scan while it is being linked, its status as it changes, its history, and what can be done. */
export async function accountView(workspace: string, id: string, signal: AbortSignal): Promise<HTMLElement> {
  const path = `/v1/workspaces/${workspace}/accounts/${id}`;
  const status = el('div', { role: 'status' });
  const code = el('div', { class: 'code' });
  const history = el('div');
  const canary = el('input', { type: 'checkbox' });
  const show = async (account: Account) => {
    status.replaceChildren(...summary(account));
    canary.checked = account.canary;
    if (account.status !== 'qr_scanning') code.replaceChildren();
    history.replaceChildren(await historyTable(path));
  };
  await show(await get<Account>(path));
  follow(path, signal, show, code);
  return el(
    'section',
    {},
    el('p', {}, el('a', { href: `#/w/${workspace}` }, '← accounts')),
    status,
    code,
    actions(path, show, canary),
    history,
  );
}

/** Keeps the page true for as long as it is shown: by events while the account is linked, by looking again afterwards. */
async function follow(path: string, signal: AbortSignal, show: (account: Account) => Promise<void>, code: HTMLElement) {
  const hear = async (event: string, data: unknown) => {
    if (event === 'status') await show(data as Account);
    if (event === 'code') code.replaceChildren(await codePicture(path, data as LinkCode));
  };
  while (!signal.aborted) {
    await listen(`${path}/link/events`, signal, (event, data) => void hear(event, data).catch(() => {})).catch(
      () => {},
    );
    await new Promise((resolve) => setTimeout(resolve, 2_000));
  }
}

async function codePicture(path: string, { kind, code, number }: LinkCode): Promise<HTMLElement> {
  const where = 'On the phone: WhatsApp, Settings, Linked devices, Link a device';
  if (kind === 'pairing') {
    return el(
      'figure',
      {},
      el('output', {}, code),
      el('figcaption', {}, `${where}, Link with phone number, then type this.`),
    );
  }
  const image = el('img', { src: await picture(`${path}/link.svg`), alt: 'QR code to scan' });
  return el('figure', {}, image, el('figcaption', {}, `${where}, then point the camera here. Code ${number}.`));
}

function summary({ phone, handle, status, cause, since, library, attention }: Account): Node[] {
  return [
    el('h1', {}, phone === null ? 'A number that is being linked' : `+${phone}`),
    el(
      'p',
      {},
      statusMark(status),
      ` since `,
      timeMark(since),
      ` (${cause}), whatsapp-web.js ${library}. In metrics: `,
      el('code', {}, handle),
    ),
    ...(attention
      ? [el('p', {}, el('strong', {}, `Needs attention: ${attention}. It is not started until you restore it.`))]
      : []),
  ];
}

function actions(path: string, show: (account: Account) => Promise<void>, canary: HTMLInputElement): HTMLElement {
  const failed = errorLine();
  const act = (name: string) => failed.show(async () => show(await post<Account>(`${path}/${name}`)));
  const logout = () => {
    if (confirm('Unlink this device from the phone? A new code has to be scanned to link it again.'))
      void act('logout');
  };
  canary.onchange = () =>
    void failed.show(async () => show(await put<Account>(`${path}/canary`, { canary: canary.checked })));
  const why = 'Other canary accounts of the workspace send it short texts, to find out whether it still hears';
  return el(
    'div',
    { class: 'actions' },
    el('button', { type: 'button', onclick: () => void act('restore') }, 'Restore now'),
    el('button', { type: 'button', onclick: logout }, 'Log out'),
    el('label', { title: why }, canary, ' Canary account'),
    failed.line,
  );
}

async function historyTable(path: string): Promise<HTMLElement> {
  const { items } = await get<History>(`${path}/history?limit=200`);
  const head = ['When', 'Status', 'Why', 'Before it', 'Library'].map((title) => el('th', { scope: 'col' }, title));
  const rows = items
    .toReversed()
    .map(({ at, to, cause, from, durationMs, library }) =>
      el(
        'tr',
        {},
        el('td', {}, timeMark(at)),
        el('td', {}, statusMark(to)),
        el('td', {}, cause),
        el('td', {}, from === 'none' ? '' : `${from.replace('_', ' ')} for ${(durationMs / 1000).toFixed(1)} s`),
        el('td', {}, library),
      ),
    );
  return el(
    'table',
    {},
    el('caption', {}, 'History'),
    el('thead', {}, el('tr', {}, ...head)),
    el('tbody', {}, ...rows),
  );
}
