import type { PlainError, PlainValue } from '../../contracts/host-events.ts';

const longest = 2_000;

/** What survives the process channel is passed on whole; of anything else its type and the beginning of its text. */
export function plainValue(value: unknown): PlainValue {
  if (value === null || value === undefined || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  return { typeof: typeof value, text: textOf(value).slice(0, longest) };
}

function textOf(value: unknown): string {
  try {
    return typeof value === 'object' ? JSON.stringify(value) : String(value);
  } catch {
    return '';
  }
}

/**
 * Message and stack of anything that was thrown; the message never has the frames that V8 puts behind it. The library also
 * throws bare strings (`throw 'auth timeout'`), and puppeteer 18 leaves the stack empty.
 */
export function plainError(thrown: unknown): PlainError {
  if (!(thrown instanceof Error)) return { message: String(thrown), stack: '' };
  const [message = ''] = String(thrown.message).split('\n    at ', 1);
  return { message, stack: String(thrown.stack || thrown.message) };
}
