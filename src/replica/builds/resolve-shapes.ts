import { join } from 'node:path';
import type { ArchivedShapes, BuildChange } from '../../contracts/build-data.ts';
import { compareBuilds, parseBuild } from '../../contracts/build-number.ts';
import type { Members, Parameters, Shapes } from '../../contracts/shape.ts';
import type { Face, UncertainChange } from '../../contracts/surface.ts';
import { addedFacts, untilFactsChange } from './added-facts.ts';
import { stepAt } from './build-timeline.ts';
import { buildDataFolder, readJsonFile, shapesFile } from './read-build-data.ts';
import { faceOf, newerFacts, timelineOf } from './resolve-surface.ts';
import { uncertainAt } from './uncertain-changes.ts';

const files = new Map<string, Record<string, ReadModule>>();
const resolved = untilFactsChange(() => new Map<string, Shapes>());

/**
 * Resolves what is known of the inside of a build's exports: members and parameters out of the newest archive up to the build that
 * read the module. Of a module that only later archives read the members are given, and never as whole. The files are read when a
 * shape is asked for the first time. Calls with the same build return the same object: do not change it.
 *
 * @throws InputError for a text that is no build number, and for a mistake in the files of `compat-matrix/builds`.
 */
export function resolveShapes(build: string): Shapes {
  let shapes = resolved().get(build);
  if (!shapes) {
    shapes = shapesAt(build);
    resolved().set(build, shapes);
  }
  return shapes;
}

/**
 * Whether an export has a member, own or inherited. `unknown` where no class on the way up is known to have it, and the members of one
 * were not all read: what that one does not show it may have, while it takes nothing away that it inherits.
 *
 * @param place `Module.export`
 */
export function memberPresence({ members }: Shapes, place: string, member: string): 'present' | 'absent' | 'unknown' {
  if (member in Object.prototype) return 'present';
  // Private names are not read, and attributes of models have one each.
  if (member.startsWith('$') || member.startsWith('__x_')) return 'unknown';
  let isWhole = true;
  for (let at: string | undefined = place, depth = 0; at !== undefined && depth < maxDepth; depth += 1) {
    const found: Members | undefined = members[at];
    if (!found) return 'unknown';
    if (memberNames(found).includes(member)) return 'present';
    isWhole &&= found.whole === true;
    at = found.extends;
  }
  return isWhole ? 'absent' : 'unknown';
}

/** Classes between a model and the base of all models are few; more would be a circle. */
const maxDepth = 10;

/** The names of the own members of an export, of all kinds. */
export function memberNames(members: Members): string[] {
  return Object.values(members).flatMap((value) => (Array.isArray(value) ? value : []));
}

/** The shapes of one module, with the build of the archive that read it. */
interface ReadModule {
  readAt: string;
  members: Record<string, Members>;
  parameters: Record<string, Parameters>;
}

/** The shapes of all modules from one change on. */
interface ShapeStep {
  change: BuildChange;
  modules: ReadonlyMap<string, ReadModule>;
}

interface ShapeTimeline {
  steps: readonly ShapeStep[];
  uncertain: readonly UncertainChange[];
}

function shapesAt(build: string): Shapes {
  const { steps, uncertain } = shapeTimeline(faceOf(build));
  const number = parseBuild(build);
  const [oldest] = steps;
  const at =
    oldest && compareBuilds(number, parseBuild(oldest.change.since)) < 0 ? parseBuild(oldest.change.since) : number;
  const past = steps.filter(({ change }) => compareBuilds(parseBuild(change.since), at) <= 0);
  const modules = new Map(past.at(-1)?.modules);
  const mayHave = namesThatMayBe(build);
  for (const { change } of steps.slice(past.length))
    if (change.archive !== undefined) addGuesses(modules, change.archive, mayHave);
  return { ...flat(modules), uncertain: uncertainAt(uncertain, number) };
}

const timelines = untilFactsChange(() => new Map<Face, ShapeTimeline>());

function shapeTimeline(face: Face): ShapeTimeline {
  const known = timelines().get(face) ?? readTimeline(face);
  timelines().set(face, known);
  return known;
}

