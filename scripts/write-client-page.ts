/** Writes the classes that calls can make into docs/service-client.md, out of the type definitions of the library versions of the project. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../src/contracts/home.ts';
import { ensureLibrary } from '../src/library/ensure-library.ts';
import { listLibraryLocks } from '../src/library/library-lock.ts';
import type { Definitions } from '../src/service/calls/check-call.ts';
import { formsPage } from '../src/service/calls/forms-page.ts';
import { readTypeDefinitions } from '../src/surface/extract/type-definitions.ts';

const versions = new Map<string, Definitions>();
for (const { label } of listLibraryLocks().sort((a, b) => a.label.localeCompare(b.label, 'en', { numeric: true }))) {
  const { packageDir } = await ensureLibrary(label, console.error, 'source');
  versions.set(label, readTypeDefinitions(packageDir));
}
const page = join(packageRoot, 'docs', 'service-client.md');
writeFileSync(page, formsPage(readFileSync(page, 'utf8'), versions));
