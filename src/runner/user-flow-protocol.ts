import type { FlowOptions } from './flow.ts';

/** What a flow file says of itself. */
export type FlowFacts = { name: string } & FlowOptions;

/** A value, or what was thrown in its place. */
export type Result<T> = { ok: true; value: T } | { ok: false; message: string; stack?: string; thrown?: number };

/** What the parent asks of the thread that a flow file runs in. */
export interface FlowThread {
  load(): Promise<Result<FlowFacts>>;
  /** @param facts the fields of the context that are no functions, as `phone.number`. */
  run(facts: Record<string, Record<string, string>>): Promise<Result<void>>;
}

/** What the thread asks of the parent. */
export interface FlowHost {
  /** Calls `context[part][method](...args)`, or `context[method](...args)` where `part` is empty. */
  call(part: string, method: string, args: unknown[]): Promise<Result<unknown>>;
}
