/** One `__d(...)` call of an archived page. */
export interface ModuleText {
  name: string;
  dependencies: readonly string[];
  /** The whole call. */
  text: string;
}

const head = /__d\(\s*"([^"]+)",\s*(\[[^\]]*\]|null)/g;

/**
 * The module definitions of a script, in their sequence. A definition that is cut off is included: parsing it fails.
 *
 * @param conditional the module that stands for a dependency such as `cr:9486`
 */
export function* moduleTexts(
  script: string,
  conditional: ReadonlyMap<string, string> = new Map(),
): Generator<ModuleText> {
  const heads = [...script.matchAll(head)];
  for (const [i, match] of heads.entries()) {
    const [, name = '', dependencies = '[]'] = match;
    const text = script.slice(match.index, heads[i + 1]?.index ?? script.length);
    const named = [...dependencies.matchAll(/"([^"]+)"/g)].map(([, each]) => each as string);
    yield { name, dependencies: named.map((each) => conditional.get(each) ?? each), text };
  }
}
