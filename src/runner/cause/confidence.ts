import type { Attempt, Cause } from '../../contracts/attempt.ts';
import { compareBuilds, parseBuild } from '../../contracts/build-number.ts';
import type { Surface } from '../../contracts/surface.ts';
import { nameHistory } from '../../replica/builds/name-history.ts';
import { surfaceConfidence } from '../../replica/builds/surface-confidence.ts';

/** How sure the facts are that a record rests on: those of its build, and that by which the cause's name came or went. */
export function confidenceOf(surface: Surface | null, cause: Cause | null): Attempt['confidence'] {
  return { build: surface && surfaceConfidence(surface), cause: cause && surface && ofCause(cause, surface) };
}

function ofCause({ module, export: name }: Cause, { build, face, uncertain }: Surface): Attempt['confidence']['cause'] {
  if (!module || face !== 'comet') return null;
  const own = [module, ...(name ? [`${module}.${name}`] : [])];
  if (uncertain.some(({ names }) => names.some((each) => own.includes(each)))) return 'inferred';
  const past = nameHistory(module, name).filter(
    ({ since }) => compareBuilds(parseBuild(since), parseBuild(build)) <= 0,
  );
  return past.at(-1)?.confidence ?? null;
}
