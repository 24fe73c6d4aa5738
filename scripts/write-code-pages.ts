/** Writes what the documentation says about codes and causes out of their one table. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { codesPage, servicePage } from '../src/codes/pages.ts';
import { packageRoot } from '../src/contracts/home.ts';

const docs = join(packageRoot, 'docs');
writeFileSync(join(docs, 'codes.md'), codesPage());
writeFileSync(join(docs, 'service.md'), servicePage(readFileSync(join(docs, 'service.md'), 'utf8')));
