import { vi } from 'vitest';
import type { ObservedPage } from '../../../src/contracts/capture.ts';
import type { Behaviours, Surface } from '../../../src/contracts/surface.ts';
import type { Implementations } from '../../../src/replica/page/loader/build-exports.ts';
import { installModules } from '../../../src/replica/page/loader/install-modules.ts';
import { accountKeys } from '../../../src/surface/capture/as-it-ran.ts';
import { observeBehaviours, observeProps } from '../../../src/surface/page/in-page/behaviours.ts';
import { modulesOf, observeCollections, observeModules } from '../../../src/surface/page/in-page/modules.ts';
import { observeProbes } from '../../../src/surface/page/in-page/probes.ts';

/** A document that shows nothing. */
export const emptyDocument = { querySelectorAll: () => [] as Element[] } as unknown as Document;

/** Collections without models. */
export function collectionsOf({ collections }: Surface): Implementations {
  const all: Record<string, object> = {};
  const modules: Implementations = {};
  for (const [key, place] of Object.entries(collections)) {
    const [module = '', name = ''] = place.split('.');
    const collection = modules[module]?.[name] ?? { _models: [] };
    modules[module] = { ...modules[module], [name]: collection };
    all[key] = collection as object;
  }
  return { ...modules, WAWebCollections: { default: all } };
}

/** The page of an account that has a message with media, and the AB props that the switches of the surface say. */
export function linkedPage(surface: Surface): { implementations: Implementations; document: Document } {
  const { behaviours, switches } = surface;
  const props = Object.values(switches).map(({ key, value }) => [key, value === 'true'] as const);
  const getABPropConfigValue = (name: string) => {
    const [is, isNot] = [`ab ${name}`, `ab !${name}`].map((key) => props.find(([each]) => each === key)?.[1]);
    return is ?? (isNot === undefined ? null : !isNot);
  };
  const collections = collectionsOf(surface);
  const { Msg } = (collections.WAWebCollections as { default: { Msg?: { _models: object[] } } }).default;
  Msg?._models.push(messageWith(behaviours));
  return {
    implementations: { ...collections, WAWebABProps: { getABPropConfigValue } },
    document: documentWith(behaviours),
  };
}

function messageWith({ msgKeyTextField, mediaPrivateId }: Behaviours): object {
  const id = { value: 'private', enumerable: mediaPrivateId === 'enumerable' };
  return { id: { [msgKeyTextField]: 'true_1@c.us_AB' }, mediaData: Object.defineProperty({}, '__x_id', id) };
}

function documentWith({ searchIcon, whatsNewDialog }: Behaviours): Document {
  const element = (name: string, value: string) => ({ getAttribute: (of: string) => (of === name ? value : null) });
  const querySelectorAll = (selector: string) => {
    if (selector === '#side [data-icon]') return [element('data-icon', searchIcon)];
    return selector === '[role=dialog]' && whatsNewDialog ? [element('aria-label', "What's new")] : [];
  };
  return { querySelectorAll } as unknown as Document;
}

/**
 * What the loader of the replica's page shows of a surface, before the login and after it. It stubs `window`: undo that after the test.
 *
 * @param page by default that of an account with nothing in it
 */
export function observe(
  surface: Surface,
  isLinked: boolean,
  { implementations = collectionsOf(surface), document = emptyDocument }: Partial<ReturnType<typeof linkedPage>> = {},
): ObservedPage {
  vi.stubGlobal('window', {});
  const register = installModules({
    surface,
    implementations,
    members: () => ({}),
    report: () => {},
    throwing: () => false,
    late: () => new Set(),
    exports: new Map(),
  });
  register(1);
  const start = Object.keys(modulesOf(window));
  if (isLinked) register(2);
  const modules = modulesOf(window);
  return {
    build: surface.build,
    userAgent: 'test',
    timeline: { loader: 1, usable: 2, qr: null, connected: null, synced: null, settled: 3 },
    start,
    modules: observeModules(modules),
    collections: observeCollections(modules),
    behaviours: observeBehaviours(modules, document),
    values: isLinked ? observeProps(modules, accountKeys(surface.build)) : {},
    probes: observeProbes(modules, emptyDocument),
    moduleCounts: [{ at: 1, modules: start.length }],
  };
}
