import { useCallback, useEffect, useErrorBoundary, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { AccountView } from './account-view.tsx';
import { AccountsView } from './accounts-view.tsx';
import { addressOf, type ConsolePlace, parsePlace } from './address.ts';
import { type Refused, useKey } from './api.ts';
import { CanaryHistoryView } from './canary-history-view.tsx';
import { type Tell, TellTrouble } from './live.ts';
import { MatrixView } from './matrix-view.tsx';
import { OverviewView } from './overview-view.tsx';
import { fieldText, Heading } from './parts.tsx';
import { RolloutsView } from './rollouts-view.tsx';
import { SettingsView } from './settings-view.tsx';
import { WorkspacesView } from './workspaces-view.tsx';

const areas: [ConsolePlace, string][] = [
  [{ view: 'overview' }, 'Overview'],
  [{ view: 'workspaces', after: '' }, 'Workspaces'],
  [{ view: 'rollouts' }, 'Rollouts'],
  [{ view: 'matrix', cell: '' }, 'Matrix'],
  [{ view: 'history', window: '30d', library: '', build: '' }, 'Over time'],
];

/** The area of the navigation that a place belongs to. */
function areaOf({ view }: ConsolePlace): ConsolePlace['view'] {
  return view === 'accounts' || view === 'settings' || view === 'account' ? 'workspaces' : view;
}

/** All of the page: navigation, the line about a service that does not answer, and the view of the address. */
export function Console() {
  const [hash, setHash] = useState(location.hash);
  /** Why another key is needed; null while a view is shown. */
  const [why, setWhy] = useState<string | null>(null);
  const [troubles, setTroubles] = useState<ReadonlyMap<object, Refused>>(new Map());
  const main = useRef<HTMLElement>(null);
  const place = parsePlace(hash);
  // A list that is filtered stays the same view, with its focus.
  const shown = place && JSON.stringify({ ...place, list: null, after: null, cell: null });

  useEffect(() => {
    const follow = () => {
      setHash(location.hash);
      setWhy(null);
    };
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  // Another view takes the focus, before it can be used.
  useLayoutEffect(() => main.current?.focus(), [shown, why === null]);

  const tell = useCallback<Tell>((source, trouble) => {
    if (trouble?.code === 'unauthorized') setWhy(trouble.message);
    setTroubles((before) => {
      if (trouble === null && !before.has(source)) return before;
      const after = new Map(before);
      if (trouble === null) after.delete(source);
      else after.set(source, trouble);
      return after;
    });
  }, []);
  const use = (key: string) => {
    useKey(key);
    setWhy(null);
  };
  const [trouble] = troubles.values();

  return (
    <TellTrouble.Provider value={tell}>
      <header>
        <nav aria-label="Console">
          {areas.map(([area, name]) => (
            <a
              key={name}
              href={addressOf(area)}
              {...(place && areaOf(place) === area.view && { 'aria-current': 'page' })}
            >
              {name}
            </a>
          ))}
          <button type="button" onClick={() => setWhy('What may be seen and done depends on the key.')}>
            Use another key
          </button>
        </nav>
        <p class="stale" role="alert">
          {why === null && trouble?.message}
        </p>
      </header>
      <main tabIndex={-1} ref={main}>
        {why !== null ? (
          <KeyForm why={why} use={use} />
        ) : place ? (
          <View key={shown} place={place} />
        ) : (
          <Failed words="The address of this page is damaged; begin at Overview." />
        )}
      </main>
    </TellTrouble.Provider>
  );
}

function View({ place }: { place: ConsolePlace }) {
  const [broken] = useErrorBoundary();
  if (broken) return <Failed words={`The console has a bug: ${broken}`} />;
  switch (place.view) {
    case 'overview':
      return <OverviewView />;
    case 'workspaces':
      return <WorkspacesView after={place.after} />;
    case 'accounts':
      return <AccountsView workspace={place.workspace} list={place.list} />;
    case 'settings':
      return <SettingsView workspace={place.workspace} />;
    case 'account':
      return <AccountView workspace={place.workspace} account={place.account} />;
    case 'rollouts':
      return <RolloutsView />;
    case 'matrix':
      return <MatrixView cell={place.cell} />;
    case 'history':
      return <CanaryHistoryView window={place.window} library={place.library} build={place.build} />;
  }
}

function Failed({ words }: { words: string }) {
  return (
    <>
      <Heading>That did not work</Heading>
      <p role="alert">{words}</p>
    </>
  );
}

function KeyForm({ why, use }: { why: string; use(key: string): void }) {
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        use(fieldText(new FormData(event.currentTarget), 'key'));
      }}
    >
      <Heading>API key</Heading>
      <p>{why} A key is kept until this tab is closed; an empty one forgets it.</p>
      <label>
        Key <input name="key" type="password" autocomplete="off" aria-label="API key" />
      </label>
      <button type="submit">Use it</button>
    </form>
  );
}
