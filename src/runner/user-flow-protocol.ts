import type { FlowOptions, FlowPhone } from './flow.ts';

/** What a flow file says of itself. */
export type FlowFacts = { name: string } & FlowOptions;

/** A value, or what was thrown in its place. */
export type Result<T> = { ok: true; value: T } | { ok: false; message: string; stack?: string; thrown?: number };

/** What the parent asks of the thread that a flow file runs in. */
export interface FlowThread {
  load(): Promise<Result<FlowFacts>>;
  run(phone: PhoneFacts): Promise<Result<void>>;
}

/** The fields of a phone that are no functions. */
export type PhoneFacts = Pick<FlowPhone, 'number' | 'contact'>;

/** Which account a flow means. */
export type PartyName = 'own' | 'peer';

/** What the thread asks of the parent. */
export interface FlowHost {
  /** Calls what is at the path: `context.network.drop(...args)`, or of an account, `phone.groups.create(...args)`. */
  call(path: readonly string[], args: unknown[], party?: PartyName): Promise<Result<unknown>>;
  /** Starts the peer. */
  peer(): Promise<Result<PhoneFacts>>;
  probe(party: PartyName): Promise<Result<void>>;
  /** Rejects with the finding that something is not so. */
  noEffect(what: string): Promise<Result<never>>;
}
