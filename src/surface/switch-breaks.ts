import type { Need } from '../contracts/needs.ts';
import type { Surface, SurfaceSwitch } from '../contracts/surface.ts';
import type { MethodCheck, MethodState, MissingName, SwitchBreak } from '../contracts/surface-check.ts';
import { resolveSurface } from '../replica/builds/resolve-surface.ts';
import { mayBreak } from './broken-calls.ts';
import { checkSurface, counts, missingOf, stoppingNames } from './check-surface.ts';
import type { LibraryIndex } from './library-index.ts';
import { brokenWords } from './name-sentences.ts';

type BreakIndex = Pick<LibraryIndex, 'needs' | 'loads' | 'publicMethods' | 'keyReads'>;

/** What each other value of the switches of a build breaks that works with the values of the surface. */
export function switchBreaks(index: BreakIndex, surface: Surface): SwitchBreak[] {
  const chosen = Object.entries(surface.switches).flatMap(([name, { value, default: usual }]) =>
    value === usual ? [] : [[name, value] as const],
  );
  return Object.entries(surface.switches).flatMap(([name, of]) =>
    of.values
      .filter((value) => value !== of.value)
      .flatMap((value) => {
        const other = resolveSurface(surface.build, { ...Object.fromEntries(chosen), [name]: value });
        return breakOf(index, surface, other, { name, value, of }) ?? [];
      }),
  );
}

/**
 * The methods, as behind a switch those that break with another value than the surface has: of those that the data does not decide, only
 * those that certainly do.
 */
export function behindSwitches(methods: readonly MethodCheck[], breaks: readonly SwitchBreak[]): MethodState[] {
  return methods.map((method) => {
    const by = breaks.find((each) => each.methods.some(({ name }) => name === method.name));
    const broken = by?.methods.find(({ name }) => name === method.name);
    if (method.status === 'broken' || !by || !broken || (method.status === 'unknown' && !broken.certain)) return method;
    return {
      ...method,
      status: 'behind-switch',
      why: [
        `With ${by.name}=${by.value}${broken.certain ? '' : ', perhaps'}: ${broken.why}`,
        ...(method.why === '' ? [] : [`Else: ${method.why}`]),
      ].join(' '),
      at: broken.at,
    };
  });
}

/** Null where the other value breaks nothing. */
function breakOf(
  index: BreakIndex,
  surface: Surface,
  other: Surface,
  { name, value, of }: { name: string; value: string; of: SurfaceSwitch },
): SwitchBreak | null {
  if (JSON.stringify(surface.behaviours) === JSON.stringify(other.behaviours)) return null;
  const fresh = freshNames(index, surface, other);
  const missing = fresh.flatMap(({ found }) => (found.stops === 'methods' ? [] : [found]));
  const methods = index.publicMethods.flatMap((method) => {
    const stages = new Set(method.leadsTo.map((each) => `method:${each}`));
    const its = [
      ...fresh.filter(({ stage }) => stage !== null && stages.has(stage)).map(({ found }) => found),
      ...unreadKeys(index, surface, other, stages),
    ];
    const first = its.find(({ certain }) => certain) ?? its[0];
    if (!method.isThere || !first) return [];
    const { certain, file, line } = first;
    return [{ name: method.name, certain, why: brokenWords(first), at: { file, line } }];
  });
  if (missing.length + methods.length === 0) return null;
  const { confidence, sources, default: usual } = of;
  const stops = stoppingNames(missing)[0]?.stops ?? null;
  return { name, value, default: usual, confidence, sources, stops, missing, methods };
}

interface FreshName {
  stage: Need['stage'] | null;
  found: MissingName;
}

/** Each name once for each stage that needs it. */
function freshNames({ needs, loads }: BreakIndex, surface: Surface, other: Surface): FreshName[] {
  const requested = new Set(loads);
  const isTouched = (need: Need) =>
    mayBreak(need) || need.places.some(({ name }) => surface.modules[name] !== other.modules[name]);
  const called = needs.needs
    .filter((need) => counts(need, surface) && isTouched(need))
    .flatMap((need): FreshName[] => {
      const found = missingOf(need, other, requested);
      return found && !missingOf(need, surface, requested) ? [{ stage: need.stage, found }] : [];
    });
  // Fields and selectors depend on no need.
  const rest = { needs: { ...needs, needs: [] }, loads };
  const before = new Set(checkSurface(rest, surface).missing.map((each) => each.name));
  const others = checkSurface(rest, other).missing.filter((each) => !before.has(each.name));
  const all: FreshName[] = [...called, ...others.map((found) => ({ stage: null, found }))];
  return [...new Map(all.map((each) => [`${each.stage} ${each.found.name}`, each])).values()];
}

/** Reads of a message's id in a field that it has with the values of the surface and not with the other one. */
function unreadKeys(
  { keyReads }: BreakIndex,
  { behaviours: before }: Surface,
  { behaviours: { msgKeyTextField: field } }: Surface,
  stages: ReadonlySet<string>,
): Pick<MissingName, 'kind' | 'name' | 'certain' | 'file' | 'line' | 'history'>[] {
  const reads = keyReads.filter(({ stage }) => stages.has(stage));
  const [read] = reads;
  if (!read || before.msgKeyTextField === field || reads.some((each) => each.field === field)) return [];
  const history = [`The text of a message's id is in ${field}.`];
  return [{ kind: 'behaviour', name: `${read.field} of message ids`, certain: false, ...read, history }];
}
