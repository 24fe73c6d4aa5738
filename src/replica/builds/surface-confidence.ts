import type { Confidence } from '../../contracts/build-data.ts';
import type { Surface } from '../../contracts/surface.ts';

/**
 * How sure the names of a build are as a whole. `read`: an archive of that very build. `reported`: dated changes since the archive before
 * it. `inferred`: some changes came between two known builds with this one in between. `assumed`: the build is outside of the known
 * range, and the nearest known one stands for it.
 */
export function surfaceConfidence({ build, extrapolated, uncertain, archived }: Surface): Confidence {
  if (extrapolated !== null) return 'assumed';
  if (archived.upTo === build) return 'read';
  return uncertain.length > 0 ? 'inferred' : 'reported';
}
