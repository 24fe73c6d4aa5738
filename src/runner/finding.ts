import type { Code } from '../codes/codes.ts';
import type { Phase } from '../contracts/outcome.ts';

/** Ends an attempt: what was found, as a code with the words that the record quotes. */
export class Finding extends Error {
  override name = 'Finding';
  readonly code: Code;
  /** The phase that it belongs to, when that is not the one under way. */
  readonly phase: Phase | null;
  constructor(code: Code, message: string, phase: Phase | null = null) {
    super(message);
    this.code = code;
    this.phase = phase;
  }
}

/** What a rejected call is a finding of: `call().catch(asFinding(code))`. */
export function asFinding(code: Code): (error: unknown) => never {
  return (error) => {
    throw new Finding(code, error instanceof Error ? error.message : String(error));
  };
}

/** @param what is not so, e.g. `the chat is archived on the phone`. */
export function noEffect(what: string): Finding {
  return new Finding('no-effect', `the method has no effect: it is not so that ${what}`, 'call');
}
