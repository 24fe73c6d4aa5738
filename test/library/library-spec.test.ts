import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../src/contracts/input-error.ts';
import { parseLibrarySpec } from '../../src/library/library-spec.ts';
import { temporaryFolder } from '../temporary-folder.ts';

describe('what a library may be named by', () => {
  test.each(['1.34.7', '2.0.0-alpha.0'])('%s is an exact version', (version) => {
    expect(parseLibrarySpec(version)).toEqual({ kind: 'version', version });
  });

  test('a version with a content hash is the label of a tarball or folder', () => {
    const label = '1.34.7+0a1b2c3d';
    expect(parseLibrarySpec(label)).toEqual({ kind: 'label', label, version: '1.34.7' });
  });

  test('a path is a tarball or a folder', () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'package.json'), '{}');
    writeFileSync(join(folder, 'it.tgz'), '');
    expect(parseLibrarySpec(folder)).toEqual({ kind: 'folder', folder });
    expect(parseLibrarySpec(join(folder, 'it.tgz'))).toEqual({ kind: 'tarball', file: join(folder, 'it.tgz') });
  });

  test.each(['^1.34.0', '~1.34.0', '1.34', '1.x', '*', '>=1 <2', 'v1.34.7', 'latest', 'main', '1.34.7.1', ''])(
    '"%s" is refused: the message names it and asks for an exact version',
    (text) => {
      expect(() => parseLibrarySpec(text)).toThrow(InputError);
      expect(() => parseLibrarySpec(text)).toThrow(`library "${text}"`);
      expect(() => parseLibrarySpec(text)).toThrow('give an exact version such as 1.34.7');
    },
  );

  test('a path that is not there and a folder that is no package are refused', () => {
    const folder = join(temporaryFolder(), 'empty');
    expect(() => parseLibrarySpec(folder)).toThrow(`there is no ${folder}`);
    mkdirSync(folder);
    expect(() => parseLibrarySpec(folder)).toThrow(`the folder ${folder} has no package.json`);
  });
});
