import type { Need } from '../contracts/needs.ts';
import type { Prediction } from '../contracts/prediction.ts';
import type { Surface } from '../contracts/surface.ts';
import type { BrokenNames, SwitchBreak } from '../contracts/surface-check.ts';
import { checkMethods } from './check-methods.ts';
import { type CheckedIndex, checkSurface, openNames, stoppingNames } from './check-surface.ts';
import type { LibraryIndex } from './library-index.ts';
import { silentEvents } from './never-shown.ts';
import { switchBreaks } from './switch-breaks.ts';

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
  const open = openNames(
    onlyNeeds(index, ({ stage }) => !/^(method|event):/.test(stage)),
    surface,
  );
  return {
    phase: check.stops,
    names: ending.map(({ name }) => name),
    perhaps: check.missing.flatMap(({ certain, stops, name }) =>
      certain || stops === 'methods' ? [] : [{ phase: stops, name }],
    ),
    confidence: check.confidence,
    facts: ending.flatMap(({ name, fact }) => (fact ? [{ name, ...fact }] : [])),
    read: check.read,
    open,
    failsAnyway: stopping.some(({ name }) => !open.some((each) => each.name === name)),
    switches: switchBreaks(index, surface).map(onlyNames),
    ...(check.behavioursOf !== null && { behavioursOf: check.behavioursOf }),
    silentEvents: silentEvents(index.needs, surface),
    methods: checkMethods({ ...index, publicMethods: called }, surface).map((method, i) => {
      const stages = called[i]?.leadsTo.map((name) => `method:${name}`) ?? [];
      return {
        ...method,
        open: openNames(
          onlyNeeds(index, ({ stage }) => stages.includes(stage)),
          surface,
        ),
      };
    }),
  };
}

/** Lines and reasons are left to `surface check`: they would be the most of a record. */
function onlyNames({ missing, methods, ...head }: SwitchBreak): BrokenNames {
  return {
    ...head,
    missing: missing.map(({ name, stops, certain }) => ({ name, stops, certain })),
    methods: methods.map(({ name, certain }) => ({ name, certain })),
  };
}

function onlyNeeds({ needs, loads }: CheckedIndex, isMeant: (need: Need) => boolean): CheckedIndex {
  return { needs: { ...needs, needs: needs.needs.filter(isMeant) }, loads };
}
