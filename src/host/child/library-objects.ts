import type {
  Json,
  LibraryValue,
  MethodArgument,
  MethodCall,
  ObjectById,
  SingleAnswer,
  SingleCall,
} from '../../contracts/host.ts';
import { callOnce, findObject } from './call-once.ts';
import type { AnyObject, Library, LibraryClient } from './library-types.ts';
import { classOf, jsonOf, makeArgument } from './library-values.ts';
import { plainError } from './plain-value.ts';
import type { Report } from './report.ts';

/** Events that are kept for a later question. */
const mostEvents = 1_000;

/** How long, in milliseconds, events are kept before the first question: a long session that is never asked must not seem to leak. */
const keptUnaskedMs = 5_000;

interface KeptEvent {
  /** By `performance.now()`. */
  at: number;
  name: string;
  args: unknown[];
}

/** The library's objects as the parent reaches them: by numbers, with methods, and with what their events carried. */
export class LibraryObjects {
  readonly #objects: object[] = [];
  readonly #refs = new WeakMap<object, number>();
  readonly #events: KeptEvent[] = [];
  readonly #waiting = new Set<(event: KeptEvent) => boolean>();
  #isAsked = false;
  #forgetting: NodeJS.Timeout | undefined;
  readonly #report: Report;
  #client: LibraryClient | null = null;
  #library: Library | null = null;

  /** @param report hears of calls that failed, with their stacks. */
  constructor(report: Report) {
    this.#report = report;
  }

  /** From now on calls and events are those of this client. */
  use(client: LibraryClient, library: Library): void {
    this.#client = client;
    this.#library = library;
    const { emit } = client;
    client.emit = (name, ...args) => {
      if (typeof name === 'string' && this.#client === client) this.#see({ at: performance.now(), name, args });
      return emit.call(client, name, ...args);
    };
  }

  async call({ on, method, args }: MethodCall): Promise<LibraryValue> {
    this.#isAsked = true;
    const { owner, name } = this.#place(on, method);
    const called = owner[name];
    if (typeof called !== 'function') {
      throw new TypeError(`${classOf(owner) ?? 'the object'} of this version has no method ${name}()`);
    }
    const made = await Promise.all(args.map((each) => this.#made(each)));
    try {
      return this.#valueOf(await called.apply(owner, made));
    } catch (error) {
      const argumentLength = JSON.stringify(args).length;
      this.#report({ type: 'host:call-failed', detail: { method, argumentLength, ...plainError(error) } });
      throw error;
    }
  }

  async callOnce(call: SingleCall): Promise<SingleAnswer> {
    const { client, library } = this.#started();
    return callOnce(call, client, library);
  }

  ownerOf(on: MethodCall['on'], method: string): string | null {
    const { owner, name } = this.#place(on, method);
    // A static method is the class's own.
    if (typeof owner === 'function') return (owner as { name: string }).name;
    for (let at: unknown = owner; at; at = Object.getPrototypeOf(at)) {
      if (Object.hasOwn(at as object, name)) return classOf(at as object);
    }
    return null;
  }

  event(name: string, match: Json, ms: number): Promise<LibraryValue[]> {
    this.#isAsked = true;
    const isIt = (event: KeptEvent) => event.name === name && includes(jsonOf(event.args[0]), match);
    const at = this.#events.findIndex(isIt);
    if (at >= 0) return Promise.resolve(this.#taken(this.#events.splice(at, 1)[0] as KeptEvent));
    return new Promise((resolve, reject) => {
      const take = (event: KeptEvent) => {
        if (!isIt(event)) return false;
        clearTimeout(late);
        resolve(this.#taken(event));
        return true;
      };
      const late = setTimeout(() => {
        this.#waiting.delete(take);
        reject(new Error(`it did not come within ${ms} ms`));
      }, ms);
      this.#waiting.add(take);
    });
  }

  #see(event: KeptEvent): void {
    for (const take of this.#waiting) {
      if (!take(event)) continue;
      this.#waiting.delete(take);
      return;
    }
    this.#events.push(event);
    if (!this.#isAsked) this.#forgetLater();
    if (this.#events.length > mostEvents) this.#events.shift();
  }

  #forgetLater(): void {
    this.#forgetting ??= setTimeout(() => {
      this.#forgetting = undefined;
      if (this.#isAsked) return;
      const since = performance.now() - keptUnaskedMs;
      const old = this.#events.findIndex(({ at }) => at > since);
      this.#events.splice(0, old < 0 ? this.#events.length : old);
      if (this.#events.length > 0) this.#forgetLater();
    }, keptUnaskedMs).unref();
  }

  #taken({ args }: KeptEvent): LibraryValue[] {
    return args.map((each) => this.#valueOf(each));
  }

  /** The object at the end of the path, and the method's own name. */
  #place(on: MethodCall['on'], path: string): { owner: AnyObject; name: string } {
    const names = path.split('.');
    const name = names.pop() ?? '';
    const owner = names.reduce<unknown>((at, key) => (at as AnyObject | undefined)?.[key], this.#root(on));
    if (!owner) throw new TypeError(`this version has no ${names.join('.')}`);
    return { owner: owner as AnyObject, name };
  }

  #root(on: MethodCall['on']): object {
    const root = on === null ? this.#client : on === 'library' ? this.#library : this.#objects[on];
    if (!root) throw new Error(typeof on === 'number' ? `there is no object ${on}` : 'the client has not been started');
    return root;
  }

  async #made(argument: MethodArgument): Promise<unknown> {
    const { client, library } = this.#started();
    const find = (object: ObjectById) => findObject(client, object);
    return makeArgument(argument, { library, find, ref: (ref) => this.#objects[ref] });
  }

  #started(): { client: LibraryClient; library: Library } {
    if (!this.#client || !this.#library) throw new Error('the client has not been started');
    return { client: this.#client, library: this.#library };
  }

  #valueOf(value: unknown): LibraryValue {
    const entries = Array.isArray(value) ? value.map((each) => this.#named(each)) : [];
    return { value: jsonOf(value), ...this.#named(value), entries };
  }

  #named(value: unknown): { of: string | null; ref: number | null } {
    if (typeof value !== 'object' || value === null) return { of: null, ref: null };
    let ref = this.#refs.get(value);
    if (ref === undefined) {
      ref = this.#objects.push(value) - 1;
      this.#refs.set(value, ref);
    }
    return { of: classOf(value), ref };
  }
}

/** True when `value` has all that `match` has; null matches all. */
function includes(value: Json | undefined, match: Json): boolean {
  if (match === null) return true;
  if (typeof match !== 'object') return value === match;
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(match).every(([name, each]) =>
    includes((value as { [name: string]: Json })[name], each as Json),
  );
}
