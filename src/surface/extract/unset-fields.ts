import { EventEmitter } from 'node:events';
import type { CallExpression, Node } from 'oxc-parser';
import type { OwnFault } from '../library-index.ts';
import { alwaysRun } from './always-run.ts';
import type { LibraryCode } from './library-code.ts';
import { walk } from './walk.ts';

/** The fields that code sets on its own objects, by class. Null for a class that sets any. */
type Fields = ReadonlyMap<string, ReadonlySet<string> | null>;

/** The key of the fields that code sets on other objects than its own. */
const ofOthers = '';

/** Reads of a member of a field that the library never sets: `this.client.pupPage` in a class whose objects have no client. */
export function unsetFields(code: LibraryCode): OwnFault[] {
  const fields = fieldsOf(code);
  return code.functions.flatMap(({ name, node, file }) => {
    const [className = '', method] = name.split('.');
    if (method === undefined) return [];
    return alwaysRun(node.body as Node, 'node').flatMap((each) => {
      const read = readOf(each);
      if (!read || hasField(className, read.field, code, fields)) return [];
      const why = `${name} reads this.${read.field}.${read.member}, and nothing sets ${read.field} on objects of ${className}.`;
      return [{ method: name, why, file: file.path, line: file.position(each.start).line }];
    });
  });
}

function fieldsOf(code: LibraryCode): Fields {
  const others = new Set<string>();
  const fields = new Map<string, Set<string> | null>([[ofOthers, others]]);
  for (const statement of [...code.files.values()].flatMap(({ program }) => program.body)) {
    const own = new Set<string>();
    let isOpen = false;
    walk(statement, (node) => {
      if (node.type === 'MethodDefinition' || node.type === 'PropertyDefinition') {
        if (node.key.type === 'Identifier') own.add(node.key.name);
      } else if (node.type === 'AssignmentExpression' && node.left.type === 'MemberExpression') {
        const { object, property } = node.left;
        if (property.type === 'Identifier') (object.type === 'ThisExpression' ? own : others).add(property.name);
      } else if (node.type === 'CallExpression' && node.arguments[0]?.type === 'ThisExpression') {
        const name = objectMethod(node);
        const [, defined] = node.arguments;
        if (name === 'defineProperty' && defined?.type === 'Literal') own.add(String(defined.value));
        else if (name !== null) isOpen = true;
      }
    });
    if (statement.type === 'ClassDeclaration' && statement.id) fields.set(statement.id.name, isOpen ? null : own);
  }
  return fields;
}

/** `assign` of `Object.assign(…)`; null for a call of anything but `Object`: other code sets fields of `this` as of any other object. */
function objectMethod({ callee }: CallExpression): string | null {
  if (callee.type !== 'MemberExpression' || callee.property.type !== 'Identifier') return null;
  return callee.object.type === 'Identifier' && callee.object.name === 'Object' ? callee.property.name : null;
}

function hasField(className: string, field: string, code: LibraryCode, fields: Fields): boolean {
  if (fields.get(ofOthers)?.has(field) || field in EventEmitter.prototype) return true;
  for (let at: string | undefined = className; at !== undefined; at = code.parents.get(at)) {
    const own = fields.get(at);
    // A class of another package sets what it likes.
    if (own === null || (own === undefined && at !== 'EventEmitter')) return true;
    if (own?.has(field)) return true;
  }
  return false;
}

/** `this.field.member` */
function readOf(node: Node): { field: string; member: string } | null {
  if (node.type !== 'MemberExpression' || node.computed || node.optional) return null;
  const { object, property } = node;
  if (property.type !== 'Identifier' || object.type !== 'MemberExpression' || object.computed) return null;
  if (object.object.type !== 'ThisExpression' || object.property.type !== 'Identifier') return null;
  return { field: object.property.name, member: property.name };
}
