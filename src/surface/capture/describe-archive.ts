import type { Archive, ArchivedModule, ArchivedShapes } from '../../contracts/build-data.ts';
import type { ExportKind } from '../../contracts/surface.ts';
import { describeModule, type ModuleDescription } from './describe-module.ts';
import { loadingOf } from './loaders.ts';
import { type ModuleText, type Use, usesIn } from './module-text.ts';
import { PageArchive } from './page-archive.ts';
import type { SharedValues } from './shared-values.ts';

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
  /** Of the names in `texts`. */
  shared?: SharedValues;
  /** What the code of a module shows; `describeModule` unless it is kept from an earlier reading. */
  describe?: (archive: PageArchive, module: string) => ModuleDescription | null;
}

/** The names and shapes of the covered modules of an archived page. */
export function describeArchive(from: ArchiveSource): { names: Archive; shapes: ArchivedShapes } {
  const archive = new PageArchive(from.texts, from.shared);
  const { describe = describeModule } = from;
  const uses = usesIn(from.texts);
  const tierOf = archive.tiers(from.deferred);
  const exportsOf = (name: string) => Object.keys(describe(archive, name)?.exports ?? {});
  const loading = loadingOf(archive, tierOf, exportsOf, from.components);
  const reached = archive.closureOf('WAWebMainWrapper');
  const modules = new Map<string, ArchivedModule>();
  const shapes = new Map<string, ArchivedShapes['modules'][string]>();
  const missing: string[] = [];
  for (const name of [...from.covered].sort()) {
    const description = describe(archive, name);
    const used = uses.get(name);
    const known = Object.hasOwn(from.known, name) ? from.known[name] : undefined;
    // A module whose text cannot be parsed is there.
    const isThere = archive.has(name) || known !== undefined || (!from.complete && used !== undefined);
    if (!isThere) {
      missing.push(name);
      continue;
    }
    const kinds: [string, ExportKind | undefined][] = description
      ? Object.entries(description.exports)
      : [...(used?.keys() ?? [])].map((key) => [key, undefined]);
    const exports = kinds.map(([key, kind]) => [key, kindOf(`${name}.${key}`, kind, used?.get(key))] as const);
    const tier = from.complete || tierOf(name) === 1 ? tierOf(name) : null;
    const read: ArchivedModule = {
      evidence: description ? 'code' : 'uses',
      tier,
      ...(tier === null && reached.has(name) ? { tierAtMost: 2 as const } : {}),
      ...(description ? {} : { exportsIncomplete: true as const }),
      ...(tier === 'lazy' ? loading(name) : {}),
      ...(description?.hasPlainDefault ? { plainDefault: true as const } : {}),
      exports: Object.fromEntries(exports),
      ...(description && description.events.length > 0 ? { events: description.events } : {}),
    };
    modules.set(name, known ?? read);
    if (description?.shapes) shapes.set(name, description.shapes);
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
      share: { modules: modules.size, of: all.size },
      source,
      ...(note === undefined ? {} : { note }),
      absent: complete ? missing : [],
      unknown: complete ? [] : missing,
      ...(complete ? { collections: describe(archive, 'WAWebCollections')?.keys ?? {} } : {}),
      modules: Object.fromEntries(modules),
    },
    shapes: { schemaVersion: 1, build, modules: Object.fromEntries(shapes) },
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
  'WAWebUserPrefsMeUser.getMaybeMeLidUser': 'function',
  'WAWebUserPrefsMeUser.getMaybeMeUser': 'function',
};
