import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../src/contracts/home.ts';
import { addOptionalPackages } from './set-up/add-optional-packages.ts';

/** `node scripts/complete-lockfile.ts`, after every `npm install`: see `addOptionalPackages` for why. */
const file = join(packageRoot, 'package-lock.json');
const lockfile = JSON.parse(readFileSync(file, 'utf8'));
const added = addOptionalPackages(lockfile);
writeFileSync(file, `${JSON.stringify(lockfile, null, 2)}\n`);
console.log(added.length === 0 ? 'package-lock.json is complete' : `added to package-lock.json: ${added.join(', ')}`);
