import { el } from '../dom.ts';
import {
  type AccountBody,
  getBody,
  type HistoryBody,
  type LinkCodeBody,
  listen,
  picture,
  postBody,
  putBody,
  type Refused,
  type SessionStartsBody,
} from './api.ts';
import type { KeepTrue } from './keep-true.ts';
import { requestLine } from './request-line.ts';
import { statusMark, timeMark } from './status.ts';

/** One account: the code to scan during a link, its live status, its history, and its actions. */
export async function singleAccountView(workspace: string, id: string, keep: KeepTrue): Promise<HTMLElement> {
  const path = `/v1/workspaces/${workspace}/accounts/${id}`;
  const status = el('div', { role: 'status' });
  const code = el('div', { class: 'code' });
  const past = el('div', { class: 'past' });
  const canary = el('input', { type: 'checkbox' });
  const show = async (account: AccountBody) => {
    status.replaceChildren(...summary(account));
    canary.checked = account.canary;
    if (account.status !== 'qr_scanning') code.replaceChildren();
    past.replaceChildren(await historyTable(path), await startsTable(path));
  };
  const look = follow(path, show, code);
  await look(null);
  keep(look);
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

/**
 * Returns a refresh of the account that shows what has changed. With a signal, the refresh also listens to the events of a link
 * until the signal is aborted.
 */
function follow(path: string, show: (account: AccountBody) => Promise<void>, code: HTMLElement) {
  let shown: AccountBody | null = null;
  let mayListen = true;
  const showChange = async (account: AccountBody) => {
    const before = shown;
    // A newer event may arrive before the answer.
    if (before && (account.since < before.since || says(account) === says(before))) return;
    shown = account;
    await show(account).catch((error) => {
      shown = before;
      throw error;
    });
  };
  const say = ({ message }: Error) => code.replaceChildren(el('p', { class: 'error', role: 'alert' }, message));
  const hear = async (event: string, data: unknown) => {
    if (event === 'status') await showChange(data as AccountBody);
    if (event === 'code') code.replaceChildren(await codePicture(path, data as LinkCodeBody));
  };
  const hearLink = async (signal: AbortSignal) => {
    mayListen = false;
    const end = await listen(`${path}/link/events`, signal, (event, data) => void hear(event, data).catch(say)).catch(
      (error: Refused) => error.code,
    );
    // The scope `read` sees the status and no code. The next refresh requests a broken stream again.
    if (end === 'forbidden') say(new Error('This key may read, but not link: the code is not shown.'));
    else mayListen = true;
  };
  return async (signal: AbortSignal | null) => {
    const account = await getBody<AccountBody>(path);
    await showChange(account);
    const isLinking = account.status === 'qr_scanning' || account.status === 'authenticated';
    if (signal && isLinking && mayListen) void hearLink(signal);
  };
}

const says = ({ status, since, attention, phone }: AccountBody) => [status, since, attention, phone].join(' ');

async function codePicture(path: string, { kind, code, number }: LinkCodeBody): Promise<HTMLElement> {
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

function summary(account: AccountBody): Node[] {
  const { phone, handle, status, cause, since, library, build, proxy, browserArguments, attention } = account;
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
    ...(proxy ? [el('p', {}, `Through the proxy ${proxy.url}.`)] : []),
    ...(browserArguments.length > 0
      ? [el('p', {}, 'Browser arguments: ', el('code', {}, browserArguments.join(' ')))]
      : []),
    ...(attention
      ? [el('p', {}, el('strong', {}, `Needs attention: ${attention}. ${attentionWords(attention)}`))]
      : []),
  ];
}

/** What a session that needs attention waits for. */
function attentionWords(code: string): string {
  if (code === 'proxy-refused') return 'It is started again and again until its proxy works.';
  return 'It is not started until you restore it, or until another session with the same failure works.';
}

function actions(path: string, show: (account: AccountBody) => Promise<void>, canary: HTMLInputElement): HTMLElement {
  const request = requestLine();
  const act = (button: HTMLButtonElement, name: string) =>
    request.run(button, async () => show(await postBody<AccountBody>(`${path}/${name}`)));
  const restore = el('button', { type: 'button', onclick: () => void act(restore, 'restore') }, 'Restore now');
  const logout = el('button', { type: 'button', onclick: () => void askToLogOut() }, 'Log out');
  const askToLogOut = async () => {
    if (confirm('Unlink this device from the phone? A new code has to be scanned to link it again.'))
      await act(logout, 'logout');
  };
  canary.onchange = () =>
    void request.run(canary, async () =>
      show(await putBody<AccountBody>(`${path}/canary`, { canary: canary.checked })),
    );
  const why = 'Other canary accounts of the workspace send it short texts, to find out whether it still hears';
  return el(
    'div',
    { class: 'actions' },
    restore,
    logout,
    el('label', { title: why }, canary, ' Canary account'),
    request.line,
  );
}

/** The number of history rows that are shown, newest first. */
const shownRows = 100;

async function historyTable(path: string): Promise<HTMLElement> {
  const { items } = await getBody<HistoryBody>(`${path}/history?order=newest&limit=${shownRows}`);
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
  const { items } = await getBody<SessionStartsBody>(`${path}/starts?limit=${shownRows}`);
  const rows = items.map(({ startedAt, outcome, code, cause, library, build }) => [
    timeMark(startedAt),
    outcome ?? 'under way',
    code ?? '',
    cause,
    versions(library, build),
  ]);
  return pastTable('Starts of the session', ['When', 'Ended', 'Code', 'Why started', 'Library and build'], rows);
}

function versions(library: string, build: string | null): string {
  return `${library} on ${build ?? 'an unknown build'}`;
}

function pastTable(caption: string, titles: string[], rows: (string | Node)[][]): HTMLElement {
  const head = titles.map((title) => el('th', { scope: 'col' }, title));
  const body = rows.map((cells) =>
    el('tr', {}, ...cells.map((cell, i) => el('td', { 'data-title': titles[i] as string }, cell))),
  );
  return el('table', {}, el('caption', {}, caption), el('thead', {}, el('tr', {}, ...head)), el('tbody', {}, ...body));
}
