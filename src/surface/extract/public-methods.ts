import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Node, parseSync } from 'oxc-parser';
import type { PublicMethod } from '../library-index.ts';
import type { LibraryCode, NodeFunction } from './library-code.ts';
import { pageCall } from './page-calls.ts';
import { childrenOf, walk } from './walk.ts';

/**
 * The methods that the library's own type definitions list (`index.d.ts`), each with the methods that it leads to in Node:
 * `Message.reply` calls `Client.sendMessage`. Empty for a library without type definitions.
 */
export function publicMethods(packageDir: string, code: LibraryCode): PublicMethod[] {
  const file = join(packageDir, 'index.d.ts');
  if (!existsSync(file)) return [];
  const calls = new Map(code.functions.map((entry) => [entry.name, calledBy(entry, code)]));
  const listed = listedMethods(readFileSync(file, 'utf8')).filter((name) =>
    classes(code).has(name.split('.')[0] ?? ''),
  );
  return [...new Set(listed)].map((name) => ({ name, isThere: calls.has(name), leadsTo: [...reached(name, calls)] }));
}

function classes(code: LibraryCode): Set<string> {
  return new Set(code.functions.flatMap(({ name }) => (name.includes('.') ? [name.split('.')[0] as string] : [])));
}

/** `Client.sendMessage` for each method of a class or an interface. */
function listedMethods(text: string): string[] {
  const found: string[] = [];
  const { program } = parseSync('index.d.ts', text);
  const aliases = new Set<string>();
  walk(program, (node) => {
    if (node.type === 'TSTypeAliasDeclaration' && node.typeAnnotation.type === 'TSFunctionType')
      aliases.add(node.id.name);
  });
  walk(program, (node) => {
    if (node.type !== 'ClassDeclaration' && node.type !== 'TSInterfaceDeclaration') return;
    for (const member of node.body.body) {
      const name = methodName(member, aliases);
      if (name && node.id && !name.startsWith('_')) found.push(`${node.id.name}.${name}`);
    }
  });
  return found;
}

/**
 * Name of a method, also of one that is written as a property with a function type; accessors and fields are none.
 *
 * @param aliases names of function types.
 */
function methodName(member: Node, aliases: ReadonlySet<string>): string | null {
  if (!('key' in member) || member.key?.type !== 'Identifier') return null;
  const { name } = member.key;
  if (member.type === 'TSMethodSignature') return member.kind === 'method' ? name : null;
  if (member.type === 'MethodDefinition') return member.kind === 'method' && isOwn(name) ? name : null;
  if (member.type !== 'TSPropertySignature' && member.type !== 'PropertyDefinition') return null;
  const type = member.typeAnnotation?.typeAnnotation;
  const isAlias =
    type?.type === 'TSTypeReference' && type.typeName.type === 'Identifier' && aliases.has(type.typeName.name);
  return type?.type === 'TSFunctionType' || isAlias ? name : null;
}

/** The event methods are those of Node's EventEmitter. */
function isOwn(name: string): boolean {
  return !['on', 'once', 'off', 'emit', 'addListener', 'removeListener'].includes(name);
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
