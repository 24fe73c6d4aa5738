import type { Attempt, Cause } from '../contracts/attempt.ts';
import { compareBuilds, parseBuild } from '../contracts/build-number.ts';
import type { Surface } from '../contracts/surface.ts';
import { type NameEvent, nameHistory } from '../replica/builds/name-history.ts';
import { surfaceConfidence } from '../replica/builds/surface-confidence.ts';

/** How sure the facts are that a record rests on: those of its build, and those by which the cause's name came or went. */
export function confidenceOf(surface: Surface | null, cause: Cause | null): Attempt['confidence'] {
  const past = surface && cause ? changesOf(cause, surface) : [];
  return {
    build: surface && surfaceConfidence(surface),
    cause: surface && cause ? ofCause(cause, surface, past) : null,
    facts: past.map(({ since, date, confidence, sources }) => ({ since, date, confidence, sources })),
  };
}

/** What happened up to the build to the name that a cause blames. */
function changesOf({ module, export: name }: Cause, { build, face }: Surface): NameEvent[] {
  if (!module || face !== 'comet') return [];
  return nameHistory(module, name).filter(({ since }) => compareBuilds(parseBuild(since), parseBuild(build)) <= 0);
}

function ofCause(
  { module, export: name }: Cause,
  { face, uncertain }: Surface,
  past: readonly NameEvent[],
): Attempt['confidence']['cause'] {
  if (!module || face !== 'comet') return null;
  const own = [module, ...(name ? [`${module}.${name}`] : [])];
  if (uncertain.some(({ names }) => names.some((each) => own.includes(each)))) return 'inferred';
  return past.at(-1)?.confidence ?? null;
}
