import type { Node } from 'oxc-parser';
import type { PublicMethod } from '../library-index.ts';
import type { LibraryCode, NodeFunction } from './library-code.ts';
import { pageCall } from './page-calls.ts';
import { readTypeDefinitions } from './type-definitions.ts';
import { childrenOf } from './walk.ts';

/**
 * The methods that the library's own type definitions list (`index.d.ts`), each with the methods that it leads to in Node:
 * `Message.reply` calls `Client.sendMessage`. Empty for a library without type definitions.
 */
export function publicMethods(packageDir: string, code: LibraryCode): PublicMethod[] {
  const calls = new Map(code.functions.map((entry) => [entry.name, calledBy(entry, code)]));
  const ofCode = classes(code);
  const listed = [...readTypeDefinitions(packageDir).values()]
    .filter(({ name }) => ofCode.has(name))
    .flatMap(({ name, methods, statics }) => [...methods.keys(), ...statics.keys()].map((key) => `${name}.${key}`));
  return listed.map((name) => ({ name, isThere: calls.has(name), leadsTo: [...reached(name, calls)] }));
}

function classes(code: LibraryCode): Set<string> {
  return new Set(code.functions.flatMap(({ name }) => (name.includes('.') ? [name.split('.')[0] as string] : [])));
}

function reached(name: string, calls: ReadonlyMap<string, readonly string[]>): Set<string> {
  const found = new Set([name]);
  // A set that grows while it is walked is walked to its end.
  for (const each of found) for (const called of calls.get(each) ?? []) found.add(called);
  return found;
}

/** The methods that a function calls in Node: of its own class, of the classes above it, and of the client. */
function calledBy({ name, node, file }: NodeFunction, code: LibraryCode): string[] {
  const known = new Set(code.functions.map((entry) => entry.name));
  const [className = ''] = name.split('.');
  const found: string[] = [];
  const look = (each: Node): void => {
    if (each.type === 'CallExpression') {
      if (pageCall(each) === 'evaluate') return;
      const { callee } = each;
      if (callee.type === 'MemberExpression' && callee.property.type === 'Identifier') {
        const object = file.text.slice(callee.object.start, callee.object.end);
        const owners = object === 'this.client' ? ['Client'] : /^(?:this|super)$/.test(object) ? [className] : [];
        found.push(...owners.flatMap((owner) => inClassOrAbove(owner, (callee.property as { name: string }).name)));
      }
    }
    for (const child of childrenOf(each)) look(child);
  };
  const inClassOrAbove = (owner: string, method: string): string[] => {
    if (known.has(`${owner}.${method}`) && `${owner}.${method}` !== name) return [`${owner}.${method}`];
    const above = code.parents.get(owner);
    return above ? inClassOrAbove(above, method) : [];
  };
  look(node.body as Node);
  return found;
}
