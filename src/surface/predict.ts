import type { Confidence } from '../contracts/build-data.ts';
import type { Prediction } from '../contracts/prediction.ts';
import type { Surface } from '../contracts/surface.ts';
import type { SurfaceCheck } from '../contracts/surface-check.ts';
import { checkMethods } from './check-methods.ts';
import { checkSurface, type StoppingName, stoppingNames } from './check-surface.ts';
import type { LibraryIndex } from './library-index.ts';

/**
 * What attempts of a library do on a build, by its source and the data of the build alone.
 *
 * @param methods names of the methods that attempts call
 */
export function predict(index: LibraryIndex, surface: Surface, methods: readonly string[] = []): Prediction {
  const called = index.publicMethods.filter(({ name }) => methods.includes(name));
  const check = checkSurface(index, surface);
  const stopping = stoppingNames(check.missing);
  const ending = stopping.filter(({ stops }) => stops === check.stops);
  const open = openNames(check, stopping);
  return {
    phase: check.stops,
    names: ending.map(({ name }) => name),
    perhaps: check.missing.flatMap(({ certain, stops, name }) =>
      certain || stops === 'methods' ? [] : [{ phase: stops, name }],
    ),
    confidence: confidenceOf(surface, ending, open.length > 0),
    facts: ending.flatMap(({ name, fact }) => (fact ? [{ name, ...fact }] : [])),
    read: surface.archived,
    open,
    failsAnyway: stopping.some(({ name }) => !open.some((each) => each.name === name)),
    methods: checkMethods({ ...index, publicMethods: called }, surface),
  };
}

/** What is there and may be gone, and what is missing and may have come. */
function openNames({ restsOn }: SurfaceCheck, stopping: readonly StoppingName[]): Prediction['open'] {
  return [
    ...restsOn.map(({ stops, ...rest }) => ({ ...rest, phase: stops, offered: true })),
    ...stopping.flatMap(({ name, stops, bounds }) =>
      bounds ? [{ name, phase: stops, offered: false, ...bounds }] : [],
    ),
  ];
}

function confidenceOf(
  { build, extrapolated, archived }: Surface,
  [first]: readonly StoppingName[],
  isOpen: boolean,
): Confidence {
  if (extrapolated !== null) return 'assumed';
  const known = archived.upTo === build ? 'read' : 'reported';
  if (first) return first.bounds ? 'inferred' : (first.fact?.confidence ?? known);
  return isOpen ? 'inferred' : known;
}
