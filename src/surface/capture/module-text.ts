import { type ParseResult, type ParserOptions, parseSync, rawTransferSupported } from 'oxc-parser';
import { checkNesting } from '../extract/nesting.ts';
import { SharedValues } from './shared-values.ts';

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
  shared = new SharedValues(),
): Generator<ModuleText> {
  const heads = [...script.matchAll(head)];
  for (const [i, match] of heads.entries()) {
    const [, name = '', dependencies = '[]'] = match;
    const text = script.slice(match.index, heads[i + 1]?.index ?? script.length);
    const named = [...dependencies.matchAll(/"([^"]+)"/g)].map(([, each]) => each as string);
    yield {
      name: shared.name(name),
      dependencies: named.map((each) => shared.name(conditional.get(each) ?? each)),
      text,
    };
  }
}

/**
 * The syntax tree of archived code.
 *
 * @param name for messages
 * @throws RangeError for code that is nested too deeply
 */
export function parseCode(name: string, text: string): ParseResult {
  checkNesting(text);
  return parseSync(`${name}.js`, text, parserOptions());
}

let options: ParserOptions | undefined;

/**
 * Without JSON between the parser and JavaScript, which takes half of the time. That reserves 6 GB of addresses, of which few are used; where
 * the system does not give them, the tree comes as JSON.
 */
function parserOptions(): ParserOptions {
  if (options) return options;
  const asJson: ParserOptions = { sourceType: 'script', preserveParens: false };
  const direct: ParserOptions & { experimentalRawTransfer: true } = { ...asJson, experimentalRawTransfer: true };
  options = asJson;
  try {
    if (rawTransferSupported() && parseSync('probe.js', '', direct).errors.length === 0) options = direct;
  } catch {
    // No room for its addresses.
  }
  return options;
}

/** How other modules use one export: `new`, a call, or else. */
export type Use = 'construct' | 'call' | 'read';

/** The factory parameter `o` is the one that gives all exports of a module, not its default one. */
const use = /(new )?\(?\bo\("(WA[\w.$]+)"\)\)?\.(\w+)(\()?/g;

/** Module -> export -> its most telling use in the code of all other modules; default exports do not show. */
export function usesIn(texts: Iterable<ModuleText>): Map<string, Map<string, Use>> {
  const uses = new Map<string, Map<string, Use>>();
  for (const { text } of texts) {
    for (const [, construct, module = '', name = '', call] of text.matchAll(use)) {
      const exports = uses.get(module) ?? new Map<string, Use>();
      uses.set(module, exports);
      const how = construct ? 'construct' : call ? 'call' : 'read';
      if (how !== 'read' || !exports.has(name)) exports.set(name, how);
    }
  }
  return uses;
}
