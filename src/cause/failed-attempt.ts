import type { Code } from '../codes/codes.ts';
import type { AttemptEvent, Cause } from '../contracts/attempt.ts';
import type { Blame, Phase } from '../contracts/outcome.ts';
import type { Surface } from '../contracts/surface.ts';

/** The evidence of one failed attempt. */
export interface FailedAttempt {
  /** The library that was meant; its files are read. */
  library: { packageDir: string; version: string };
  /** What the build offers; null on the live site. */
  surface: Surface | null;
  phase: Phase;
  code: Code;
  /** When the last step began that made library or phone do something, in milliseconds of the attempt: what failed is an answer to it. */
  actedMs: number;
  events: readonly AttemptEvent[];
  /** What was seen, in plain words: the cause's message when nothing more can be proven. */
  observed?: string;
}

export interface Explanation {
  cause: Cause | null;
  /** Null: nothing is proven, the code's own blame holds. */
  blame: Blame | null;
  /** A better code than the one that was given. */
  code?: Code;
}
