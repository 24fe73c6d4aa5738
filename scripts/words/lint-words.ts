import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { exitCode } from '../../src/contracts/exit-code.ts';
import { packageRoot } from '../../src/contracts/home.ts';
import { findWords } from './find-words.ts';

/** Data, pictures, titles of tests and fields of the API of other projects, what is generated from other files, and the list itself. */
const notProse = [
  /^scripts\/words\/find-words\.ts$/,
  /^test\/upstream\/(exceptions\.yaml|wwebjs-api\.ts)$/,
  /^test\/scripts\/find-words\.test\.ts$/,
  /^dashboards\/generated\//,
  /^compat-matrix\/builds\/.*\.json$/,
  /package-lock\.json$/,
  /\.(png|sum)$/,
];

/**
 * Prints file, line, word and what to write instead for each word of the list in the given files and folders, else in
 * all of the project. Returns an exit code: 0 when nothing was found, else 1.
 */
export function lintWords(paths: readonly string[]): number {
  const files = listFiles(
    paths.length === 0 ? ['.'] : paths.map((path) => relative(packageRoot, resolve(path)) || '.'),
  );
  let found = 0;
  for (const file of files) {
    for (const { line, text, instead } of findWords(readFileSync(resolve(packageRoot, file), 'utf8'))) {
      console.log(`${file}:${line}  "${text}": write ${instead}`);
      found += 1;
    }
  }
  console.log(`words: ${found} found in ${files.length} files`);
  return found === 0 ? exitCode.asExpected : exitCode.unexpected;
}

function listFiles(paths: readonly string[]): string[] {
  const options = ['ls-files', '-z', '--deduplicate', '--cached', '--others', '--exclude-standard', '--', ...paths];
  return execFileSync('git', options, { cwd: packageRoot, encoding: 'utf8', maxBuffer: 2 ** 26 })
    .split('\0')
    .filter((file) => file !== '' && !notProse.some((pattern) => pattern.test(file)))
    .filter((file) => existsSync(resolve(packageRoot, file)));
}
