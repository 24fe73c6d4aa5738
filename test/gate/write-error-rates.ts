/** Runs `gate selftest` and writes what it prints into docs/gate.md, and its first table into README.md: `node test/gate/write-error-rates.ts`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { runSelftest } from '../../src/cli/gate/run-selftest.ts';
import { defaultPolicy } from './evidence-of.ts';

const begin = '<!-- made by `npm run gate:selftest` -->\n';
const end = '<!-- end -->';

let printed = '';
const isKept = runSelftest(defaultPolicy, (line) => {
  printed += `${line}\n`;
  console.log(line);
});
// The sentence before its first table, and that table.
const short = printed.split('\n\n').slice(0, 2).join('\n\n');
write('README.md', `${short}\n`);
write('docs/gate.md', printed);
if (!isKept) process.exitCode = 1;

function write(file: string, table: string): void {
  const [before, rest] = splitOnce(readFileSync(file, 'utf8'), begin);
  const [, after] = splitOnce(rest, end);
  writeFileSync(file, before + begin + table + end + after);
}

function splitOnce(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark);
  if (at === -1) throw new Error(`there is no ${mark}`);
  return [text.slice(0, at), text.slice(at + mark.length)];
}
