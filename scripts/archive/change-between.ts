import type { Archive, ArchivedModule, ArchivedShapes, BuildChange } from '../../src/contracts/build-data.ts';
import type { Members } from '../../src/contracts/shape.ts';

/** The names and shapes of a page. */
export interface Described {
  names: Archive;
  shapes: ArchivedShapes;
}

type Difference = Pick<BuildChange, 'remove' | 'add' | 'tier' | 'collections' | 'members' | 'parameters'>;

/** What a page has and has no longer, compared with an older one; no key where nothing differs. */
export function changeBetween(before: Described, after: Described): Difference {
  const [old, now] = [before.names.modules, after.names.modules];
  const remove: NonNullable<BuildChange['remove']> = {};
  const add: NonNullable<BuildChange['add']> = {};
  const tier: NonNullable<BuildChange['tier']> = {};
  for (const name of Object.keys(old)) if (!now[name]) remove[name] = 'module';
  for (const [name, module] of Object.entries(now)) {
    const known = old[name]?.exports ?? {};
    const gone = Object.keys(known).filter((key) => known[key] !== module.exports[key]);
    const added = Object.entries(module.exports).filter(([key, kind]) => known[key] !== kind);
    if (gone.length > 0) remove[name] = gone;
    if (added.length > 0 || !old[name]) add[name] = Object.fromEntries(added);
    const when = loading(module);
    if (when !== null && when !== (old[name] ? loading(old[name]) : 1)) tier[name] = when;
  }
  return present({
    remove,
    add,
    tier,
    collections: present({
      remove: differing(before.names.collections, after.names.collections).map(([key]) => key),
      add: Object.fromEntries(differing(after.names.collections, before.names.collections)),
    }),
    ...shapesBetween(before.shapes.modules, after.shapes.modules),
  });
}

function loading({ tier, prefetched }: ArchivedModule) {
  return prefetched ? 'prefetched' : tier;
}

/** The entries of a record that another record has not, or not with this value. */
function differing<Value>(record: Record<string, Value> = {}, other: Record<string, Value> = {}): [string, Value][] {
  return Object.entries(record).filter(([key, value]) => other[key] !== value);
}

function shapesBetween(
  old: ArchivedShapes['modules'],
  now: ArchivedShapes['modules'],
): Pick<Difference, 'members' | 'parameters'> {
  const members: NonNullable<BuildChange['members']> = {};
  const parameters: NonNullable<BuildChange['parameters']> = {};
  for (const [module, shapes] of Object.entries(now)) {
    for (const [name, each] of Object.entries(shapes.parameters ?? {})) {
      const same = JSON.stringify(each) === JSON.stringify(old[module]?.parameters?.[name]);
      if (!same) parameters[`${module}.${name}`] = each;
    }
    for (const [name, each] of Object.entries(shapes.members ?? {})) {
      const was = old[module]?.members?.[name] ?? {};
      const remove = Object.values(withoutThose(was, each)).flat();
      const add = withoutThose(each, was);
      if (remove.length > 0 || Object.keys(add).length > 0) members[`${module}.${name}`] = present({ remove, add });
    }
  }
  return { members, parameters };
}

/** The members of each kind that other members do not have. */
function withoutThose(members: Members, others: Members): Record<string, string[]> {
  const of = (each: Members) => new Map(Object.entries(each).filter(([, names]) => Array.isArray(names)));
  const known = of(others) as Map<string, string[]>;
  return present(
    Object.fromEntries(
      [...(of(members) as Map<string, string[]>)].map(([kind, names]) => [
        kind,
        names.filter((name) => !known.get(kind)?.includes(name)),
      ]),
    ),
  );
}

/** Without keys that hold nothing. */
function present<Parts extends object>(parts: Parts): Parts {
  return Object.fromEntries(
    Object.entries(parts).filter(([, each]) => each && Object.keys(each).length > 0),
  ) as unknown as Parts;
}
