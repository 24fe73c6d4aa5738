import type { Capture } from '../../../src/contracts/capture.ts';
import type { Members, Shapes } from '../../../src/contracts/shape.ts';
import type { Surface, SurfaceModule } from '../../../src/contracts/surface.ts';
import { addCapture, removeCaptures } from '../../../src/replica/builds/added-facts.ts';
import { resolveShapes } from '../../../src/replica/builds/resolve-shapes.ts';
import { resolveSurface } from '../../../src/replica/builds/resolve-surface.ts';
import { livePage } from '../../../src/replica/server/live-page.ts';
import { pageHtml } from '../../../src/replica/server/page-html.ts';
import { type CapturedPage, captureSurface } from '../../../src/surface/capture/capture-surface.ts';

/**
 * The capture of the page that a replica serves for a surface.
 *
 * @param shapes by default those of its build
 * @param ran what the page showed while it ran, and for whom; any other part of the page
 */
export function captureOf(surface: Surface, shapes?: Shapes, ran?: Partial<CapturedPage>): Capture {
  const live = livePage(surface, shapes);
  return captureSurface(
    {
      build: surface.build,
      date: '2026-11-29',
      capturedAt: '2026-11-29T00:00:00.000Z',
      method: 'saved',
      source: 'replica',
      html: pageHtml(surface, {}, 'abc', live),
      contentSecurityPolicy: null,
      scripts: [...live.scripts].map(([name, text]) => ({ name, text })),
      missing: [],
      ...ran,
    },
    Object.keys(surface.modules),
  );
}

/** Everything that a page shows of a surface, in one order. */
export interface Shown {
  modules: Record<string, unknown>;
  collections: Record<string, string>;
  switches: Record<string, string>;
  behaviours: Surface['behaviours'];
  members: Record<string, unknown>;
  parameters: Record<string, unknown>;
}

/**
 * Behaviours and switches that no html shows are those of the data on both sides.
 *
 * @param only the modules to look at; by default all
 * @param hasRun whether it shows what only the page of a linked account does
 */
export function shownBy(
  surface: Surface,
  only: readonly string[] = Object.keys(surface.modules),
  shapes: Shapes = resolveShapes(surface.build),
  hasRun = false,
): Shown {
  const names = only.filter((name) => name in surface.modules);
  const kindOf = (place: string) => {
    const [module, name] = parts(place);
    return only.includes(module) ? surface.modules[module]?.exports[name] : undefined;
  };
  const isOffered = (place: string) => kindOf(place) !== undefined;
  // The kind in the names decides: of a function no members are served, of a value no parameters. The keys of the collections are below.
  const hasMembers = (place: string) =>
    ['class', 'object'].includes(kindOf(place) ?? '') && place !== 'WAWebCollections.default';
  const parameters = Object.entries(shapes.parameters).filter(
    ([place]) => kindOf(place) === 'function' || hasMembers(parts(place)[0]),
  );
  return {
    modules: Object.fromEntries(
      names.sort().map((name) => [name, shownModule(surface.modules[name] as SurfaceModule, hasRun)]),
    ),
    collections: sorted(surface.collections),
    switches: sorted(Object.fromEntries(Object.entries(surface.switches).map(([name, { value }]) => [name, value]))),
    behaviours: surface.behaviours,
    members: sorted(
      Object.fromEntries(
        Object.entries(shapes.members)
          .filter(([place]) => hasMembers(place))
          .map(([place, each]) => [place, shownMembers(each, isOffered)] as const)
          // A class of which no member is known says nothing.
          .filter(([, each]) => Object.keys(each).length > 0),
      ),
    ),
    parameters: sorted(Object.fromEntries(parameters)),
  };
}

function parts(place: string): [owner: string, name: string] {
  const at = place.lastIndexOf('.');
  return [place.slice(0, at), place.slice(at + 1)];
}

/** What brings a module matters where it is lazy; what was seen only in use is served as all that there is. */
function shownModule(
  { tier, hasDefault, exports, loaders, components, prefetched, unresolved }: SurfaceModule,
  hasRun: boolean,
) {
  const isLazy = tier === 'lazy' || prefetched;
  return {
    // What waits for a bundle is registered without it, which only a page that runs shows.
    tier: unresolved && !hasRun ? 'lazy' : tier,
    ...(hasRun && { unresolved: unresolved ?? [] }),
    hasDefault,
    exports: sorted(exports),
    ...(isLazy || unresolved ? { loaders: sorted(loaders ?? {}), components: [...(components ?? [])].sort() } : {}),
    prefetched: prefetched ?? false,
  };
}

/** A base class or a model that the page does not have does not show, and what a class inherits is then not known. */
function shownMembers({ extends: base, model, whole, ...lists }: Members, isOffered: (place: string) => boolean) {
  const hasBase = base === undefined || isOffered(base);
  const kinds = Object.entries(lists).flatMap(([kind, names = []]) =>
    names.length > 0 ? [[kind, [...names].sort()]] : [],
  );
  return {
    ...sorted(Object.fromEntries(kinds)),
    ...(base && hasBase ? { extends: base } : {}),
    ...(model && isOffered(model) ? { model } : {}),
    ...(whole && hasBase ? { whole } : {}),
  };
}

function sorted<Value>(record: Readonly<Record<string, Value>>): Record<string, Value> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** What the data say of modules of a build once a capture of it is among them. */
export function shownAfter(capture: Capture, only: readonly string[], hasRun = false): Shown {
  addCapture(capture, 'capture.json');
  try {
    return shownBy(resolveSurface(capture.names.build), [...only], undefined, hasRun);
  } finally {
    removeCaptures();
  }
}
