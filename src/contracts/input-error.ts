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

/** Returns what `read` returns; prefixes an InputError with the name of the option. */
export function naming<T>(option: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    return rethrowNaming(option)(error);
  }
}

/** The same for a promise: `read().catch(rethrowNaming('--library'))`. */
export function rethrowNaming(option: string): (error: unknown) => never {
  return (error) => {
    if (error instanceof InputError) throw new InputError(`${option}: ${error.message}`);
    throw error;
  };
}
