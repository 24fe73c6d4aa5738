import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Node, ParamPattern, TSType } from 'oxc-parser';
import { parseFile } from './source-file.ts';
import { walk } from './walk.ts';

/** A parameter as the type definitions declare it. */
export interface DefinedParameter {
  name: string;
  isOptional: boolean;
  isRest: boolean;
  /** The JSON types that it takes; empty where the type is another one, which is not looked into. */
  json: readonly ('string' | 'number' | 'boolean')[];
}

/** The parameters of one way to call a function: overloads have several. */
export type Signature = readonly DefinedParameter[];

export interface DefinedClass {
  name: string;
  extends: string | null;
  /** Public methods by name. */
  methods: ReadonlyMap<string, readonly Signature[]>;
  /** Static ones by name. */
  statics: ReadonlyMap<string, readonly Signature[]>;
  /** Null for what cannot be constructed. */
  constructs: readonly Signature[] | null;
}

/** The classes and interfaces of a library's own type definitions (`index.d.ts`), by name; empty for a library without any. */
export function readTypeDefinitions(packageDir: string): ReadonlyMap<string, DefinedClass> {
  const file = join(packageDir, 'index.d.ts');
  return existsSync(file) ? definedClasses(readFileSync(file, 'utf8')) : new Map();
}

/**
 * The events of the client in the library's own type definitions, by the names that programs listen to: the members of `Events`, and the
 * overloads of `on`. Empty for a library without type definitions.
 */
export function readEvents(packageDir: string): string[] {
  const file = join(packageDir, 'index.d.ts');
  if (!existsSync(file)) return [];
  const { program } = parseFile('index.d.ts', readFileSync(file, 'utf8'));
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

function definedClasses(text: string): Map<string, DefinedClass> {
  const { program } = parseFile('index.d.ts', text);
  const aliases = new Map<string, Signature>();
  walk(program, (node) => {
    if (node.type === 'TSTypeAliasDeclaration' && node.typeAnnotation.type === 'TSFunctionType')
      aliases.set(node.id.name, node.typeAnnotation.params.map(parameterOf));
  });
  const found = new Map<string, DefinedClass>();
  walk(program, (node) => {
    if (node.type !== 'ClassDeclaration' && node.type !== 'TSInterfaceDeclaration') return;
    if (!node.id) return;
    const methods = new Map<string, Signature[]>();
    const statics = new Map<string, Signature[]>();
    const constructors: Signature[] = [];
    for (const member of node.body.body) {
      if (member.type === 'MethodDefinition' && member.kind === 'constructor') {
        constructors.push(member.value.params.map(parameterOf));
        continue;
      }
      const method = methodOf(member, aliases);
      if (!method) continue;
      const known = 'static' in member && member.static ? statics : methods;
      known.set(method.name, [...(known.get(method.name) ?? []), method.signature]);
    }
    const above = node.type === 'TSInterfaceDeclaration' ? node.extends[0]?.expression : node.superClass;
    found.set(node.id.name, {
      name: node.id.name,
      extends: above?.type === 'Identifier' ? above.name : null,
      methods,
      statics,
      constructs: constructors.length > 0 ? constructors : null,
    });
  });
  return found;
}

/**
 * Name and parameters of a method, also of one that is written as a property with a function type; accessors, fields, private members and the
 * methods of Node's EventEmitter are none.
 *
 * @param aliases function types by name.
 */
function methodOf(
  member: Node,
  aliases: ReadonlyMap<string, Signature>,
): { name: string; signature: Signature } | null {
  if (!('key' in member) || member.key?.type !== 'Identifier') return null;
  const { name } = member.key;
  if (name.startsWith('_')) return null;
  if (member.type === 'TSMethodSignature')
    return member.kind === 'method' ? { name, signature: member.params.map(parameterOf) } : null;
  if (member.type === 'MethodDefinition') {
    const isOwn = member.kind === 'method' && !ofEmitter.has(name);
    return isOwn ? { name, signature: member.value.params.map(parameterOf) } : null;
  }
  if (member.type !== 'TSPropertySignature' && member.type !== 'PropertyDefinition') return null;
  const type = member.typeAnnotation?.typeAnnotation;
  if (type?.type === 'TSFunctionType') return { name, signature: type.params.map(parameterOf) };
  const alias =
    type?.type === 'TSTypeReference' && type.typeName.type === 'Identifier' && aliases.get(type.typeName.name);
  return alias ? { name, signature: alias } : null;
}

const ofEmitter: ReadonlySet<string> = new Set(['on', 'once', 'off', 'emit', 'addListener', 'removeListener']);

function parameterOf(parameter: ParamPattern): DefinedParameter {
  const isRest = parameter.type === 'RestElement';
  const isNamed = parameter.type === 'Identifier';
  const type = 'typeAnnotation' in parameter ? parameter.typeAnnotation?.typeAnnotation : undefined;
  return {
    name: isNamed ? parameter.name : 'arguments',
    isOptional: isRest || ('optional' in parameter && Boolean(parameter.optional)),
    isRest,
    json: isRest || !type ? [] : (jsonTypes(type) ?? []),
  };
}

/** Null for a type that is not, or not only, one of JSON's plain ones; null and undefined of a union do not count. */
function jsonTypes(type: TSType): DefinedParameter['json'] | null {
  switch (type.type) {
    case 'TSStringKeyword':
      return ['string'];
    case 'TSNumberKeyword':
      return ['number'];
    case 'TSBooleanKeyword':
      return ['boolean'];
    case 'TSNullKeyword':
    case 'TSUndefinedKeyword':
      return [];
    case 'TSUnionType': {
      const each = type.types.map(jsonTypes);
      return each.includes(null) ? null : [...new Set(each.flatMap((one) => one ?? []))];
    }
    default:
      return null;
  }
}
