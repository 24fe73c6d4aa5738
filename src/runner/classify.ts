import { type Code, isInfra } from '../codes/codes.ts';
import type { Outcome } from '../contracts/outcome.ts';
import { Finding } from './finding.ts';

/** `infra` says nothing about the library; it is the outcome of everything that harness or machine failed at. */
export function outcomeOf(code: Code | null): Outcome {
  if (code === null) return 'passed';
  return isInfra(code) ? 'infra' : 'failed';
}

/** The code of a thrown value: a flow that breaks by itself is neither a finding of the library nor of the machine. */
export function codeOf(thrown: unknown): Code {
  return thrown instanceof Finding ? thrown.code : 'flow-error';
}

export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
