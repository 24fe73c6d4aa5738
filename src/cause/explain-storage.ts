import type { Code } from '../codes/codes.ts';
import { libraryIndex } from '../surface/library-index.ts';
import { quote } from './cite.ts';
import type { Explanation, FailedAttempt } from './failed-attempt.ts';
import { isOfType, seenErrors } from './seen-errors.ts';

/** What Chromium says when the files below an IndexedDB are gone or damaged. */
const storageError = /opening backing store for indexedDB|The transaction was aborted/;

const codesOfWaiting = new Set<Code>(['no-qr', 'no-authenticated', 'no-ready']);

/**
 * A page that cannot open its storage shows nothing of what the library waits for. After an unlink that is the work of the library's LocalAuth, which
 * removes the profile of a browser that runs (wwebjs#3346).
 */
export function explainStorage({ library, code, events }: FailedAttempt): Explanation | null {
  if (!codesOfWaiting.has(code)) return null;
  const error = seenErrors(events).find(({ type, headline }) => type === 'page:error' && storageError.test(headline));
  if (!error) return null;
  const message = `the page could not open its storage: ${error.headline}`;
  const { needs, functions } = libraryIndex(library.packageDir);
  const removal = functions.find(({ name }) => name === 'LocalAuth.logout');
  const isUnlinked = events.some((event) => isOfType('client:disconnected')(event) && event.at <= error.at);
  if (!removal || !isUnlinked) return { cause: { message, evidence: [quote(error)] }, blame: null };
  const { file, line } = removal;
  const sentence = `${needs.library} removes the profile of the running browser when its device is unlinked (${file}:${line}).`;
  return {
    cause: { message, libraryFile: file, libraryLine: line, evidence: [quote(error), sentence] },
    blame: 'library',
  };
}
