import type { ModuleText } from './module-text.ts';

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
