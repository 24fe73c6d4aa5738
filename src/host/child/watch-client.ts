import type { BuildWatch } from './build-watch.ts';
import { describeEvent } from './describe-event.ts';
import type { LibraryBrowser, LibraryClient, LibraryPage } from './library-types.ts';
import { eventData } from './library-values.ts';
import type { LiveWatch } from './live-watch.ts';
import type { Report } from './report.ts';
import { watchPage } from './watch-page.ts';
import { watchRequests } from './watch-requests.ts';

interface ClientWatch {
  /** Only of the live site. */
  live: LiveWatch | null;
  build: BuildWatch;
  logsRequests: boolean;
  /** True for the name of an event that is reported as data, too. */
  isFollowed(name: string): boolean;
}

/**
 * Reports every event of the client, and the events of its page and browser from the moment on which the library sets
 * them, which is before the first navigation. Only this one instance is watched; the library's code is unchanged.
 */
export function watchClient(
  client: LibraryClient,
  report: Report,
  { build, live, logsRequests, isFollowed }: ClientWatch,
): void {
  const emit = client.emit;
  client.emit = (name, ...args) => {
    if (typeof name === 'string' && name !== 'newListener' && name !== 'removeListener') {
      report(describeEvent(name, args));
      if (isFollowed(name)) report({ type: 'client:followed', name, detail: null, secret: eventData(args) });
    }
    return emit.call(client, name, ...args);
  };
  onAssignment(client, 'pupBrowser', (browser: LibraryBrowser) => {
    report({ type: 'browser:launched', detail: { pid: browser.process()?.pid ?? null } });
    browser.on('disconnected', () => report({ type: 'browser:disconnected', detail: null }));
  });
  onAssignment(client, 'pupPage', (page: LibraryPage) => {
    watchPage(page, report);
    if (logsRequests) watchRequests(page, report);
    build.follow(page);
    live?.follow(page);
  });
}

/** Calls `then` at once with every object that the library puts into a property. */
function onAssignment<K extends 'pupBrowser' | 'pupPage'>(
  client: LibraryClient,
  key: K,
  then: (value: NonNullable<LibraryClient[K]>) => void,
): void {
  let current = client[key];
  Object.defineProperty(client, key, {
    configurable: true,
    enumerable: true,
    get: () => current,
    set: (value: LibraryClient[K]) => {
      const isNew = value !== current;
      current = value;
      if (value && isNew) then(value);
    },
  });
}
