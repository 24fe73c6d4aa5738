import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Located } from './locate-error.ts';
import type { SeenError } from './seen-errors.ts';

/** Where the cause is in the library. */
export function position({ file, line }: Located): { libraryFile: string; libraryLine: number } {
  return { libraryFile: file, libraryLine: line };
}

/** The line as a reader looks it up. */
export function place({ library, file, line }: Located): string {
  return `whatsapp-web.js ${library.needs.library} ${file}:${line}`;
}

/** The error in its own words, with the way on which it was heard of. */
export function quote({ headline, type }: SeenError): string {
  return `${said[type]}: ${headline}`;
}

const said: Record<SeenError['type'], string> = {
  'page:error': 'Page error',
  'page:crashed': 'The page crashed',
  'host:error': '`initialize()` rejected',
  'host:unhandled-rejection': 'Unhandled rejection',
  'host:call-failed': 'The call rejected',
};

/** The line itself, trimmed. */
export function lineOf({ packageDir, file, line }: Located): string {
  const text = readFileSync(join(packageDir, file), 'utf8').split('\n')[line - 1]?.trim() ?? '';
  return `\`${text.length > 140 ? `${text.slice(0, 140)} …` : text}\``;
}
