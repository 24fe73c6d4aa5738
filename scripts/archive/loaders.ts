import type { Tier } from '../../src/contracts/surface.ts';
import type { PageArchive } from './page-archive.ts';

/** A function that loads a bundle when it is called, and the component whose bundle that is. */
interface Loader {
  /** `Module.export`. */
  call: string;
  component: string;
}

/** Names that code asks for with `JSResource("Name")`. */
const resource = /JSResource\w*"\)\(\s*"([^"]+)"/g;

/** Loaders, and components, that are written down for one module. */
const most = 3;

/** What brings a lazy module. */
export interface Loading {
  /** `Module.export` of calls, each with its component. */
  loaders?: Record<string, string>;
  /** Components of the page's map, for `requireLazy`. */
  components?: string[];
}

/**
 * What brings each lazy module, that with the smallest bundle first. Only calls that are themselves available without a loader count.
 *
 * @param mapped the components in the map of the page's html
 */
export function loadingOf(
  archive: PageArchive,
  tierOf: (module: string) => Tier,
  mapped: readonly string[],
): (module: string) => Loading {
  const sized = <Each extends { component: string }>(all: Each[]) =>
    all
      .map((each) => ({ ...each, brings: archive.closureOf(each.component) }))
      .sort((one, other) => one.brings.size - other.brings.size || one.component.localeCompare(other.component));
  const calls = sized(loadersIn(archive, tierOf));
  const components = sized(mapped.map((component) => ({ component })));
  return (module) => {
    const loaders = calls.filter(({ brings }) => brings.has(module)).slice(0, most);
    const names = components.filter(({ brings }) => brings.has(module)).slice(0, most);
    return {
      ...(loaders.length > 0 && {
        loaders: Object.fromEntries(loaders.map(({ call, component }) => [call, component])),
      }),
      ...(names.length > 0 && { components: names.map(({ component }) => component) }),
    };
  };
}

function loadersIn(archive: PageArchive, tierOf: (module: string) => Tier): Loader[] {
  return archive.names
    .filter((name) => name.includes('Loadable') && tierOf(name) !== 'lazy')
    .flatMap((name) => {
      const calls = [...(archive.module(name)?.exports.keys() ?? [])].filter((each) => each.startsWith('require'));
      const components = [...(archive.text(name)?.text.matchAll(resource) ?? [])].map(([, each]) => each as string);
      const [component] = components;
      // Which of several calls loads which of several components does not show.
      if (component === undefined || new Set(components).size > 1) return [];
      return calls.map((call) => ({ call: `${name}.${call}`, component }));
    });
}
