import type { Awaited, Need, NeedStage, UnsetGlobal } from '../../contracts/needs.ts';
import type { Face } from '../../contracts/surface.ts';
import type { KeyRead } from '../library-index.ts';
import type { SourceFile } from './source-file.ts';
import type { Callable, Value } from './values.ts';

/** The context of a piece of page code while it is read. Immutable. */
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
  /** Evaluates for the value only and notes no need. */
  silent: boolean;
  since: string | null;
  before: string | null;
}

/** State of one reading of a whole library for one face of the page. */
export interface Reading {
  face: Face;
  /** Members that page code assigned to `window`. */
  globals: Map<string, Value>;
  /** Members that page code assigned to values of the page, by `originKey`. */
  overlay: Map<string, Value>;
  note(need: Omit<Need, 'faces'>): void;
  /** Names that the library's code assigns to `window`, on whatever page. */
  ownGlobals: ReadonlySet<string>;
  noteUnset(unset: Omit<UnsetGlobal, 'faces'>): void;
  noteAwaited(awaited: Omit<Awaited, 'faces'>): void;
  noteKeyRead(read: KeyRead): void;
  /** Page functions on the stack, to end recursion. */
  running: Set<Callable>;
  /** Results of page functions, by stage and arguments. */
  results: Map<Callable, Map<string, Value>>;
  /** Functions by their assigned name, for those that no code calls while the library is read. */
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
