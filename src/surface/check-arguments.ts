import { type Need, widFields } from '../contracts/needs.ts';
import type { Parameters, Shapes } from '../contracts/shape.ts';
import type { Surface } from '../contracts/surface.ts';
import { behaviourSince } from './behaviour-history.ts';
import { placeText } from './page-names.ts';

/**
 * What is wrong with the arguments of a call on a build: one sentence, or null where they fit or nothing is known. Positions are
 * compared by their form only: a value that the source does not show is taken to fit.
 */
export function wrongArguments({ places, args }: Need, surface: Surface, shapes: Shapes): string | null {
  const [place] = places;
  if (!args || !place || places.length > 1 || place.by === 'raid' || place.members.length > 0) return null;
  const name = placeText(place);
  if (name === 'WAWebUpdateUnreadChatAction.sendSeen') return wrongSendSeen(args, surface);
  const taken = shapes.parameters[name];
  const readAt = shapes.readAt[place.name];
  if (!taken || fits(args, taken)) return null;
  const source = readAt ? ` (read on ${readAt})` : '';
  return `${name} takes ${parametersText(taken)}${source}; the library passes ${parametersText(args)}.`;
}

/** The one function whose change is dated by reports rather than by archives. */
function wrongSendSeen([first]: Parameters, { build, behaviours }: Surface): string | null {
  const takesObject = behaviours.sendSeenArgument === 'object';
  const isObject = first?.includes('chat') ?? false;
  if (isObject === takesObject) return null;
  const since = behaviourSince('sendSeenArgument', build);
  const [takes, passes] = takesObject
    ? ['an object with the chat', 'the chat']
    : ['the chat', 'an object with the chat'];
  return `sendSeen of build ${build} takes ${takes}${since ? `, since ${since}` : ''}; the library passes ${passes}.`;
}

const isWid = (names: readonly string[]) => names.join() === widFields.join();

function fits(given: Parameters, taken: Parameters): boolean {
  const [object] = taken;
  const [first] = given;
  // One object instead of several values, or the other way around.
  if (taken.length === 1 && object && given.length > 1 && !first) return false;
  if (taken.length > 1 && !object && given.length === 1 && first && !isWid(first)) return false;
  return taken.every((names, i) => {
    const keys = given[i];
    return (
      !names ||
      !keys ||
      names.length === 0 ||
      keys.length === 0 ||
      keys.includes('...') ||
      names.some((key) => keys.includes(key))
    );
  });
}

/** `3 values`, `an id`, `one object {desc, groupWid}`. */
function parametersText(parameters: Parameters): string {
  const [first] = parameters;
  if (parameters.length === 1 && first && isWid(first)) return 'an id';
  if (parameters.length === 1 && first) return `one object {${first.join(', ')}}`;
  return parameters.length === 1 ? 'one value' : `${parameters.length} values`;
}
