import type { Around, Reading } from './around.ts';
import { bindPattern } from './bind-pattern.ts';
import { evaluate } from './evaluate.ts';
import { readBlock } from './statements.ts';
import { Scope, unknown, type Value } from './values.ts';

/** Reads a page function as if it were called here, once per stage and set of known arguments. */
export function runFunction(
  fn: Extract<Value, { kind: 'function' }>,
  args: readonly Value[],
  reading: Reading,
  caller: Around,
): Value {
  const { node } = fn;
  if (reading.running.has(node)) return unknown;
  const given = reading.seen.get(node)?.around;
  reading.seen.delete(node);
  const around: Around = { ...caller, file: fn.file, functionName: given?.functionName ?? caller.functionName };
  const key = [around.stage, caller.silent, caller.tried, caller.conditional, args.map(describe)].join('|');
  const results = reading.results.get(node) ?? new Map<string, Value>();
  reading.results.set(node, results);
  const known = results.get(key);
  if (known) return known;

  reading.running.add(node);
  const scope = new Scope(fn.scope);
  node.params.forEach((parameter, index) => {
    const pattern = parameter.type === 'TSParameterProperty' ? parameter.parameter : parameter;
    bindPattern(pattern, args[index] ?? unknown, scope, reading, around);
  });
  const body = node.body;
  let result: Value = unknown;
  if (body?.type === 'BlockStatement') result = readBlock(body.body, scope, reading, around);
  else if (body) result = evaluate(body, scope, reading, around);
  reading.running.delete(node);
  results.set(key, result);
  return result;
}

/** A text that differs where a different argument could lead to different needs. */
function describe(value: Value): string {
  if (value.kind === 'text') return value.text;
  if (value.kind === 'page') return JSON.stringify(value.origins);
  if (value.kind === 'object') return [...value.members].map(([name, member]) => `${name}:${describe(member)}`).join();
  if (value.kind === 'function') return `${value.file.path}@${value.node.start}`;
  return value.kind;
}
