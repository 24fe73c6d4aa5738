import { compareBuilds, parseBuild } from '../contracts/build-number.ts';
import type { Behaviours } from '../contracts/surface.ts';
import type { Fact } from '../contracts/surface-check.ts';
import { faceOf, timelineOf } from '../replica/builds/resolve-surface.ts';

/** The change that gave a behaviour its value on `build`; null for a value of the base. */
export function behaviourFact(name: keyof Behaviours, build: string): Fact | null {
  const { steps } = timelineOf(faceOf(build));
  const [base] = steps;
  const past = steps.filter((step) => compareBuilds(step.build, parseBuild(build)) <= 0);
  const change = past.findLast((step) => step.change.set?.[name] !== undefined)?.change;
  if (!change || change.since === base?.change.since) return null;
  const { since, date, confidence, source } = change;
  return { since, date, confidence, sources: [...source] };
}

/** Since when a behaviour has its value on `build`, as a clause with its source; null for a value of the base. */
export function behaviourSince(name: keyof Behaviours, build: string): string | null {
  const fact = behaviourFact(name, build);
  return fact && `${fact.since} (${fact.date}; ${fact.confidence}: ${fact.sources.join(', ')})`;
}
