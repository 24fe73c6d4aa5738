import { el } from '../report/dom.ts';
import {
  type Account,
  get,
  type History,
  type LinkCode,
  listen,
  picture,
  post,
  put,
  type SessionStarts,
} from './api.ts';
import { errorLine } from './error-line.ts';
import { statusMark, timeMark } from './status.ts';

/** One account: the code to scan while it is being linked, its status as it changes, its history, and what can be done. */
export async function accountView(workspace: string, id: string, signal: AbortSignal): Promise<HTMLElement> {
  const path = `/v1/workspaces/${workspace}/accounts/${id}`;
  const status = el('div', { role: 'status' });
  const code = el('div', { class: 'code' });
  const past = el('div');
  const canary = el('input', { type: 'checkbox' });
  const show = async (account: Account) => {
    status.replaceChildren(...summary(account));
    canary.checked = account.canary;
    if (account.status !== 'qr_scanning') code.replaceChildren();
    past.replaceChildren(await historyTable(path), await startsTable(path));
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
    past,
  );
}

/** Between two looks at the account, in milliseconds. */
const lookEveryMs = 2_000;

/** Keeps the page true for as long as it is shown: by events while the account is linked, by looking again otherwise. */
async function follow(path: string, signal: AbortSignal, show: (account: Account) => Promise<void>, code: HTMLElement) {
  let shown = '';
  const showChange = async (account: Account) => {
    const { status, since, attention, phone } = account;
    const now = [status, since, attention, phone].join(' ');
    if (now === shown) return;
    shown = now;
    await show(account);
  };
  const hear = async (event: string, data: unknown) => {
    if (event === 'status') await showChange(data as Account);
    if (event === 'code') code.replaceChildren(await codePicture(path, data as LinkCode));
  };
  while (!signal.aborted) {
    // A service that is away is asked again; the page goes on showing what it knew.
    const account = await get<Account>(path).catch(() => null);
    if (account) await showChange(account).catch(() => {});
    const isLinking = account?.status === 'qr_scanning' || account?.status === 'authenticated';
    const heard = (event: string, data: unknown) => void hear(event, data).catch(() => {});
    if (isLinking) await listen(`${path}/link/events`, signal, heard).catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
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

function summary({ phone, handle, status, cause, since, library, build, attention }: Account): Node[] {
  return [
    el('h1', {}, phone === null ? 'A number that is being linked' : `+${phone}`),
    el(
      'p',
      {},
      statusMark(status),
      ` since `,
      timeMark(since),
      ` (${cause}), whatsapp-web.js ${library}${build === null ? '' : ` on WhatsApp Web ${build}`}. In metrics: `,
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

/** Rows that are shown of the past, the newest. */
const shownRows = 100;

async function historyTable(path: string): Promise<HTMLElement> {
  const { items } = await get<History>(`${path}/history?order=newest&limit=${shownRows}`);
  const rows = items.map(({ at, to, cause, from, durationMs, library, build }) => [
    timeMark(at),
    statusMark(to),
    cause,
    from === 'none' ? '' : `${from.replace('_', ' ')} for ${(durationMs / 1000).toFixed(1)} s`,
    versions(library, build),
  ]);
  return pastTable('History', ['When', 'Status', 'Why', 'Before it', 'Library and build'], rows);
}

async function startsTable(path: string): Promise<HTMLElement> {
  const { items } = await get<SessionStarts>(`${path}/starts?limit=${shownRows}`);
  const rows = items.map(({ startedAt, outcome, code, cause, library, build }) => [
    timeMark(startedAt),
    outcome ?? 'under way',
    code ?? '',
    cause,
    versions(library, build),
  ]);
  return pastTable('Starts of the session', ['When', 'Ended', 'Code', 'Why started', 'Library and build'], rows);
}

/** The build may be broken after its last dot: the table has to fit on a phone. */
function versions(library: string, build: string | null): HTMLElement {
  const [start = '', ...end] = (build ?? 'an unknown build').split(/(?<=\.)(?=[^.]*$)/);
  return el('span', {}, `${library} on ${start}`, el('wbr'), ...end);
}

function pastTable(caption: string, titles: string[], rows: (string | Node)[][]): HTMLElement {
  const head = titles.map((title) => el('th', { scope: 'col' }, title));
  const body = rows.map((cells) => el('tr', {}, ...cells.map((cell) => el('td', {}, cell))));
  return el('table', {}, el('caption', {}, caption), el('thead', {}, el('tr', {}, ...head)), el('tbody', {}, ...body));
}
