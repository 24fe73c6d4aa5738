import type { Archive, ArchivedModule, ArchivedShapes } from '../../src/contracts/build-data.ts';
import type { Members } from '../../src/contracts/shape.ts';
import type { ExportKind } from '../../src/contracts/surface.ts';
import { loadingOf } from './loaders.ts';
import type { ModuleText } from './module-text.ts';
import { PageArchive } from './page-archive.ts';
import { type Use, usesIn } from './uses.ts';

export interface ArchiveSource {
  build: string;
  date: string;
  source: string[];
  note?: string;
  /** True when the source has every module of the build. */
  complete: boolean;
  texts: readonly ModuleText[];
  /** Modules that the page's html asks for by itself after the start. */
  deferred: readonly string[];
  /** Components in the map of the page's html. */
  components: readonly string[];
  /** The modules to cover. */
  covered: readonly string[];
  /** What was read of these modules before, partly by hand: it stays. */
  known: Readonly<Record<string, ArchivedModule>>;
}

/** The names and shapes of the covered modules of an archived page. */
export function describeArchive(from: ArchiveSource): { names: Archive; shapes: ArchivedShapes } {
  const archive = new PageArchive(from.texts);
  const uses = usesIn(from.texts);
  const tierOf = archive.tiers(from.deferred);
  const loading = loadingOf(archive, tierOf, from.components);
  const reached = archive.closureOf('WAWebMainWrapper');
  const modules: Record<string, ArchivedModule> = {};
  const shapes: ArchivedShapes['modules'] = {};
  const missing: string[] = [];
  for (const name of [...from.covered].sort()) {
    const facts = archive.module(name);
    const used = uses.get(name);
    if (!facts && !from.known[name] && (from.complete || !used)) {
      missing.push(name);
      continue;
    }
    const exports = facts
      ? [...facts.exports.keys()].map(
          (key) => [key, kindOf(`${name}.${key}`, archive.export(name, key)?.kind, used?.get(key))] as const,
        )
      : [...(used ?? [])].map(([key, how]) => [key, kindOf(`${name}.${key}`, undefined, how)] as const);
    const tier = from.complete ? tierOf(name) : null;
    modules[name] = from.known[name] ?? {
      evidence: facts ? 'code' : 'uses',
      tier,
      ...(tier === null && reached.has(name) ? { tierAtMost: 2 as const } : {}),
      ...(facts ? {} : { exportsIncomplete: true as const }),
      ...(tier === 'lazy' ? loading(name) : {}),
      exports: Object.fromEntries(exports),
      ...(facts && facts.events.length > 0 ? { events: facts.events } : {}),
    };
    const shape = facts ? shapesOf(archive, name, [...facts.exports.keys()]) : null;
    if (shape) shapes[name] = shape;
  }
  const all = new Set(
    from.texts.flatMap(({ name, dependencies }) => (from.complete ? [name] : [name, ...dependencies])),
  );
  const { build, date, source, note, complete } = from;
  return {
    names: {
      schemaVersion: 2,
      build,
      date,
      complete,
      share: { modules: Object.keys(modules).length, of: all.size },
      source,
      ...(note === undefined ? {} : { note }),
      absent: complete ? missing : [],
      unknown: complete ? [] : missing,
      ...(from.complete && archive.has('WAWebCollections')
        ? { collections: archive.keysOf('WAWebCollections', 'default') }
        : {}),
      modules,
    },
    shapes: { schemaVersion: 1, build, modules: shapes },
  };
}

/** A kind that the code does not show follows from the uses of the export. */
function kindOf(place: string, kind: ExportKind | undefined, used: Use | undefined): ExportKind {
  if (kind && kind !== 'unknown') return kind;
  return used === 'construct' ? 'class' : used === 'call' ? 'function' : (readByHand[place] ?? 'unknown');
}

/** Kinds of exports that only an evaluation shows, read by hand. */
const readByHand: Record<string, ExportKind> = {
  ...Object.fromEntries(
    ['G_US', 'S_WHATSAPP_NET', 'STATUS_BROADCAST', 'NEWSLETTER', 'HOSTED', 'HOSTED_LID', 'CALL'].map((name) => [
      `WAWap.${name}`,
      'object' as const,
    ]),
  ),
  'WAWebCompanionRegClientUtils.DEVICE_PLATFORM': 'value',
  'WAWebImageUtils.BLOB': 'value',
  'WAWebImageUtils.CANVAS': 'value',
  'WAWebImageUtils.DATA_URL': 'value',
  'WAWebMmsMediaTypes.MEDIA_TYPE_VALUES': 'object',
  'WAWebPinMsgConstants.DEFAULT_PIN_EXPIRY_DURATION_OPTION': 'value',
  'WAWebUserPrefsMeUser.clearGetMaybeMeLidUserCache': 'function',
  'WAWebUserPrefsMeUser.clearGetMaybeMePnUserCache': 'function',
  'WAWebUserPrefsMeUser.clearGetMaybeMeUserCache': 'function',
};

function shapesOf(
  archive: PageArchive,
  module: string,
  exports: readonly string[],
): ArchivedShapes['modules'][string] | null {
  const members: Record<string, Members> = {};
  const parameters: NonNullable<ArchivedShapes['modules'][string]['parameters']> = {};
  for (const name of exports) {
    const facts = archive.export(module, name);
    if (!facts) continue;
    const whole = facts.members && withoutCopy(facts.members, module, members);
    if (whole) members[name] = whole;
    for (const [method, each] of facts.parameters) {
      if (method === '') parameters[name] = each;
      else if (whole === facts.members) parameters[`${name}.${method}`] = each;
    }
  }
  const [hasMembers, hasParameters] = [Object.keys(members).length > 0, Object.keys(parameters).length > 0];
  if (!hasMembers && !hasParameters) return null;
  return { ...(hasMembers ? { members } : {}), ...(hasParameters ? { parameters } : {}) };
}

/** An instance whose class is exported too inherits everything from it. */
function withoutCopy(members: Members, module: string, known: Record<string, Members>): Members {
  const same = Object.entries(known).find(
    ([, { statics: _, ...each }]) => JSON.stringify(each) === JSON.stringify(members),
  );
  const own = Object.keys(members).some((key) => key === 'methods' || key === 'props' || key === 'otherFields');
  return same && own ? { extends: `${module}.${same[0]}`, whole: true } : members;
}
