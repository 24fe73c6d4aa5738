import type { Confidence } from '../../contracts/build-data.ts';
import type { Surface } from '../../contracts/surface.ts';

/**
 * How sure the names of a build are as a whole. `read`: an archive of that very build. `reported`: dated changes since the archive before
 * it. `inferred`: some changes came between two known builds with this one in between, or the names were captured and the behaviours are
 * those of an older build. `assumed`: the build is outside of the known
 * range, and the nearest known one stands for it.
 */
export function surfaceConfidence({ build, extrapolated, uncertain, archived, behavioursOf }: Surface): Confidence {
  if (extrapolated !== null) return 'assumed';
  if (behavioursOf !== null) return 'inferred';
  if (archived.upTo === build) return 'read';
  return uncertain.length > 0 ? 'inferred' : 'reported';
}
