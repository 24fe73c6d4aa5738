import { prefetcher } from './loaders.ts';

/** What the html of a page says of its modules. */
export interface HtmlFacts {
  /** Modules that the page loads by itself after the start, listed as `{"__dr":"Name"}`. */
  deferred: string[];
  /** Components of its map, with the resources of each: `"Name":{"r":[...]}`. */
  components: string[];
  /**
   * The module that stands for each conditional dependency, if any: `["cr:9486",["Name"],...]`. Whether the page prefetches is a switch,
   * so what only the prefetcher needs does not count.
   */
  conditional: ReadonlyMap<string, string>;
}

export function htmlFacts(html: string): HtmlFacts {
  const namesIn = (pattern: RegExp) => [...new Set([...html.matchAll(pattern)].map(([, name]) => name as string))];
  return {
    deferred: namesIn(/"__dr":"([^"]+)"/g),
    components: namesIn(/"([\w.$-]+)":\{"r":\[/g),
    conditional: new Map(
      [...html.matchAll(/\["(cr:\d+)",\["([^"]+)"\]/g)]
        .map(([, key, name]) => [key as string, name as string] as const)
        .filter(([, name]) => name !== prefetcher),
    ),
  };
}

/** The addresses of scripts that a text names. */
export function scriptAddresses(text: string): Set<string> {
  return new Set(text.replaceAll('\\/', '/').match(/static\.whatsapp\.net\/rsrc\.php\/[\w/.+-]+?\.js/g) ?? []);
}
