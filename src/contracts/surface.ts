import { z } from 'zod';

/** `function`, `class`, `object`, `value`, or `unknown` where only a use is known. */
export const exportKinds = ['function', 'class', 'object', 'value', 'unknown'] as const;
export const exportKindSchema = z.enum(exportKinds);
export type ExportKind = z.infer<typeof exportKindSchema>;

/**
 * When a module is available: 1 = before `Debug.VERSION` is set (closure of WAWebAppBootstrap), 2 = once logged in
 * (closure of WAWebMainWrapper), `lazy` = only when its bundle is requested.
 */
export const tierSchema = z.union([z.literal(1), z.literal(2), z.literal('lazy')]);
export type Tier = z.infer<typeof tierSchema>;

export interface SurfaceModule {
  tier: Tier;
  /** True when `require` returns the default export instead of the exports object. */
  hasDefault: boolean;
  exports: Record<string, ExportKind>;
  /** True when only uses of the module were seen: whether it has further exports is not known. */
  partial?: true;
  /** Of a lazy module: `Module.export` of calls that bring it, each with the component whose bundle it loads. */
  loaders?: Record<string, string>;
  /** Of a lazy module: components of the page's map whose bundle brings it, as `requireLazy` takes them. */
  components?: string[];
  /** A page that prefetches requests its bundle by itself right after the login, so that it is of tier 2 there, and lazy elsewhere. */
  prefetched?: true;
  /** Dependencies that come only with a loader; until then the module is registered and requiring it fails. */
  unresolved?: string[];
}

/** What a build's page looks like from outside: `webpack` up to 2.24xx, `comet` from 2.3000 on. */
export const faces = ['webpack', 'comet'] as const;
export const faceSchema = z.enum(faces);
export type Face = z.infer<typeof faceSchema>;

/** What a WhatsApp Web build offers to code in its page: names, and the behaviours that changed from build to build. */
export interface PageSurface {
  /** Full build number, e.g. `2.3000.1032534684`. */
  build: string;
  face: Face;
  modules: Record<string, SurfaceModule>;
  /** Keys of WAWebCollections' default export, each with the module and export behind it as `Module.export`. */
  collections: Record<string, string>;
  behaviours: Behaviours;
  /** The oldest and the newest known build of this face. */
  known: { from: string; to: string };
  /** The side of `known` on which the build is, if outside: the surface is then a guess from the nearest end. */
  extrapolated: 'older' | 'newer' | null;
}

/** The surface of a build, with what is not known of it. */
export interface Surface extends PageSurface {
  /** The nearest known build, whose behaviours the surface has, where those of the build itself are not known; else null. */
  behavioursOf: string | null;
  /** Changes of which it is not known whether the build has them. The surface is the state without them. */
  uncertain: readonly UncertainChange[];
  /** What WhatsApp turns on per request or per account on this build, by name. */
  switches: Record<string, SurfaceSwitch>;
  /** The nearest archived builds: the newest up to this one, and the oldest after it. Null where there is none. */
  archived: { upTo: string | null; after: string | null };
}

/** A switch of a build, with the value that the surface has. */
export interface SurfaceSwitch {
  value: string;
  /** The value that the most public pages have, or else that most users report. */
  default: string;
  values: readonly string[];
  /** Where the page reads it: `gkx 18966`, `qex 5241`, `ab NAME`; null where that is not known. */
  key: string | null;
  sources: string[];
  confidence: 'read' | 'reported' | 'inferred' | 'assumed';
}

/** A change between the last build known to be without it and the first known to have it. */
export interface UncertainChange {
  /** Null where no older build shows whether it has the change. */
  after: string | null;
  since: string;
  /** When `since` was served. */
  date: string;
  /** `Module`, `Module.export`, `WAWebCollections.Key`, or a behaviour. */
  names: string[];
  sources: string[];
  confidence: 'read' | 'reported' | 'inferred' | 'assumed';
}

/** Everything about a build that is not a name. Each value changes by a dated, cited entry in `compat-matrix/builds`. */
export const behavioursSchema = z.strictObject({
  /** The own field in which a message key has its text form (WAWebMsgKey). */
  msgKeyTextField: z.enum(['_serialized', '$1']),
  /** Names of the events of WAWebCmd for logout and offline progress: `logout` or `logout_from_bridge`. */
  cmdEvents: z.enum(['plain', 'from_bridge']),
  /** What the page does at the end of a logout. */
  logoutNavigation: z.enum(['reload', 'post_logout']),
  /** `data-icon` of the search field in the chat list of a linked page. */
  searchIcon: z.string(),
  /** `sendSeen(chat, flag)` or `sendSeen({chat, ...})`. */
  sendSeenArgument: z.enum(['chat', 'object']),
  /** True when a `HeadlessChrome` user agent gets the page for unsupported browsers. */
  refusesHeadlessUserAgent: z.boolean(),
  /** What `createGroup` of `WAWebGroupCreateJob` takes as members: wids, or records with a wid as `phoneNumber`. */
  newGroupMembers: z.enum(['wids', 'records']),
  /** Where `saveContactAction` takes the first name while it takes its arguments by position; the last name is next. */
  savedContactName: z.enum(['third', 'fifth']),
  /** What `addAndSendMessageEdit` resolves to. */
  editResult: z.enum(['message', 'nothing']),
  /** The own property `__x_id` of media data: `enumerable` ones are copied by a spread. */
  mediaPrivateId: z.enum(['hidden', 'enumerable']),
  /** Whether a download without `mimetype`, or with one that is not allowed for the type of its message, is refused. */
  downloadMimetype: z.enum(['free', 'checked']),
  /** For which transfers of media the caller has to give a flow that records them: `downloadQpl`, and then `uploadQpl` too. */
  mediaFlow: z.enum(['none', 'download', 'both']),
  /** Where the socket to the server lives. */
  socketIn: z.enum(['page', 'worker']),
  /** Where media is encrypted and uploaded; a worker never answers a page into which code was injected. */
  uploadIn: z.enum(['page', 'worker']),
  /** True when a dialog tells what is new after the login. */
  whatsNewDialog: z.boolean(),
  /** Inline scripts that the content security policy lets run: all, or those with the nonce of the response. */
  inlineScripts: z.enum(['all', 'nonce']),
  /** Whether the definition of a module keeps its factory after the factory ran. */
  usedFactories: z.enum(['kept', 'cleared']),
  /** Whether the caller hears of a call that code in the page rejects by a stanza of its own. */
  callRejection: z.enum(['heard', 'unheard']),
  /** True when the page requests the bundles of many lazy modules right after the login. */
  prefetchesBundles: z.boolean(),
});
export type Behaviours = z.infer<typeof behavioursSchema>;
