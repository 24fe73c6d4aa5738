import type { Node } from 'oxc-parser';
import type { Need, PagePlace } from '../../contracts/needs.ts';
import type { Around, Reading } from './around.ts';
import { type Origin, originKey, type Value } from './values.ts';

export function placeOf(origin: Origin): PagePlace {
  return { by: origin.by, name: origin.name, export: origin.path[0] ?? null, members: origin.path.slice(1) };
}

/** Notes that the code at `at` uses the things at `origins`; `source` is the whole expression for the reader. */
export function noteUse(
  reading: Reading,
  around: Around,
  origins: readonly Origin[],
  use: Need['use'],
  options: { at: Node; source: Node; member?: string | null; args?: Need['args']; safe?: boolean },
): void {
  if (around.silent || origins.length === 0) return;
  const { at, source, member = null, args = null, safe = false } = options;
  const tested = origins.some((origin) => around.tested.has(originKey(origin)));
  reading.note({
    places: origins.map(placeOf),
    use,
    member,
    args,
    throws: use !== 'touch' && use !== 'spread',
    guarded: around.tried || tested || safe,
    conditional: around.conditional,
    since: around.since,
    before: around.before,
    stage: around.stage,
    file: around.file.path,
    ...around.file.position(at.start),
    function: around.functionName,
    source: around.file.source(source),
  });
}

/** The value of `value.name`; notes what has to exist for it. `at` is the property, `source` the whole member expression. */
export function readMember(
  reading: Reading,
  around: Around,
  value: Value,
  name: string,
  where: { at: Node; source: Node; optional: boolean },
): Value {
  switch (value.kind) {
    case 'window':
      return name === 'require' ? { kind: 'require' } : (reading.globals.get(name) ?? { kind: 'unknown' });
    case 'object': {
      const own = value.members.get(name);
      if (own) return own;
      const origins = value.spreads.flatMap((spread) => (spread.kind === 'page' ? spread.origins : []));
      if (origins.length === 0) return { kind: 'unknown' };
      return member(reading, around, origins, name, where.source, where.at);
    }
    case 'hits':
      if (name !== '0') return { kind: 'unknown' };
      return { kind: 'page', origins: [{ by: 'raid', name: value.query, path: [] }], softened: false };
    case 'page': {
      noteUse(reading, around, value.origins, 'read', {
        at: where.at,
        source: where.source,
        member: name,
        safe: where.optional || value.softened,
      });
      return member(reading, around, value.origins, name, where.source, where.at);
    }
    default:
      return { kind: 'unknown' };
  }
}

function member(
  reading: Reading,
  around: Around,
  origins: readonly Origin[],
  name: string,
  source: Node,
  at: Node,
): Value {
  for (const origin of origins) {
    const overlaid = reading.overlay.get(`${originKey(origin)}.${name}`);
    if (overlaid) return overlaid;
  }
  const next = origins.map((origin) => ({ ...origin, path: [...origin.path, name] }));
  if (next.some((origin) => origin.path.length === 1)) noteUse(reading, around, next, 'touch', { at, source });
  return { kind: 'page', origins: next, softened: false };
}

/** `value.name = assigned`. */
export function assignMember(
  reading: Reading,
  around: Around,
  value: Value,
  name: string,
  assigned: Value,
  where: { at: Node; source: Node },
): void {
  if (value.kind === 'window') keep(reading.globals, name, assigned);
  if (value.kind === 'object') keep(value.members, name, assigned);
  if (value.kind !== 'page') return;
  noteUse(reading, around, value.origins, 'assign', { at: where.at, source: where.source, member: name });
  for (const origin of value.origins) reading.overlay.set(`${originKey(origin)}.${name}`, assigned);
}

/** An assignment on another branch does not make a known value unknown. */
function keep(members: Map<string, Value>, name: string, value: Value): void {
  if (value.kind !== 'unknown' || !members.has(name)) members.set(name, value);
}
