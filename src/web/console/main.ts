import { el } from '../dom.ts';
import { singleAccountView } from './account-view.ts';
import { accountsView } from './accounts-view.ts';
import { Refused, useKey } from './api.ts';
import { canaryHistoryView } from './canary-history-view.ts';
import { type KeepTrue, keepTrue } from './keep-true.ts';
import { matrixView } from './matrix-view.ts';
import { rolloutsView } from './rollouts-view.ts';
import { workspacesView } from './workspaces-view.ts';

const nav = document.querySelector('nav') as HTMLElement;
const main = document.querySelector('main') as HTMLElement;
/** The notice that the view may be out of date, and why. */
const stale = el('p', { class: 'error stale', role: 'alert' });
let shown = new AbortController();

/** The view of an address. The address is the whole state, so that links, history and reload work. */
async function view(hash: string, keep: KeepTrue): Promise<HTMLElement> {
  const [, area = '', id = '', kind = '', which = ''] = hash.split('/').map(decodePart);
  if (area === 'rollouts') return rolloutsView(keep);
  if (area === 'matrix') return matrixView();
  if (area === 'history') return canaryHistoryView({ window: id === '' ? '30d' : id, library: kind, build: which });
  if (area === 'w' && kind === 'a') return singleAccountView(id, which, keep);
  if (area === 'w') return accountsView(id, kind === 'after' ? which : null, keep);
  return workspacesView();
}

/** @throws Refused for malformed percent-encoding such as `%E0%A4%A`. */
function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new Refused('not-found', 'The address of this page is damaged; begin at Workspaces.');
  }
}

async function show(): Promise<void> {
  const { signal } = begin();
  const keep: KeepTrue = (look) => void keepTrue(signal, look, tell);
  main.ariaBusy = 'true';
  const section = await view(location.hash, keep).catch(explain);
  if (!signal.aborted) present(section);
}

/** Ends the current view. */
function begin(): AbortController {
  shown.abort();
  shown = new AbortController();
  stale.remove();
  return shown;
}

function present(section: HTMLElement): void {
  main.ariaBusy = 'false';
  main.replaceChildren(section);
  main.focus();
}

/** Shows above the view that it is no longer refreshed. Asks for another key when the key is no longer valid. */
function tell(trouble: Refused | null): void {
  if (trouble === null) stale.remove();
  else if (trouble.code === 'unauthorized') askForKey(trouble.message);
  // Not inserted twice: a screen reader would read it again.
  else if (stale.textContent !== trouble.message || !stale.isConnected) {
    stale.textContent = trouble.message;
    main.before(stale);
  }
}

function explain(error: unknown): HTMLElement {
  if (error instanceof Refused && error.code === 'unauthorized') return keyForm(error.message);
  return el('section', {}, el('h1', {}, 'That did not work'), el('p', { role: 'alert' }, (error as Error).message));
}

function askForKey(why: string): void {
  begin();
  present(keyForm(why));
}

function keyForm(why: string): HTMLElement {
  const key = el('input', { type: 'password', autocomplete: 'off', 'aria-label': 'API key' });
  const use = (event: Event) => {
    event.preventDefault();
    useKey(key.value.trim());
    void show();
  };
  return el(
    'form',
    { onsubmit: use },
    el('h1', {}, 'API key'),
    el('p', {}, `${why} A key is kept until this tab is closed; an empty one forgets it.`),
    el('label', {}, 'Key ', key),
    el('button', {}, 'Use it'),
  );
}

onePress();
const anotherKey = () => askForKey('What may be seen and done depends on the key.');
nav.append(el('button', { type: 'button', onclick: anotherKey }, 'Use another key'));
// The title of a tab or bookmark names what it shows.
new MutationObserver(() => {
  document.title = `${main.querySelector('h1')?.textContent} · wwebjs-canary`;
}).observe(main, { childList: true, subtree: true });
addEventListener('hashchange', () => void show());
void show();

/**
 * Treats a double click and a held key as one press: the first press may change the page within milliseconds, and the rest
 * would press a button that the user has not read yet. Only Enter repeats presses; the space bar presses on release.
 */
function onePress(): void {
  const stop = (event: Event) => {
    event.preventDefault();
    event.stopPropagation();
  };
  addEventListener('click', (event) => event.detail > 1 && isButton(event.target) && stop(event), true);
  addEventListener('keydown', (event) => event.repeat && event.key === 'Enter' && stop(event), true);
}

function isButton(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('button') !== null;
}
