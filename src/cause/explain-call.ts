import { extname } from 'node:path';
import type { PlainError } from '../contracts/host-events.ts';
import { KeptThread } from '../contracts/kept-thread.ts';
import type { CallCause } from '../contracts/service-calls.ts';

/** A call of a method of the library that threw. */
export interface FailedCall {
  library: { packageDir: string; version: string };
  /** What its page said last; null where it said none. */
  build: string | null;
  method: string;
  error: PlainError;
}

const thread = new KeptThread<FailedCall, CallCause | null>(
  new URL(`./explain-call-thread${extname(import.meta.url)}`, import.meta.url),
);

/**
 * Why a call threw, as canaries explain it: in a thread, because the library's source is read for it, which takes half a second the first
 * time. Null where no line of the library can be shown.
 */
export function explainCall(failed: FailedCall): Promise<CallCause | null> {
  return thread.ask(failed);
}
