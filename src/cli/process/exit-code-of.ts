import { CommanderError } from 'commander';
import { type ExitCode, exitCode } from '../../contracts/exit-code.ts';
import { InputError, TroubleError } from '../../contracts/input-error.ts';

/**
 * The exit code for an error that ended a command; prints the message with `say`. Only an unforeseen error shows its stack,
 * since it is a bug to report.
 */
export function exitCodeOf(error: unknown, say: (message: string) => void): ExitCode {
  // Commander has already printed its message.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCode.asExpected : exitCode.badInput;
  if (error instanceof InputError || error instanceof TroubleError) {
    say(`error: ${error.message}`);
    return error instanceof InputError ? exitCode.badInput : exitCode.trouble;
  }
  const shown = error instanceof Error ? error.stack : String(error);
  say(`error: this is a bug of wwebjs-canary, please report it with these lines:\n${shown}`);
  return exitCode.trouble;
}
