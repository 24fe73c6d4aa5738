import { type Attributes, BaseModel } from './base-model.ts';
import { EventEmitter } from './event-emitter.ts';

/** The key of a model: text, or an object that serializes to its text (Wid, message key). */
export type ModelId = string | number | { toString(): string };

interface AddOptions {
  merge?: boolean;
  silent?: boolean;
  at?: number;
}

/**
 * Collection of the page. It triggers `add` and `remove` with (model, collection, options), and forwards what its models
 * trigger.
 */
export class Collection<M extends BaseModel = BaseModel> extends EventEmitter {
  readonly modelClass: new (
    values?: Attributes,
  ) => M;
  declare readonly _models: M[];
  declare readonly _index: Record<string, M>;

  constructor(modelClass: new (values?: Attributes) => M = BaseModel as unknown as new (values?: Attributes) => M) {
    super();
    this.modelClass = modelClass;
    Object.defineProperties(this, { _models: { value: [] }, _index: { value: {} } });
  }

  get length(): number {
    return this._models.length;
  }

  get(id: ModelId | undefined | null): M | undefined {
    return id === undefined || id === null ? undefined : this._index[String(id)];
  }

  assertGet(id: ModelId): M {
    const model = this.get(id);
    if (!model) throw new Error(`collection has no model ${String(id)}`);
    return model;
  }

  /** @param options `at` is where the first one goes; by default all go to the end. */
  add(items: M | Attributes | readonly (M | Attributes)[], options: AddOptions = {}): M[] {
    const list = (Array.isArray(items) ? items : [items]) as readonly (M | Attributes)[];
    const { at, ...others } = options;
    return list.map((item, i) => this.addOne(item, at === undefined ? others : { ...others, at: at + i }));
  }

  remove(items: M | ModelId | readonly (M | ModelId)[]): void {
    const list = (Array.isArray(items) ? items : [items]) as readonly (M | ModelId)[];
    for (const item of list) {
      const model = item instanceof BaseModel ? (item as M) : this.get(item as ModelId);
      const at = model ? this._models.indexOf(model) : -1;
      if (!model || at < 0) continue;
      this._models.splice(at, 1);
      delete this._index[String(model.id)];
      this.trigger('remove', model, this, {});
      if (this.owns(model)) model.collection = undefined;
    }
  }

  /** Finds a model of the collection by another id, which it does not have yet. */
  reindex(model: M, id: ModelId): void {
    if (this.get(model.id as ModelId) !== model) return;
    delete this._index[String(model.id)];
    this._index[String(id)] = model;
  }

  /** Removes all models and triggers only `reset`. */
  reset(): void {
    this._models.length = 0;
    for (const key of Object.keys(this._index)) delete this._index[key];
    this.trigger('reset', this);
  }

  getModelsArray(): M[] {
    return [...this._models];
  }

  forEach(visit: (model: M, index: number) => void): void {
    this.getModelsArray().forEach(visit);
  }

  map<T>(convert: (model: M, index: number) => T): T[] {
    return this.getModelsArray().map(convert);
  }

  filter(test: (model: M, index: number) => boolean): M[] {
    return this._models.filter(test);
  }

  some(test: (model: M, index: number) => boolean): boolean {
    return this._models.some(test);
  }

  findFirst(test: (model: M, index: number) => boolean): M | undefined {
    return this._models.find(test);
  }

  last(): M | undefined {
    return this._models.at(-1);
  }

  serialize(): Attributes[] {
    return this._models.map((model) => model.serialize());
  }

  toJSON(): Attributes[] {
    return this.serialize();
  }

  /** True when the collection forwards what its models trigger; a second collection of the same models does not. */
  protected owns(model: M): boolean {
    return (model.collection as unknown) === this;
  }

  private addOne(item: M | Attributes, options: AddOptions): M {
    const id = (item as { id?: ModelId }).id;
    const known = this.get(id);
    if (known) {
      if (options.merge !== false && !(item instanceof BaseModel)) known.set(item as Attributes);
      return known;
    }
    const model = item instanceof BaseModel ? (item as M) : new this.modelClass(item as Attributes);
    if (options.at === undefined) this._models.push(model);
    else this._models.splice(options.at, 0, model);
    this._index[String(model.id)] = model;
    model.collection ??= this as unknown as BaseCollection;
    if (!options.silent) this.trigger('add', model, this, options);
    return model;
  }
}

/** A collection that can look for models it does not have. */
export class BaseCollection<M extends BaseModel = BaseModel> extends Collection<M> {
  /** Resolves to the model; a collection that can ask the server overrides `findQuery`. */
  find(id: ModelId): Promise<M> {
    const model = this.get(id);
    return model ? Promise.resolve(model) : this.findQuery(id);
  }

  findQuery(id: ModelId): Promise<M> {
    return Promise.resolve(this.gadd(id));
  }

  /** Returns the model, adding an empty one if the id is unknown. */
  gadd(id: ModelId): M {
    return this.get(id) ?? (this.add({ id })[0] as M);
  }

  update(id: ModelId): Promise<M> {
    return this.find(id);
  }
}
