import type { Code } from '../contracts/codes.ts';

/** Ends an attempt: what was found, as a code with the words that the record quotes. */
export class Finding extends Error {
  override name = 'Finding';
  readonly code: Code;
  constructor(code: Code, message: string) {
    super(message);
    this.code = code;
  }
}
