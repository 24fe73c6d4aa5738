import type { Members, MemberTable } from '../../../contracts/shape.ts';
import { type Known, probes, type SendReport, stubFunction } from './stub.ts';

/** The members of all exports: those of the html, and the others from the server, once they are needed. */
export class MemberSource {
  /** Members that a login needs. */
  readonly early: MemberTable;
  readonly #address: string | null;
  #all: MemberTable | undefined;
  #loading: Promise<void> | undefined;

  /** @param address of the other members; null when there are none. */
  constructor(early: MemberTable, address: string | null) {
    this.early = early;
    this.#address = address;
    if (address === null) this.#all = early;
  }

  /** All members; the page stands still for an answer of the server unless they have been loaded. */
  all(): MemberTable {
    if (this.#address !== null && this.#all === undefined) {
      const request = new XMLHttpRequest();
      request.open('GET', this.#address, false);
      request.send();
      this.#take(request.responseText);
    }
    return this.#all ?? this.early;
  }

  /** Loads them in the background, once; again after a failure. */
  load(): Promise<void> {
    if (this.#address === null || this.#all !== undefined) return Promise.resolve();
    this.#loading ??= fetch(this.#address)
      .then((response) => response.text())
      .then((text) => this.#take(text))
      .finally(() => {
        this.#loading = undefined;
      });
    return this.#loading;
  }

  #take(text: string): void {
    this.#all ??= { ...(JSON.parse(text) as MemberTable), ...this.early };
  }
}

/** Classes between a model and the base of all models are few; more would be a circle. */
const maxDepth = 10;

/** The members of a place and of what it inherits from. */
export function knownMembers(table: MemberTable, place: string): Known {
  const methods = new Set<string>();
  const fields = new Set<string>();
  let isWhole = true;
  let at: string | undefined = place;
  for (let depth = 0; at !== undefined; depth++) {
    const found: Members | undefined = depth < maxDepth ? table[at] : undefined;
    if (!found?.whole) isWhole = false;
    for (const name of found?.methods ?? []) methods.add(name);
    for (const kind of ['props', 'session', 'derived', 'otherFields', 'accessors', 'keys'] as const) {
      for (const name of found?.[kind] ?? []) fields.add(name);
    }
    at = found?.extends;
  }
  return { methods, fields, statics: table[place]?.statics ?? [], isWhole };
}

/** Which object of the page is behind a place, for members that are read and not there. */
const places = new WeakMap<object, { module: string; export: string; isWhole: boolean }>();

/**
 * Gives an implemented class or object the members that the build has and the replica does not implement. A method of those throws
 * as any stub does; a read of a field is reported once and gives undefined. Enumerating the object shows none of them. Where every
 * member of the build is known, attributes and getters that it does not have are taken away.
 *
 * @param place `Module.export`
 */
export function addMembers(value: unknown, place: string, table: MemberTable, report: SendReport): void {
  if (value === null || (typeof value !== 'object' && typeof value !== 'function') || !(place in table)) return;
  const [module = '', ...rest] = place.split('.');
  const name = rest.join('.');
  const { methods, fields, statics, isWhole } = knownMembers(table, place);
  const isClass = typeof value === 'function' && typeof value.prototype === 'object';
  const target = (isClass ? value.prototype : value) as object;
  places.set(target, { module, export: name, isWhole });
  for (const method of methods) {
    if (!(method in target)) define(target, method, { value: stubFunction(module, `${name}.${method}`, report) });
  }
  for (const field of fields) if (!(field in target)) define(target, field, unimplemented(module, name, field, report));
  if (isWhole) {
    const isThere = (member: string) => methods.has(member) || fields.has(member) || statics.includes(member);
    takeAway(isClass || isPlain(target) ? target : (Object.getPrototypeOf(target) as object), isThere);
  }
  if (!isClass) return;
  for (const each of statics) {
    if (!(each in value)) define(value, each, { value: stubFunction(module, `${name}.${each}`, report) });
  }
}

/** A getter that the page itself reads and no build has. Its own methods and fields stay too. */
const ownUse: ReadonlySet<string> = new Set(['length']);

/** Implemented methods that only some builds have. */
const onSomeBuilds: ReadonlySet<string> = new Set(['getListenersCount', 'getLatestChatForWid', 'canMute']);

function takeAway(target: object, isThere: (member: string) => boolean): void {
  for (const [member, { get }] of Object.entries(Object.getOwnPropertyDescriptors(target))) {
    const isOffered = get !== undefined || isPlain(target) || onSomeBuilds.has(member);
    if (isOffered && !isThere(member) && !ownUse.has(member)) Reflect.deleteProperty(target, member);
  }
}

/** An object literal, not the instance of a class nor what instances inherit from. */
function isPlain(value: object): boolean {
  return Object.getPrototypeOf(value) === Object.prototype && value.constructor === Object;
}

/**
 * Reports reads of members of which it is not known whether the build has them. `base` is the class above all models and collections:
 * what none of the classes below has is looked up here last.
 */
export function watchUnknownMembers(base: { prototype: object }, report: SendReport): void {
  const reported = new Set<string>();
  const last = new Proxy(Object.prototype, {
    get(target, member, receiver) {
      if (typeof member !== 'string' || member in target || probes.has(member))
        return Reflect.get(target, member, receiver);
      const place = placeOf(receiver);
      if (!place || place.isWhole) return undefined;
      const { module, export: name } = place;
      const key = `${module}.${name}.${member}`;
      if (!reported.has(key)) {
        reported.add(key);
        report('stub-read', { module, export: name, member });
      }
      return undefined;
    },
  });
  Object.setPrototypeOf(base.prototype, last);
}

function placeOf(receiver: unknown) {
  for (let at = receiver as object | null; at !== null; at = Object.getPrototypeOf(at) as object | null) {
    const place = places.get(at);
    if (place) return place;
  }
  return undefined;
}

function unimplemented(module: string, name: string, member: string, report: SendReport): PropertyDescriptor {
  let isReported = false;
  return {
    get(this: { get?(name: string): unknown }) {
      const value = typeof this.get === 'function' ? this.get(member) : undefined;
      if (value === undefined && !isReported) {
        isReported = true;
        report('stub-read', { module, export: name, member });
      }
      return value;
    },
    set(this: object, value: unknown) {
      const { set } = this as { set?(values: object): unknown };
      if (typeof set === 'function') set.call(this, { [member]: value });
      else define(this, member, { value, enumerable: true, writable: true });
    },
  };
}

function define(target: object, name: string, descriptor: PropertyDescriptor): void {
  Object.defineProperty(target, name, {
    configurable: true,
    ...('value' in descriptor && { writable: true }),
    ...descriptor,
  });
}
