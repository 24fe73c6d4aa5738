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

/**
 * The events of the client in the library's own type definitions, by the names that programs listen to: the members of `Events`, and the
 * overloads of `on`. Empty for a library without type definitions.
 */
export function publicEvents(packageDir: string): string[] {
  const file = join(packageDir, 'index.d.ts');
  if (!existsSync(file)) return [];
  const { program } = parseSync('index.d.ts', readFileSync(file, 'utf8'));
  const found = new Set<string>();
  walk(program, (node) => {
    if (node.type === 'TSEnumDeclaration' && node.id.name === 'Events') {
      for (const { initializer } of node.body.members) if (isText(initializer)) found.add(initializer.value);
    }
    if (node.type === 'ClassDeclaration' && node.id?.name === 'Client') {
      for (const member of node.body.body) {
        const event = listenedTo(member);
        if (event !== null) found.add(event);
      }
    }
  });
  return [...found];
}

/** The event of an overload `on(event: 'message', ...)`; null for all else. */
function listenedTo(member: Node): string | null {
  if (!('key' in member) || member.key?.type !== 'Identifier' || member.key.name !== 'on') return null;
  if (!('value' in member) || !member.value || typeof member.value !== 'object' || !('params' in member.value))
    return null;
  const [event] = member.value.params;
  if (event?.type !== 'Identifier') return null;
  const type = event.typeAnnotation?.typeAnnotation;
  return type?.type === 'TSLiteralType' && isText(type.literal) ? type.literal.value : null;
}

const isText = (node: unknown): node is { value: string } =>
  typeof (node as { value?: unknown } | null | undefined)?.value === 'string';

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
