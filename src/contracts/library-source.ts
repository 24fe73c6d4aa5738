import { z } from 'zod';

/** Where a library that is not a release on npm came from, so that it can be found again. */
export const librarySourceSchema = z.object({
  kind: z.enum(['tarball', 'folder', 'git']),
  /** Absolute path on the machine that added it, or the address of the git repository. */
  from: z.string(),
  /** What the user called it: `fork` of `fork=./path`. */
  name: z.string().optional(),
  /** The whole hash of the commit that was checked out, or that a git reference named. */
  commit: z.string().optional(),
  /** True when the checkout had changes that are in no commit. */
  dirty: z.boolean().optional(),
  /** Address of the checkout's remote `origin`, without a password. */
  remote: z.string().optional(),
  /** sha256 over paths and contents of the package, hex. */
  contentHash: z.string(),
});
export type LibrarySource = z.infer<typeof librarySourceSchema>;
