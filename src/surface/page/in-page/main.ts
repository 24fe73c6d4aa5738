import type { ObservedPage } from '../../../contracts/capture.ts';
import { observeBehaviours, observeProps } from './behaviours.ts';
import { exportOf, modulesOf, observeCollections, observeModules } from './modules.ts';
import { observeProbes } from './probes.ts';

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
const moduleCounts: ObservedPage['moduleCounts'] = [];
const mostCounts = 200;
const countEveryMs = 100;
const lookForLoaderEveryMs = 5;
/** The page replaces the timers of the window while it boots. */
const { setTimeout } = window;

function note(moment: keyof ObservedPage['timeline'], isThere: boolean): boolean {
  if (isThere) timeline[moment] ??= Math.round(performance.now());
  return isThere;
}

function noteLoader(): boolean {
  return note('loader', typeof (window as { __d?: unknown }).__d === 'function');
}

/** Looks at the modules that are registered at the moment at which code finds `Debug`. The property is then as the page sets it. */
function watchDebug(): void {
  Object.defineProperty(window, 'Debug', {
    configurable: true,
    get: () => undefined,
    set(value) {
      Object.defineProperty(window, 'Debug', { value, configurable: true, enumerable: true, writable: true });
      start = Object.keys(modulesOf(window));
      noteLoader();
      note('usable', true);
    },
  });
}

/**
 * The loader defines `__d` as a property, which no setter sees: it is looked for before each script of the html, when the page becomes
 * usable, and every 5 ms for scripts that come otherwise.
 */
function watchLoader(): void {
  const scripts = new MutationObserver(() => look());
  const look = () => {
    if (noteLoader()) scripts.disconnect();
  };
  scripts.observe(document, { childList: true, subtree: true });
  const lookAgain = () => {
    look();
    if (timeline.loader === null) setTimeout(lookAgain, lookForLoaderEveryMs);
  };
  lookAgain();
}

/** Takes down each change until the page is left, of the first ones as many as a capture has room for. */
function watchModules(): void {
  countModules();
  setTimeout(watchModules, countEveryMs);
}

/** @returns how many modules are registered. */
function countModules(): number {
  const modules = Object.keys(modulesOf(window)).length;
  if (modules === (moduleCounts.at(-1)?.modules ?? 0)) return modules;
  const at = Math.round(performance.now());
  timeline.settled = at;
  if (moduleCounts.length === mostCounts) moduleCounts.pop();
  moduleCounts.push({ at, modules });
  return modules;
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
  const count = countModules();
  const modules = modulesOf(window);
  const socket = exportOf(modules, 'WAWebSocketModel', 'Socket') as
    | { state?: unknown; hasSynced?: unknown }
    | undefined;
  const state = typeof socket?.state === 'string' ? socket.state : null;
  note('connected', state === 'CONNECTED');
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
    probes: observeProbes(modules, document),
    moduleCounts,
  };
}

if (window === window.top) {
  watchDebug();
  watchLoader();
  watchModules();
  const observer: PageObserver = { progress, observe };
  Object.defineProperty(window, Symbol.for('wwebjs-canary-observer'), { value: observer });
}
