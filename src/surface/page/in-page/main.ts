import type { ObservedPage } from '../../../contracts/capture.ts';
import { observeBehaviours, observeProps } from './behaviours.ts';
import { exportOf, modulesOf, observeCollections, observeModules } from './modules.ts';

/** How far the page has come. */
export interface PageProgress {
  /** By its own word; null before it says one. */
  build: string | null;
  asksForCode: boolean;
  isSynced: boolean;
  /** State of the page's socket; null before there is one. */
  socket: string | null;
  /** Registered modules. */
  modules: number;
}

/** What the code outside of the page asks. */
export interface PageObserver {
  progress(): PageProgress;
  /** @param keys of switches that an account has. */
  observe(keys: readonly string[]): ObservedPage;
}

const timeline: ObservedPage['timeline'] = {
  loader: null,
  usable: null,
  qr: null,
  connected: null,
  synced: null,
  settled: null,
};
let start: string[] | null = null;
let registered = 0;

function note(moment: keyof ObservedPage['timeline'], isThere: boolean): boolean {
  if (isThere) timeline[moment] ??= Math.round(performance.now());
  return isThere;
}

/** Looks at the modules that are registered at the moment at which code finds `Debug`. The property is then as the page sets it. */
function watchDebug(): void {
  Object.defineProperty(window, 'Debug', {
    configurable: true,
    get: () => undefined,
    set(value) {
      Object.defineProperty(window, 'Debug', { value, configurable: true, enumerable: true, writable: true });
      start = Object.keys(modulesOf(window));
      note('usable', true);
    },
  });
}

/** By the page's own word: its constants, which are of the code that runs, before `Debug`, which comes late. */
function version(): string | null {
  const said = [exportOf(modulesOf(window), 'WAWebBuildConstants', 'VERSION_BASE'), debugVersion()];
  return said.find((each) => typeof each === 'string') ?? null;
}

function debugVersion(): unknown {
  return (window as { Debug?: { VERSION?: unknown } }).Debug?.VERSION;
}

function progress(): PageProgress {
  const modules = modulesOf(window);
  const count = Object.keys(modules).length;
  if (count !== registered) timeline.settled = Math.round(performance.now());
  registered = count;
  const socket = exportOf(modules, 'WAWebSocketModel', 'Socket') as
    | { state?: unknown; hasSynced?: unknown }
    | undefined;
  const state = typeof socket?.state === 'string' ? socket.state : null;
  note('connected', state === 'CONNECTED');
  note('loader', count > 0);
  note('usable', typeof debugVersion() === 'string');
  return {
    build: version(),
    asksForCode: note('qr', document.querySelector('div[data-ref]') !== null),
    isSynced: note('synced', state === 'CONNECTED' && socket?.hasSynced === true),
    socket: state,
    modules: count,
  };
}

function observe(keys: readonly string[]): ObservedPage {
  const modules = modulesOf(window);
  return {
    build: version(),
    userAgent: navigator.userAgent,
    timeline,
    start,
    modules: observeModules(modules),
    collections: observeCollections(modules),
    behaviours: observeBehaviours(modules, document),
    values: observeProps(modules, keys),
  };
}

if (window === window.top) {
  watchDebug();
  const observer: PageObserver = { progress, observe };
  Object.defineProperty(window, Symbol.for('wwebjs-canary-observer'), { value: observer });
}