function readTimeline(face: Face): ShapeTimeline {
  const { facts, archives } = timelineOf(face).data;
  const oldest = facts.changes[0]?.since;
  const steps: ShapeStep[] = [];
  const uncertain: UncertainChange[] = [];
  const seen = new Map<string, string>();
  let wholeAt: string | null = null;
  let before: ReadonlyMap<string, ReadModule> = new Map();
  for (const each of facts.changes) {
    const { since, after, seenUntil, date, source, confidence, archive, whole } = each;
    const modules = shapesAfter(before, each, archive !== undefined && (archives.get(archive)?.complete ?? false));
    const groups = new Map<string | null, string[]>();
    const names = modules === before || since === oldest ? [] : changedPlaces(before, modules);
    for (const name of names) {
      const readAt = before.get(name.slice(0, name.indexOf('.')))?.readAt ?? null;
      const read = newerBuild(newerBuild(seen.get(name), readAt) ?? undefined, wholeAt);
      const bound = archive !== undefined || whole ? read : after === undefined ? since : after;
      if (bound !== since) groups.set(bound, [...(groups.get(bound) ?? []), name]);
    }
    for (const [bound, group] of groups) {
      uncertain.push({ after: bound, since, date, names: group, sources: [...source], confidence });
    }
    for (const name of names) seen.set(name, seenUntil ?? since);
    if (whole) wholeAt = since;
    steps.push({ change: each, modules });
    before = modules;
  }
  return { steps, uncertain };
}

function shapesAfter(
  before: ReadonlyMap<string, ReadModule>,
  { archive, remove: gone = {}, members = {}, parameters = {} }: BuildChange,
  complete: boolean,
): ReadonlyMap<string, ReadModule> {
  if (archive === undefined && [gone, members, parameters].every((each) => Object.keys(each).length === 0))
    return before;
  const modules = new Map(complete ? [] : before);
  if (archive !== undefined) for (const [name, each] of Object.entries(readShapes(archive))) modules.set(name, each);
  for (const [name, exports] of Object.entries(gone)) {
    const known = modules.get(name);
    if (exports === 'module') modules.delete(name);
    else if (known) modules.set(name, withoutExports(known, exports));
  }
  for (const [place, { remove = [], add = {} }] of Object.entries(members)) {
    change(modules, place, (each, name) => ({
      ...each,
      members: { ...each.members, [name]: changed(each.members[name] ?? {}, remove, add) },
      parameters: without(
        each.parameters,
        remove.map((member) => `${name}.${member}`),
      ),
    }));
  }
  for (const [place, positions] of Object.entries(parameters)) {
    change(modules, place, (each, name) => ({ ...each, parameters: { ...each.parameters, [name]: positions } }));
  }
  return modules;
}

/**
 * What differs in modules that were read before and after: functions as `Module.export()`, members of whole objects as
 * `Module.export.member`.
 */
function changedPlaces(before: ReadonlyMap<string, ReadModule>, after: ReadonlyMap<string, ReadModule>): string[] {
  return [...after].flatMap(([module, now]) => {
    const old = before.get(module);
    if (!old || old === now) return [];
    const functions = Object.keys(now.parameters).filter(
      (name) => old.parameters[name] && JSON.stringify(old.parameters[name]) !== JSON.stringify(now.parameters[name]),
    );
    const members = Object.entries(now.members).flatMap(([name, { whole, ...each }]) => {
      const older = old.members[name];
      if (!older?.whole || !whole) return [];
      const [was, is] = [memberNames(older), memberNames(each)];
      const differing = [...was.filter((one) => !is.includes(one)), ...is.filter((one) => !was.includes(one))];
      return differing.map((one) => `${name}.${one}`);
    });
    return [...functions.map((name) => `${module}.${name}()`), ...members.map((name) => `${module}.${name}`)];
  });
}

/** What a name has inside goes with the name. */
function withoutExports({ readAt, members, parameters }: ReadModule, gone: readonly string[]): ReadModule {
  const methods = Object.keys(parameters).filter((place) => gone.includes(place.split('.')[0] as string));
  return { readAt, members: without(members, gone), parameters: without(parameters, methods) };
}

function newerBuild(a: string | undefined, b: string | null): string | null {
  if (a === undefined || b === null || b === '') return a ?? (b === '' ? null : b);
  return compareBuilds(parseBuild(a), parseBuild(b)) > 0 ? a : b;
}

