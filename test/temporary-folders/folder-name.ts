import { hash } from 'node:crypto';

/** The name of the temporary directory of a test file: short, since the path of a socket has at most 107 characters. */
export function folderName(testFile: string): string {
  return hash('sha1', testFile).slice(0, 6);
}
