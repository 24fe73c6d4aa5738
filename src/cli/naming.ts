import { InputError } from '../contracts/input-error.ts';

/** What `read` returns; an InputError that it throws gets the name of the option in front. */
export function naming<T>(option: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof InputError) throw new InputError(`${option}: ${error.message}`);
    throw error;
  }
}
