/** One `__d(...)` call of an archived page. */
export interface ModuleText {
  name: string;
  dependencies: readonly string[];
  /** The whole call. */
  text: string;
}

const head = /__d\(\s*"([^"]+)",\s*(\[[^\]]*\]|null)/g;

/** The module definitions of a script, in their sequence. A definition that is cut off is included: parsing it fails. */
export function* moduleTexts(script: string): Generator<ModuleText> {
  const heads = [...script.matchAll(head)];
  for (const [i, match] of heads.entries()) {
    const [, name = '', dependencies = '[]'] = match;
    const text = script.slice(match.index, heads[i + 1]?.index ?? script.length);
    yield { name, dependencies: [...dependencies.matchAll(/"([^"]+)"/g)].map(([, each]) => each as string), text };
  }
}
