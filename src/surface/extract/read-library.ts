import type { CallExpression, Expression, Node } from 'oxc-parser';
import type { Awaited, Need, NeedStage, UnsetGlobal } from '../../contracts/needs.ts';
import type { Face } from '../../contracts/surface.ts';
import type { KeyRead, PageFunction } from '../library-index.ts';
import { type Around, type Reading, startAround } from './around.ts';
import { constantOf, initializers } from './constants.ts';
import { importedFunction, isCallable, type LibraryCode, type NodeFunction } from './library-code.ts';
import { emittedEvent, exposedFunction, ownMethod, pageCall } from './page-calls.ts';
import { runFunction } from './run-function.ts';
import type { SourceFile } from './source-file.ts';
import { type Callable, Scope } from './values.ts';
import { childrenOf, walk } from './walk.ts';

export interface FaceReading {
  needs: Omit<Need, 'faces'>[];
  awaited: Omit<Awaited, 'faces'>[];
  unsetGlobals: Omit<UnsetGlobal, 'faces'>[];
  pageFunctions: PageFunction[];
  keyReads: KeyRead[];
}

/** Reads a library in the sequence in which it runs: `initialize()` up to `ready` first, then every other method. */
export function readLibrary(code: LibraryCode, face: Face): FaceReading {
  return new LibraryReader(code, face).read();
}

class LibraryReader {
  readonly #code: LibraryCode;
  readonly #result: FaceReading = { needs: [], awaited: [], unsetGlobals: [], pageFunctions: [], keyReads: [] };
  readonly #reading: Reading;
  readonly #visited = new Set<Node>();
  readonly #deferred: { fn: Callable; file: SourceFile; owner: string }[] = [];
  #stage: NeedStage = 'qr';

