import type { BaseCollection } from './base-collection.ts';
import { EventEmitter } from './event-emitter.ts';

export type Attributes = Record<string, unknown>;

/** The attributes of a kind of model. Only `props` are part of `serialize()`. */
export interface AttributeNames {
  props: readonly string[];
  session: readonly string[];
}

const nothing: AttributeNames = { props: [], session: [] };

/**
 * Model of the page: setting an attribute triggers `change:<attribute>` (model, new, old), then `change` (model); a model in
 * a collection triggers the same on the collection.
 */
export class BaseModel extends EventEmitter {
  static attributes: AttributeNames = nothing;
  declare id: unknown;
  /** Private, so that the own enumerable fields of a model are its data only. */
  readonly #values: Attributes = {};
  #collection: BaseCollection | undefined;

  constructor(values: Attributes = {}) {
    super();
    this.set(values, { silent: true });
    this.initialize();
  }

  /** Hook for subclasses, called once after the first values are set. */
  initialize(): void {}

  get collection(): BaseCollection | undefined {
    return this.#collection;
  }

  set collection(collection: BaseCollection | undefined) {
    this.#collection = collection;
  }

  get(name: string): unknown {
    return this.#values[name];
  }

  set(values: Attributes, options: { silent?: boolean } = {}): this {
    const changes: [name: string, value: unknown, old: unknown][] = [];
    for (const [key, value] of Object.entries(values)) {
      // Real models keep an attribute in a field with this prefix.
      const name = key.startsWith('__x_') ? key.slice(4) : key;
      if (!(name in this)) this.declareAttribute(name);
      const old = this.#values[name];
      if (old === value) continue;
      this.#values[name] = value;
      changes.push([name, value, old]);
    }
    if (options.silent || changes.length === 0) return this;
    for (const [name, value, old] of changes) this.trigger(`change:${name}`, this, value, old);
    this.trigger('change', this);
    return this;
  }

  unset(name: string): this {
    return this.set({ [name]: undefined });
  }

  override trigger(names: string, ...args: unknown[]): this {
    super.trigger(names, ...args);
    this.collection?.trigger(names, ...args);
    return this;
  }

  /** The declared `props` that have a value, as fresh objects where a value can be serialized itself. */
  serialize(): Attributes {
    const result: Attributes = {};
    for (const name of (this.constructor as typeof BaseModel).attributes.props) {
      const value = this.#values[name];
      if (value !== undefined) result[name] = serializeValue(value);
    }
    return result;
  }

  toJSON(): Attributes {
    return this.serialize();
  }

  delete(): void {
    this.collection?.remove(this);
  }

  /** An attribute that is not declared lives on this one model only, as `session` attributes do. */
  private declareAttribute(name: string): void {
    Object.defineProperty(this, name, accessor(name));
  }
}

function serializeValue(value: unknown): unknown {
  const serializable = value as { serialize?: () => unknown } | null;
  return typeof serializable?.serialize === 'function' ? serializable.serialize() : value;
}

function accessor(name: string): PropertyDescriptor {
  return {
    configurable: true,
    get(this: BaseModel) {
      return this.get(name);
    },
    set(this: BaseModel, value: unknown) {
      this.set({ [name]: value });
    },
  };
}

/** Defines the attributes of a subclass of BaseModel. */
export function defineAttributes(model: typeof BaseModel, attributes: AttributeNames): void {
  model.attributes = attributes;
  for (const name of [...attributes.props, ...attributes.session]) {
    if (!(name in model.prototype)) Object.defineProperty(model.prototype, name, accessor(name));
  }
}
