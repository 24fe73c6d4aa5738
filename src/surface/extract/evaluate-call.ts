import type { Argument, CallExpression, Expression, NewExpression } from 'oxc-parser';
import type { Need } from '../../contracts/needs.ts';
import type { Around, Reading } from './around.ts';
import { evaluate, evaluateElement, memberName, mergeInto } from './evaluate.ts';
import { noteUse, readMember } from './note.ts';
import { noteListener } from './note-listener.ts';
import { raidQuery } from './raid-query.ts';
import { runFunction } from './run-function.ts';
import { type Origin, type Scope, unknown, type Value, wid } from './values.ts';

/** Calls that store their callback for later. */
const laterCalls = new Set(['on', 'once', 'addEventListener', 'setTimeout', 'setInterval', 'requestAnimationFrame']);

export function evaluateCall(node: CallExpression, scope: Scope, reading: Reading, around: Around): Value {
  if (node.callee.type === 'Super') return unknown;
  const { callee, name, object } = readCallee(node.callee, scope, reading, around);
  const args = node.arguments.map((argument) => evaluateElement(argument, scope, reading, around));

  if (callee.kind === 'require') {
    const [wanted] = args;
    if (wanted?.kind !== 'text') return unknown;
    const origin = { by: 'name', name: wanted.text, path: [] } as const;
    noteUse(reading, around, [origin], 'touch', { at: node.arguments[0] ?? node, source: node });
    return { kind: 'page', origins: [origin], softened: false };
  }
  if (name && object?.kind === 'window' && callee.kind === 'unknown') noteUnsetGlobal(name, node, reading, around);
  if (name === 'findModule') {
    const query = args[0]?.kind === 'text' ? args[0].text : raidQuery(node.arguments[0]);
    if (query === null) return unknown;
    const origin = { by: 'raid', name: query, path: [] } as const;
    noteUse(reading, around, [origin], 'touch', { at: node.arguments[0] ?? node, source: node });
    return { kind: 'hits', query };
  }
  if (isObjectAssign(node.callee)) return objectAssign(node, args, reading, around);
  if (name === 'bind' && object && (object.kind === 'function' || object.kind === 'page')) return object;
  if (callee.kind === 'function') return runFunction(callee, args, reading, around);
  if (callee.kind === 'page') {
    const at = node.callee.type === 'MemberExpression' ? node.callee.property : node.callee;
    noteUse(reading, around, callee.origins, 'call', {
      at,
      source: node.callee,
      args: argumentsOf(node, args),
      safe: node.optional,
    });
    if (callee.origins.every(makesWid)) return wid;
  }
  if (name && laterCalls.has(name)) noteListener(node, name, object ?? unknown, args, reading, around);
  runCallbacks(name, args, reading, around);
  return unknown;
}

function makesWid({ name, path }: Origin): boolean {
  return name === 'WAWebWidFactory' && /^(?:create|as|to)\w*Wid(?:OrThrow)?$/.test(path[0] ?? '');
}

function noteUnsetGlobal(name: string, node: CallExpression, reading: Reading, around: Around): void {
  const isSet = reading.globals.has(name) || !reading.ownGlobals.has(name);
  if (isSet || around.silent || around.tried || node.optional) return;
  const { conditional, stage, file, functionName } = around;
  const { line } = file.position(node.callee.end);
  reading.noteUnset({ name, stage, conditional, file: file.path, line, function: functionName });
}

/** Null for a value that the source does not show as an object, else the names in the object. */
function argumentsOf(node: CallExpression, args: readonly Value[]): Need['args'] {
  if (node.arguments.some(({ type }) => type === 'SpreadElement')) return null;
  return args.map((arg) => {
    if (arg.kind !== 'object') return null;
    return [...arg.members.keys(), ...(arg.spreads.length > 0 ? ['...'] : [])].sort();
  });
}

export function evaluateNew(node: NewExpression, scope: Scope, reading: Reading, around: Around): Value {
  const callee = evaluate(node.callee, scope, reading, around);
  const args = node.arguments.map((argument) => evaluateElement(argument, scope, reading, around));
  if (callee.kind === 'page') {
    const at = node.callee.type === 'MemberExpression' ? node.callee.property : node.callee;
    noteUse(reading, around, callee.origins, 'construct', { at, source: node.callee });
  }
  const name = node.callee.type === 'Identifier' ? node.callee.name : null;
  for (const arg of args) {
    if (arg.kind !== 'function') continue;
    if (name === 'Promise') runFunction(arg, [], reading, around);
    else runFunction(arg, [], reading, { ...around, stage: `event:${name ?? 'callback'}` });
  }
  return unknown;
}

function readCallee(
  node: Expression,
  scope: Scope,
  reading: Reading,
  around: Around,
): { callee: Value; name: string | null; object: Value | null } {
  if (node.type !== 'MemberExpression' || node.object.type === 'Super') {
    const name = node.type === 'Identifier' ? node.name : null;
    return { callee: evaluate(node, scope, reading, around), name, object: null };
  }
  const object = evaluate(node.object, scope, reading, around);
  const name = memberName(node, scope, reading, around);
  if (name === null) return { callee: unknown, name, object };
  const callee =
    name === 'bind' || name === 'findModule'
      ? unknown
      : readMember(reading, around, object, name, { at: node.property, source: node, optional: node.optional });
  return { callee, name, object };
}

/** Other callbacks may run at once: `map`, `then`, `find`, … */
function runCallbacks(name: string | null, args: readonly Value[], reading: Reading, around: Around): void {
  for (const arg of args) {
    if (arg.kind !== 'function') continue;
    const event = args[0]?.kind === 'text' ? args[0].text : (name ?? 'callback');
    const later = name !== null && laterCalls.has(name);
    const inner = later ? { ...around, stage: `event:${event}` } : { ...around, conditional: true };
    runFunction(arg, [], reading, inner);
  }
}

function isObjectAssign(callee: Expression): boolean {
  return (
    callee.type === 'MemberExpression' &&
    callee.object.type === 'Identifier' &&
    callee.object.name === 'Object' &&
    callee.property.type === 'Identifier' &&
    callee.property.name === 'assign'
  );
}

function objectAssign(node: CallExpression, args: readonly Value[], reading: Reading, around: Around): Value {
  const [target, ...sources] = args;
  if (target?.kind !== 'object') return unknown;
  sources.forEach((source, index) => {
    mergeInto(target, source, reading, around, (node.arguments[index + 1] as Argument) ?? node);
  });
  return target;
}