/** Members of modules that no archive up to the build read, of exports that the build may have. */
function addGuesses(
  modules: Map<string, ReadModule>,
  archive: string,
  mayHave: (module: string, name: string) => boolean,
): void {
  for (const [name, { readAt, members }] of Object.entries(readShapes(archive))) {
    const known = modules.get(name);
    if (known && known.readAt !== '') continue;
    const guessed = Object.entries(members)
      .filter(([key]) => mayHave(name, key))
      .map(([key, { whole: _, ...each }]) => [key, each] as const);
    if (guessed.length === 0) continue;
    modules.set(name, { readAt, members: Object.fromEntries(guessed), parameters: known?.parameters ?? {} });
  }
}

/**
 * Whether a build may have an export with members: its names have one that is no function and no value, or lack it without being known to.
 * Names are known to lack a module after a whole archive, and where an older build had it.
 */
function namesThatMayBe(build: string): (module: string, name: string) => boolean {
  const timeline = timelineOf(faceOf(build));
  const number = parseBuild(build);
  const past = timeline.steps.filter((step) => compareBuilds(step.build, number) <= 0);
  const isWhole = past.some(({ change: { archive } }) => timeline.data.archives.get(archive ?? '')?.complete);
  const now = stepAt(timeline, number).state.modules;
  return (module, name) => {
    const its = now[module];
    if (its === undefined) return !isWhole && !past.some(({ state }) => module in state.modules);
    const kind = its.exports[name];
    return kind === undefined || (kind !== 'function' && kind !== 'value');
  };
}

function change(
  modules: Map<string, ReadModule>,
  place: string,
  next: (each: ReadModule, name: string) => ReadModule,
): void {
  const [module = '', ...rest] = place.split('.');
  modules.set(module, next(modules.get(module) ?? { readAt: '', members: {}, parameters: {} }, rest.join('.')));
}

function flat(modules: ReadonlyMap<string, ReadModule>): Omit<Shapes, 'uncertain'> {
  const shapes: Omit<Shapes, 'uncertain'> = { readAt: {}, members: {}, parameters: {} };
  for (const [module, { readAt, members, parameters }] of modules) {
    if (readAt !== '') shapes.readAt[module] = readAt;
    for (const [name, each] of Object.entries(members)) shapes.members[`${module}.${name}`] = each;
    for (const [name, each] of Object.entries(parameters)) shapes.parameters[`${module}.${name}`] = each;
  }
  return shapes;
}

function changed(before: Members, gone: readonly string[], added: Partial<Record<string, readonly string[]>>): Members {
  const after: Record<string, unknown> = { ...before };
  for (const [kind, names] of Object.entries(before)) {
    if (Array.isArray(names)) after[kind] = names.filter((name) => !gone.includes(name));
  }
  for (const [kind, names = []] of Object.entries(added)) {
    after[kind] = [...((after[kind] as string[] | undefined) ?? []), ...names];
  }
  return after as Members;
}

function without<Value>(record: Readonly<Record<string, Value>>, names: readonly string[]): Record<string, Value> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => !names.includes(name)));
}

/** The shapes of an archive by module, read once; those that the user added are few. */
function readShapes(archive: string): Record<string, ReadModule> {
  const known = addedShapes(archive) ? undefined : files.get(archive);
  if (known) return known;
  const { build, modules } = archivedShapes(archive);
  const read = Object.fromEntries(
    Object.entries(modules).map(
      ([name, { members = {}, parameters = {} }]) => [name, { readAt: build, members, parameters }] as const,
    ),
  );
  files.set(archive, read);
  return read;
}

/**
 * The shapes beside an archive. They are not checked here, since a test checks every file of the project.
 *
 * @param archive the file name that a change gives
 * @throws InputError naming the file that cannot be read
 */
export function archivedShapes(archive: string): ArchivedShapes {
  return (
    addedShapes(archive) ?? (readJsonFile(join(buildDataFolder, 'archives', shapesFile(archive))) as ArchivedShapes)
  );
}

/** The shapes of an archive that the user added. */
function addedShapes(archive: string): ArchivedShapes | undefined {
  return addedFacts().shapes.get(archive) ?? newerFacts()?.shapes[archive];
}
