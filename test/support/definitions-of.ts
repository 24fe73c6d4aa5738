import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { home, packageRoot } from '../../src/contracts/home.ts';
import type { Definitions } from '../../src/service/calls/check-call.ts';
import { readTypeDefinitions } from '../../src/surface/extract/type-definitions.ts';

/** The library versions of the project, the oldest first. */
export const libraryVersions = readdirSync(join(packageRoot, 'compat-matrix', 'libraries')).sort((a, b) =>
  a.localeCompare(b, 'en', { numeric: true }),
);

/** The type definitions of an installed version. */
export function definitionsOf(version: string): Definitions {
  const libraries = home('libraries');
  const folder = readdirSync(libraries).find((name) => name.startsWith(`${version}-`)) ?? 'missing';
  return readTypeDefinitions(join(libraries, folder, 'node_modules', 'whatsapp-web.js'));
}
