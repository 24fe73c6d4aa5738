import { z } from 'zod';
import { librarySourceSchema } from './library-source.ts';

/** One library that has a lockfile, as `library list --json` shows it. */
export const libraryStatusSchema = z.object({
  /** Exact version, or version, name, commit and content of what is the user's own: `1.34.7+fork.g1a2b3c4d.0a1b2c3d`. */
  label: z.string(),
  version: z.string(),
  integrity: z.string().nullable(),
  /** Where a library that is not a release on npm came from. */
  source: librarySourceSchema.nullable(),
  /** sha256 of package.json and package-lock.json, hex. */
  lockHash: z.string(),
  /** The folder with the lockfile. */
  lockFolder: z.string(),
  packages: z.number().int(),
  state: z.enum(['installed', 'not-installed', 'damaged']),
  /** The first thing that is wrong with a damaged installation. */
  problem: z.string().nullable(),
  /** Where it is or would be installed. */
  root: z.string(),
});
export type LibraryStatus = z.infer<typeof libraryStatusSchema>;

export const libraryListSchema = z.object({ schemaVersion: z.literal(1), libraries: z.array(libraryStatusSchema) });
export type LibraryList = z.infer<typeof libraryListSchema>;
