import type { VerdictWord } from './verdict.ts';

/** Process exit codes of every command. */
export const exitCode = { asExpected: 0, unexpected: 1, inconclusive: 2, badInput: 3, trouble: 4 } as const;
export type ExitCode = (typeof exitCode)[keyof typeof exitCode];

export const exitOfVerdict: Readonly<Record<VerdictWord, ExitCode>> = {
  promote: exitCode.asExpected,
  block: exitCode.unexpected,
  inconclusive: exitCode.inconclusive,
};

/** From the worst: a finding outweighs trouble of the machine, and what is not decided outweighs what is as expected. */
const byWeight: readonly ExitCode[] = [
  exitCode.unexpected,
  exitCode.badInput,
  exitCode.trouble,
  exitCode.inconclusive,
  exitCode.asExpected,
];

/** The exit code for several results. */
export function worstExit(codes: Iterable<ExitCode>): ExitCode {
  const all = new Set(codes);
  return byWeight.find((code) => all.has(code)) ?? exitCode.asExpected;
}
