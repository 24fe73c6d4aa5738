/**
 * Writes docs/methods.md: which public methods work and which events come, of each version of the matrix on a build on which it works. It
 * attempts the flows every-method and every-event for each pair, about a minute each. Usage: node scripts/write-methods-page.ts
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../src/contracts/home.ts';
import { markdownMethods } from '../src/report/methods/method-reporters.ts';
import { methodTable, type TriedCell } from '../src/report/methods/method-table.ts';
import { runCells } from '../src/runs/run-cells.ts';

const pairs = [
  ['1.24.0', '2.2412.54'],
  ['1.25.0', '2.3000.1014111620'],
  ['1.33.2', '2.3000.1029241508'],
  ['1.34.2', '2.3000.1029241508'],
  ['1.34.7', '2.3000.1032534684'],
] as const;

const tried: TriedCell[] = [];
for (const [library, build] of pairs) {
  await runCells({
    library: [library],
    build: [build],
    browser: ['current'],
    flow: ['every-method', 'every-event'],
    ignoreExpectations: true,
    say: console.error,
    onAttempt: (cell, attempt) => void tried.push({ cell, attempt }),
  });
}

const page = `# Methods

Which public methods of each version of the matrix do what they are for, on a build on which the version works. Made by
\`node scripts/write-methods-page.ts\`; \`npx wwebjs-canary methods --library V --build B\` makes the same table for any versions and builds.
Every entry was called through the unmodified library, and phone, peers or server were asked for what the method is for. Every event was
caused by the phone, a contact or the server, and its arguments were compared with what caused it.

| word | meaning |
|---|---|
| works | it did what it is for |
| fails as predicted | it fails, and the source of the version with the facts of the build says why |
| fails | it rejected, or answered something else, and nothing says why |
| no effect | it resolved, and what it is for did not happen |
| not modelled | the replica has a part of it only by name: it says nothing about the version |
| not tried | no recipe reaches it, or what its recipe needs besides it failed |
| not there | the version does not have it, or nothing of the version was tried |
| comes | it came and carried what caused it |
| does not come | it did not come, or carried something else |
| cannot come | nothing can cause it, and the reason is known |

${markdownMethods(methodTable(tried)).replace(/^## Methods\n\n/, '')}`;
writeFileSync(join(packageRoot, 'docs', 'methods.md'), page);
