/** An error as data. The library also throws bare strings (`throw 'auth timeout'`), and puppeteer 18 leaves the stack empty. */
export interface PlainError {
  message: string;
  stack: string;
}

/** Message and stack of anything that was thrown; the message never has the frames that V8 puts behind it. */
export function plainError(thrown: unknown): PlainError {
  if (!(thrown instanceof Error)) return { message: String(thrown), stack: '' };
  const [message = ''] = thrown.message.split('\n    at ', 1);
  return { message, stack: thrown.stack || thrown.message };
}
