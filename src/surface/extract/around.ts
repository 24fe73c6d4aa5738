import type { Awaited, Need, NeedStage } from '../../contracts/needs.ts';
import type { Face } from '../../contracts/surface.ts';
import type { SourceFile } from './source-file.ts';
import type { Callable, Value } from './values.ts';

/** What surrounds a piece of page code while it is read. Never changed in place. */
export interface Around {
  stage: NeedStage;
  file: SourceFile;
  functionName: string;
  /** Inside a try block that has a catch. */
  tried: boolean;
  /** Inside a branch, loop or callback that may not run. */
  conditional: boolean;
  /** Keys of origins whose presence was tested on the way here. */
  tested: ReadonlySet<string>;
  /** Reading for the value only: nothing is noted. */
  silent: boolean;
  since: string | null;
  before: string | null;
}

/** State of one reading of a whole library for one face of the page. */
export interface Reading {
  face: Face;
  /** Members that page code gave to `window`. */
  globals: Map<string, Value>;
  /** Members that page code gave to things of the page, by `originKey`. */
  overlay: Map<string, Value>;
  note(need: Omit<Need, 'faces'>): void;
  noteAwaited(awaited: Omit<Awaited, 'faces'>): void;
  /** Page functions on the stack: recursion ends there. */
  running: Set<Callable>;
  /** Results of page functions that were read already, by stage and arguments. */
  results: Map<Callable, Map<string, Value>>;
  /** Functions with the name that they were given, for those that are not called while they are read. */
  seen: Map<Callable, { value: Extract<Value, { kind: 'function' }>; around: Around }>;
  /** Names of exposed functions, with the client events that they emit. */
  bindings: Map<string, string[]>;
}

export function startAround(stage: NeedStage, file: SourceFile, functionName: string): Around {
  return {
    stage,
    file,
    functionName,
    tried: false,
    conditional: false,
    tested: new Set(),
    silent: false,
    since: null,
    before: null,
  };
}
