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

/** Loaders that are written down for one module. */
const most = 3;

/**
 * For each lazy module the calls that bring it, each with its component; those with the smallest bundle first. Only calls that are
 * themselves available without one count.
 */
export function loadersOf(
  archive: PageArchive,
  tierOf: (module: string) => Tier,
): (module: string) => Record<string, string> {
  const bundles = loadersIn(archive, tierOf)
    .map((loader) => ({ ...loader, brings: archive.closureOf(loader.component) }))
    .sort((a, b) => a.brings.size - b.brings.size || a.call.localeCompare(b.call));
  return (module) => {
    const found = bundles.filter(({ brings }) => brings.has(module)).slice(0, most);
    return Object.fromEntries(found.map(({ call, component }) => [call, component]));
  };
}

function loadersIn(archive: PageArchive, tierOf: (module: string) => Tier): Loader[] {
  return archive.names
    .filter((name) => name.endsWith('Loadable') && tierOf(name) !== 'lazy')
    .flatMap((name) => {
      const calls = [...(archive.module(name)?.exports.keys() ?? [])].filter((each) => each.startsWith('require'));
      const components = [...(archive.text(name)?.text.matchAll(resource) ?? [])].map(([, each]) => each as string);
      const [component] = components;
      // Which of several calls loads which of several components does not show.
      if (component === undefined || new Set(components).size > 1) return [];
      return calls.map((call) => ({ call: `${name}.${call}`, component }));
    });
}