  constructor(code: LibraryCode, face: Face) {
    this.#code = code;
    this.#reading = {
      face,
      globals: new Map(),
      overlay: new Map(),
      note: (need) => this.#result.needs.push(need),
      ownGlobals: ownGlobals(code),
      noteUnset: (unset) => this.#result.unsetGlobals.push(unset),
      noteAwaited: (awaited) => this.#result.awaited.push(awaited),
      noteKeyRead: (read) => this.#result.keyReads.push(read),
      running: new Set(),
      results: new Map(),
      seen: new Map(),
      bindings: new Map(),
    };
  }

  read(): FaceReading {
    const initialize = this.#code.functions.find((entry) => entry.name === 'Client.initialize');
    if (initialize) this.#walkFunction(initialize);
    for (const { fn, file, owner } of this.#deferred) {
      this.#stage = 'authenticated';
      this.#walk(fn.body as Node, file, owner, false);
    }
    for (const entry of this.#code.functions) {
      this.#stage = `method:${entry.name}`;
      this.#walk(entry.node.body as Node, entry.file, entry.name, false);
    }
    this.#readUncalled();
    return this.#result;
  }

  /** Page functions that no code called while the library was read, e.g. `window.WWebJS.rejectCall`. */
  #readUncalled(): void {
    for (let left = [...this.#reading.seen.values()]; left.length > 0; left = [...this.#reading.seen.values()]) {
      for (const { value, around } of left) {
        runFunction(value, [], this.#reading, { ...around, stage: `method:${around.functionName}`, tested: new Set() });
      }
    }
  }

  #walkFunction(entry: NodeFunction): void {
    if (this.#visited.has(entry.node)) return;
    this.#visited.add(entry.node);
    this.#walk(entry.node.body as Node, entry.file, entry.name, false);
  }

  /** Node code in source sequence; `optional`: below a condition on the user's own options. */
  #walk(node: Node, file: SourceFile, owner: string, optional: boolean): void {
    if (node.type === 'IfStatement') {
      this.#walkIf(node, file, owner, optional);
      return;
    }
    if (node.type === 'LogicalExpression') {
      this.#walk(node.left, file, owner, optional);
      this.#walk(node.right, file, owner, true);
      return;
    }
    if (node.type !== 'CallExpression') {
      for (const child of childrenOf(node)) this.#walk(child, file, owner, optional);
      return;
    }
    this.#walkCall(node, file, owner, optional);
  }

  #walkIf(node: Extract<Node, { type: 'IfStatement' }>, file: SourceFile, owner: string, optional: boolean): void {
    const face = faceTest(node.test, file);
    const onOptions = /options|pairWithPhoneNumber/.test(file.text.slice(node.test.start, node.test.end));
    if (!face || face === this.#reading.face) this.#walk(node.consequent, file, owner, optional || onOptions);
    if (node.alternate && (!face || face !== this.#reading.face)) this.#walk(node.alternate, file, owner, optional);
  }

  #walkCall(node: CallExpression, file: SourceFile, owner: string, optional: boolean): void {
    const kind = pageCall(node);
    const inOrder = () => {
      for (const child of childrenOf(node)) this.#walk(child, file, owner, optional);
    };
    if (kind === 'evaluate' || kind === 'waitForFunction' || kind === 'waitForSelector') {
      if (this.#visited.has(node)) return;
      this.#visited.add(node);
      if (kind === 'evaluate') this.#evaluate(node, file, owner, optional);
      else this.#await(kind, node, file, owner);
      return;
    }
    if (kind === 'expose') {
      this.#expose(node, file, owner);
      return;
    }
    if (kind === 'listen') return;
    inOrder();
    if (kind === 'emit') this.#emitted(emittedEvent(node));
    const method = ownMethod(node);
    const booting = !this.#stage.startsWith('method:');
    if (method && booting) {
      const called = this.#code.functions.find((entry) => entry.name === `${owner.split('.')[0]}.${method}`);
      if (called && !optional) this.#walkFunction(called);
    }
  }

  #emitted(event: string | null): void {
    if (this.#stage === 'authenticated' && event === 'authenticated') this.#stage = 'ready';
    else if (this.#stage === 'ready' && event === 'ready') this.#stage = 'event:after ready';
  }

  #evaluate(node: CallExpression, file: SourceFile, owner: string, optional: boolean): void {
    const [argument, ...args] = node.arguments;
    if (argument?.type === 'Literal' && typeof argument.value === 'string') {
      if (/[!=]= ?undefined/.test(argument.value)) this.#noteAwaited('expression', argument.value, node, file, owner);
      return;
    }
    const target = this.#pageFunction(argument, file);
    if (!target) return;
    this.#result.pageFunctions.push(describePageFunction(target, node, file));
    const around: Around = {
      ...startAround(this.#stage, target.file, target.file === file ? owner : this.#exportName(target.node)),
      conditional: optional,
    };
    const value = { kind: 'function', node: target.node, scope: new Scope(null), file: target.file } as const;
    runFunction(
      value,
      args.map((arg) => constantOf(arg, file)),
      this.#reading,
      around,
    );
    if (this.#stage === 'qr' && this.#callsQrBinding(target)) this.#stage = 'authenticated';
  }

  #pageFunction(argument: Node | undefined, file: SourceFile): { file: SourceFile; node: Callable } | null {
    if (isCallable(argument)) return { file, node: argument };
    return argument?.type === 'Identifier' ? importedFunction(this.#code, file, argument.name) : null;
  }

  #exportName(node: Callable): string {
    for (const [name, exported] of this.#code.exports) if (exported.node === node) return name.split('#')[1] ?? name;
    return node.id?.name ?? 'page function';
  }

  #callsQrBinding({ file, node }: { file: SourceFile; node: Callable }): boolean {
    const source = file.text.slice(node.start, node.end);
    return [...this.#reading.bindings].some(
      ([name, emits]) => emits.includes('qr') && source.includes(`window.${name}(`),
    );
  }

  #await(kind: 'waitForFunction' | 'waitForSelector', node: CallExpression, file: SourceFile, owner: string): void {
    const [argument] = node.arguments;
    const value = constantOf(argument, file);
    const text = value.kind === 'text' ? value.text : argument ? file.source(argument) : '';
    this.#noteAwaited(kind === 'waitForSelector' ? 'selector' : 'expression', text, node, file, owner);
    if (kind === 'waitForFunction' && value.kind === 'unknown') this.#evaluate(node, file, owner, true);
  }

  #noteAwaited(kind: Awaited['kind'], text: string, node: CallExpression, file: SourceFile, owner: string): void {
    const { line } = file.position(node.callee.end);
    const stage = this.#stage;
    this.#result.awaited.push({ kind, text, leadsTo: [], stage, file: file.path, line, function: owner });
  }

  #expose(node: CallExpression, file: SourceFile, owner: string): void {
    const exposed = exposedFunction(node);
    if (!exposed || !isCallable(exposed.fn)) return;
    const emits: string[] = [];
    walk(exposed.fn, (child) => {
      if (child.type !== 'CallExpression') return;
      const event = pageCall(child) === 'emit' ? emittedEvent(child) : null;
      if (event) emits.push(event);
    });
    this.#reading.bindings.set(exposed.name, emits);
    if (emits.includes('authenticated') && !this.#stage.startsWith('method:')) {
      this.#deferred.push({ fn: exposed.fn, file, owner });
      return;
    }
    const before = this.#stage;
    this.#stage = `event:${exposed.name}`;
    this.#walk(exposed.fn.body as Node, file, owner, true);
    this.#stage = before;
  }
}

/** Names that the library's code assigns to `window`. */
function ownGlobals(code: LibraryCode): ReadonlySet<string> {
  const names = [...code.files.values()].flatMap(({ text }) => [...text.matchAll(/\bwindow\.(\w+)\s*=[^=]/g)]);
  return new Set(names.flatMap(([, name]) => name ?? []));
}

function describePageFunction(
  { file, node }: { file: SourceFile; node: Callable },
  call: CallExpression,
  caller: SourceFile,
): PageFunction {
  const start = file.position(node.start);
  return {
    file: file.path,
    startLine: start.line,
    startColumn: start.column,
    endLine: file.position(node.end).line,
    call: {
      file: caller.path,
      startLine: caller.position(call.start).line,
      line: caller.position(call.callee.end).line,
    },
  };
}

/** `if (isCometOrAbove)`, declared as `parseInt(version.split('.')?.[1]) >= 3000`: the face that the consequent is for. */
function faceTest(test: Expression, file: SourceFile): Face | null {
  const tested = test.type === 'Identifier' ? initializers(file).get(test.name) : test;
  if (tested?.type !== 'BinaryExpression' || tested.operator !== '>=') return null;
  const isComet = tested.right.type === 'Literal' && tested.right.value === 3000;
  return isComet && file.text.slice(tested.left.start, tested.left.end).includes('split') ? 'comet' : null;
}
