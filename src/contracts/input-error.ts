/**
 * Bad usage, configuration or input: the command ends with exit code 3 and prints only the message, which therefore
 * names the option, or the file, line and key, and what would be correct.
 */
export class InputError extends Error {
  override name = 'InputError';
}

/** The machine or the harness cannot do the task (no disk, no network, no browser): exit code 4, only the message is printed. */
export class TroubleError extends Error {
  override name = 'TroubleError';
}
