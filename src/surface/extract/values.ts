import type { ArrowFunctionExpression, Function as FunctionNode } from 'oxc-parser';
import { widFields } from '../../contracts/needs.ts';
import type { SourceFile } from './source-file.ts';

export type Callable = ArrowFunctionExpression | FunctionNode;

/** Where a value of the page comes from: a module (or moduleRaid query) and the members read of it since. */
export interface Origin {
  by: 'name' | 'raid';
  name: string;
  path: readonly string[];
}

/** A value while page code is read. Everything that does not come from the page's modules is `unknown`. */
export type Value =
  | { kind: 'unknown' }
  | { kind: 'window' }
  /** The page's `require`. */
  | { kind: 'require' }
  | { kind: 'text'; text: string }
  /** The list that `findModule(query)` returns. */
  | { kind: 'hits'; query: string }
  /** Several origins: the first of them that has the member wins. `softened`: a fallback replaces it when it is undefined. */
  | { kind: 'page'; origins: readonly Origin[]; softened: boolean }
  | { kind: 'object'; members: Map<string, Value>; spreads: Value[] }
  | { kind: 'function'; node: Callable; scope: Scope; file: SourceFile };

export const unknown: Value = { kind: 'unknown' };

export const text = (value: string): Value => ({ kind: 'text', text: value });

export const page = (origins: readonly Origin[], softened = false): Value => ({ kind: 'page', origins, softened });

/** An id as the factory of the page makes it. */
export const wid: Value = {
  kind: 'object',
  members: new Map(widFields.map((name) => [name, unknown])),
  spreads: [],
};

export const originKey = (origin: Origin): string => [`${origin.by}:${origin.name}`, ...origin.path].join('.');

/** Lexical variables of page code. */
export class Scope {
  readonly #variables = new Map<string, Value>();
  readonly #parent: Scope | null;

  constructor(parent: Scope | null) {
    this.#parent = parent;
  }

  declare(name: string, value: Value): void {
    this.#variables.set(name, value);
  }

  /** Undefined when no scope declares the name, i.e. when it is a global. */
  lookup(name: string): Value | undefined {
    return this.#variables.get(name) ?? this.#parent?.lookup(name);
  }

  /** Returns false when no scope declares the name. An unknown value does not replace a known one. */
  assign(name: string, value: Value): boolean {
    const before = this.#variables.get(name);
    if (before === undefined) return this.#parent?.assign(name, value) ?? false;
    if (value.kind !== 'unknown' || before.kind === 'unknown') this.#variables.set(name, value);
    return true;
  }
}
