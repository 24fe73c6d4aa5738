import type { Need } from '../contracts/needs.ts';

/** What a TypeError of V8 says was tried on what was not there. */
export interface ErrorShape {
  use: Need['use'];
  /** The member that was read, assigned or called. */
  member: string;
}

const shapes: readonly [RegExp, Need['use']][] = [
  [/Cannot read propert(?:ies|y) of (?:undefined|null) \(reading '(.+?)'\)/, 'read'],
  [/Cannot read property '(.+?)' of (?:undefined|null)/, 'read'],
  [/Cannot destructure property '(.+?)' of /, 'read'],
  [/Cannot set propert(?:ies|y) of (?:undefined|null) \(setting '(.+?)'\)/, 'assign'],
  [/([\w$]+) is not a function/, 'call'],
  [/([\w$]+) is not a constructor/, 'construct'],
];

/** Null for errors of another kind. */
export function errorShape(message: string): ErrorShape | null {
  for (const [pattern, use] of shapes) {
    const match = pattern.exec(message);
    if (match?.[1]) return { use, member: match[1] };
  }
  return null;
}

/** The module of `Requiring unknown module "X"`, which the page's loader logs, or throws inside another guard. */
export function unknownModule(text: string): string | null {
  return /Requiring unknown module "(.+?)"/.exec(text)?.[1] ?? null;
}

/** True when a need is what an error of that shape is about. */
export function matchesShape(need: Need, shape: ErrorShape): boolean {
  if (need.use !== shape.use) return false;
  if (shape.use === 'read' || shape.use === 'assign') return need.member === shape.member;
  return need.places.some((place) => (place.members.at(-1) ?? place.export ?? place.name) === shape.member);
}
