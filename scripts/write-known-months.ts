/** Writes into docs/builds.md what is known of the builds of each month. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../src/contracts/home.ts';
import { withKnownMonths } from './builds/known-months.ts';

const page = join(packageRoot, 'docs', 'builds.md');
writeFileSync(page, withKnownMonths(readFileSync(page, 'utf8')));
