import type { Node } from 'oxc-parser';
import type { Tier } from '../../contracts/surface.ts';
import { childrenOf } from '../extract/walk.ts';
import { parseCode } from './module-text.ts';
import type { PageArchive } from './page-archive.ts';
import { nameOfMember } from './scope.ts';

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
  /** True when the page requests one of the bundles by itself right after the login. */
  prefetched?: true;
}

/** The module with the list of bundles that a page requests right after the login. */
export const prefetcher = 'WAWebPrefetchLoadables';

/**
 * What brings each lazy module, that with the smallest bundle first. Only calls that are themselves available without a loader count.
 *
 * @param exportsOf the names that a module exports
 * @param mapped the components in the map of the page's html
 */
export function loadingOf(
  archive: PageArchive,
  tierOf: (module: string) => Tier,
  exportsOf: (module: string) => readonly string[],
  mapped: readonly string[],
): (module: string) => Loading {
  const sized = <Each extends { component: string }>(all: Each[]) =>
    all
      .map((each) => {
        const closure = archive.closureOf(each.component);
        // Of a set for each of hundreds of components only what is lazy is kept.
        return { ...each, size: closure.size, brings: [...closure].filter((name) => tierOf(name) === 'lazy') };
      })
      .sort((one, other) => one.size - other.size || one.component.localeCompare(other.component));
  const calls = sized(loadersIn(archive, exportsOf));
  const offered = calls.filter(({ call }) => tierOf(moduleOf(call)) !== 'lazy');
  const requested = callsWithoutCondition(archive.text(prefetcher)?.text ?? '');
  const prefetched = new Set(calls.filter(({ call }) => requested.has(call)).flatMap(({ brings }) => brings));
  const loaders = firstOfEach(offered);
  const components = firstOfEach(sized(mapped.map((component) => ({ component }))));
  return (module) => {
    const [its, names] = [loaders.get(module), components.get(module)];
    return {
      ...(its && { loaders: Object.fromEntries(its.map(({ call, component }) => [call, component])) }),
      ...(names && { components: names.map(({ component }) => component) }),
      ...(prefetched.has(module) && { prefetched: true as const }),
    };
  };
}

/** For each module the first few that bring it. */
function firstOfEach<Each extends { brings: readonly string[] }>(all: readonly Each[]): Map<string, Each[]> {
  const found = new Map<string, Each[]>();
  for (const each of all) {
    for (const module of each.brings) {
      const its = found.get(module) ?? [];
      if (its.length < most) its.push(each);
      found.set(module, its);
    }
  }
  return found;
}

/** `Module.export` without its last part: names of modules can have dots themselves. */
function moduleOf(call: string): string {
  return call.slice(0, call.lastIndexOf('.'));
}

function loadersIn(archive: PageArchive, exportsOf: (module: string) => readonly string[]): Loader[] {
  return archive.names
    .filter((name) => name.includes('Loadable'))
    .flatMap((name) => {
      const calls = exportsOf(name).filter((each) => each.startsWith('require'));
      const components = [...(archive.text(name)?.text.matchAll(resource) ?? [])].map(([, each]) => each as string);
      const [component] = components;
      // Which of several calls loads which of several components does not show.
      if (component === undefined || new Set(components).size > 1) return [];
      return calls.map((call) => ({ call: `${name}.${call}`, component }));
    });
}

/**
 * `Module.export` of the calls of other modules' exports that a text makes in any case, not only behind a switch; what is nested too deeply to be read
 * shows none.
 */
function callsWithoutCondition(text: string): Set<string> {
  const calls = new Set<string>();
  const visit = (node: Node): void => {
    if (node.type === 'ConditionalExpression' || node.type === 'LogicalExpression' || node.type === 'IfStatement')
      return;
    if (node.type === 'CallExpression' && node.callee.type === 'MemberExpression') {
      const { object } = node.callee;
      const [module] = object.type === 'CallExpression' ? object.arguments : [];
      if (module?.type === 'Literal') calls.add(`${module.value}.${nameOfMember(node.callee)}`);
    }
    for (const child of childrenOf(node)) visit(child);
  };
  try {
    visit(parseCode(prefetcher, text).program);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  return calls;
}
