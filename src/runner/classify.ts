import { type Code, codes } from '../contracts/codes.ts';
import type { Outcome } from '../contracts/outcome.ts';
import { Finding } from './finding.ts';

/** Codes of the harness that are findings all the same: somebody has to correct a folder, a replica or a flow. */
const findingsOfTheHarness: ReadonlySet<Code> = new Set(['provenance-mismatch', 'replica-stub-called', 'flow-error']);

/** `infra` says nothing about the library; it is the outcome of everything that harness or machine failed at. */
export function outcomeOf(code: Code | null): Outcome {
  if (code === null) return 'passed';
  return codes[code].blame === 'harness' && !findingsOfTheHarness.has(code) ? 'infra' : 'failed';
}

/** The code of whatever a flow threw: a flow that breaks by itself is neither a finding of the library nor of the machine. */
export function codeOf(thrown: unknown): Code {
  return thrown instanceof Finding ? thrown.code : 'flow-error';
}

export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
