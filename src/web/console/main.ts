import { el } from '../report/dom.ts';
import { accountView } from './account-view.ts';
import { accountsView } from './accounts-view.ts';
import { Refused, useKey } from './api.ts';
import { canaryHistoryView } from './canary-history-view.ts';
import { matrixView } from './matrix-view.ts';
import { rolloutsView } from './rollouts-view.ts';
import { workspacesView } from './workspaces-view.ts';

const main = document.querySelector('main') as HTMLElement;
let shown = new AbortController();

/** What an address shows; the address is the whole state, so that links, history and reload work. */
function view(hash: string, signal: AbortSignal): Promise<HTMLElement> {
  const [, area = '', id = '', kind = '', which = ''] = hash.split('/').map(decodeURIComponent);
  if (area === 'rollouts') return rolloutsView();
  if (area === 'matrix') return matrixView();
  if (area === 'history') return canaryHistoryView({ window: id === '' ? '30d' : id, library: kind, build: which });
  if (area === 'w' && kind === 'a') return accountView(id, which, signal);
  if (area === 'w') return accountsView(id, kind === 'after' ? which : null);
  return workspacesView();
}

async function show(): Promise<void> {
  shown.abort();
  const now = new AbortController();
  shown = now;
  main.ariaBusy = 'true';
  const section = await view(location.hash, now.signal).catch(explain);
  if (now.signal.aborted) return;
  main.ariaBusy = 'false';
  main.replaceChildren(section);
  main.focus();
}

function explain(error: unknown): HTMLElement {
  if (error instanceof Refused && error.code === 'unauthorized') return keyForm();
  return el('section', {}, el('h1', {}, 'That did not work'), el('p', { role: 'alert' }, (error as Error).message));
}

function keyForm(): HTMLElement {
  const key = el('input', { type: 'password', required: true, autocomplete: 'off', 'aria-label': 'API key' });
  const use = (event: Event) => {
    event.preventDefault();
    useKey(key.value.trim());
    void show();
  };
  return el(
    'form',
    { onsubmit: use },
    el('h1', {}, 'API key'),
    el('p', {}, 'This service asks for a key. It is kept until this tab is closed.'),
    el('label', {}, 'Key ', key),
    el('button', {}, 'Use it'),
  );
}

addEventListener('hashchange', () => void show());
void show();
