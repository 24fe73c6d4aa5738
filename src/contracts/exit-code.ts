/** Process exit codes of every command. */
export const exitCode = { asExpected: 0, unexpected: 1, inconclusive: 2, badInput: 3, trouble: 4 } as const;
export type ExitCode = (typeof exitCode)[keyof typeof exitCode];
