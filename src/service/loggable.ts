const longest = 300;
const frames = 6;

/** The first line of a foreign text, made fit for the log: short, and without anything that can be a phone number. */
export function loggableText(text: string): string {
  const [line = ''] = text.split('\n', 1);
  return line.replace(/\d{7,}/g, '#').slice(0, longest);
}

/** The message of an error and the top frames of its stack. */
export function loggableError(error: unknown): { message: string; stack: string | null } {
  const message = loggableText(String(error));
  const lines = error instanceof Error ? (error.stack ?? '').split('\n') : [];
  const at = lines.map((line) => line.trim()).filter((line) => line.startsWith('at '));
  return { message, stack: at.length > 0 ? at.slice(0, frames).join('; ') : null };
}
