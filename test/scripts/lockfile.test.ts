import { readFileSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  addOptionalPackages,
  type Lockfile,
  missingOptionalPackages,
} from '../../scripts/set-up/add-optional-packages.ts';
import { packageRoot } from '../../src/contracts/home.ts';

const lockfiles: string[] = ['package-lock.json', 'scripts/toolchain/package-lock.json'];
for await (const file of glob('compat-matrix/*/*/package-lock.json', { cwd: packageRoot })) lockfiles.push(file);

describe.each(lockfiles)('%s', (file) => {
  const text = readFileSync(join(packageRoot, file), 'utf8');

  test('has an entry for every optional package, else npm ci refuses it', () => {
    expect(missingOptionalPackages(JSON.parse(text) as Lockfile)).toEqual([]);
  });

  test('names no address of a registry, so that it works with every one', () => {
    expect(text).not.toMatch(/"resolved": "http/);
  });
});

describe('an incomplete lockfile', () => {
  const incomplete = (name: string): Lockfile => ({
    packages: {
      '': {},
      'node_modules/tool': { version: '1.2.3', dev: true, optionalDependencies: { [name]: '1.2.3' } },
    },
  });

  test('gets the platform from the name of what is missing', () => {
    const lockfile = incomplete('@tool/cli-win32-arm64');
    expect(addOptionalPackages(lockfile)).toEqual(['@tool/cli-win32-arm64']);
    expect(lockfile.packages['node_modules/@tool/cli-win32-arm64']).toEqual({
      version: '1.2.3',
      cpu: ['arm64'],
      dev: true,
      optional: true,
      os: ['win32'],
    });
    expect(addOptionalPackages(lockfile)).toEqual([]);
  });

  test('is left to a person where the name tells no platform', () => {
    expect(() => addOptionalPackages(incomplete('fast-hash'))).toThrow('node_modules/tool wants fast-hash@1.2.3');
  });
});
