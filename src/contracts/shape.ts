import { z } from 'zod';
import type { UncertainChange } from './surface.ts';

/**
 * How a function is called, one entry a position: null for a value that is used directly, else the names that the function takes
 * out of an object: `f(chat, {text, quoted})` is `[null, ["text", "quoted"]]`. `...` stands for all other names of the object.
 */
export const parametersSchema = z.array(z.array(z.string()).nullable());
export type Parameters = z.infer<typeof parametersSchema>;

/** Names inside a class, an instance or an object. Names that begin with `$` are private and left out. */
export const membersSchema = z.strictObject({
  /** Attributes of a model by their kind: stored, of this page only, computed. */
  props: z.array(z.string()).optional(),
  session: z.array(z.string()).optional(),
  derived: z.array(z.string()).optional(),
  otherFields: z.array(z.string()).optional(),
  methods: z.array(z.string()).optional(),
  accessors: z.array(z.string()).optional(),
  /** Members of a class itself. */
  statics: z.array(z.string()).optional(),
  /** Keys of an object literal or an enumeration. */
  keys: z.array(z.string()).optional(),
  /** `Module.export` whose members are inherited. */
  extends: z.string().optional(),
  /** `Module.export` of the models in a collection. */
  model: z.string().optional(),
  /** True when every own member was read, so that a name which is neither here nor inherited does not exist. */
  whole: z.literal(true).optional(),
});
export type Members = z.infer<typeof membersSchema>;

/** Members of exports by place, `Module.export`. */
export type MemberTable = Readonly<Record<string, Members>>;

/** What is known of the inside of a build's exports. Places are `Module.export`, of a method `Module.export.method`. */
export interface Shapes {
  /** Module -> build of the archive that its shapes were read in. Newer than the build asked for: a guess. */
  readAt: Record<string, string>;
  members: Record<string, Members>;
  /** Functions whose parameters are known; of those that a later archive reads, none. */
  parameters: Record<string, Parameters>;
  /**
   * Changes of which it is not known whether the build has them; names are `Module.export()` for the parameters of a function, and
   * `Module.export.member`.
   */
  uncertain: UncertainChange[];
}
