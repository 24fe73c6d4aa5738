import type { FlowContext } from '../../src/runner/flow.ts';

/** What recipes of methods work with: a client that is ready, its phone, and what they have made so far. */
export interface MethodWorld extends FlowContext {
  /** Full id of the contact that all recipes talk with. */
  contact: string;
  /** A number of its own for each use: digits that make a text unlike any other. */
  unique(): string;
}

/** Calls one method and checks that what it is for has happened; throws when it has not. */
export type Recipe = (world: MethodWorld) => Promise<void>;

/** Recipes by the name of the method in the library's type definitions, e.g. `Chat.archive`, in the sequence in which they are run. */
export type Recipes = Readonly<Record<string, Recipe>>;

/** @throws Error with both values when they are not the same. */
export function same(actual: unknown, expected: unknown): void {
  const [one, other] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (one !== other) throw new Error(`it answered ${one?.slice(0, 200)} and not ${other?.slice(0, 200)}`);
}
