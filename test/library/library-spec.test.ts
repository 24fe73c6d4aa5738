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

  test('a word is a tag of npm', () => {
    expect(parseLibrarySpec('latest')).toEqual({ kind: 'tag', tag: 'latest' });
  });

  test.each([
    ['git+https://example.org/fork.git#v2', 'https://example.org/fork.git', 'v2'],
    ['https://example.org/fork.git', 'https://example.org/fork.git', 'HEAD'],
    ['github:owner/fork#fix', 'https://github.com/owner/fork', 'fix'],
  ])('%s is a reference in a git repository', (text, repository, ref) => {
    expect(parseLibrarySpec(text)).toEqual({ kind: 'git', repository, ref, isLocal: false });
  });

  test('a folder with # is a reference in the repository there, unless there is such a folder', () => {
    const folder = temporaryFolder();
    expect(parseLibrarySpec(`${folder}#main`)).toEqual({ kind: 'git', repository: folder, ref: 'main', isLocal: true });
    mkdirSync(join(folder, 'it#main'));
    writeFileSync(join(folder, 'it#main', 'package.json'), '{}');
    expect(parseLibrarySpec(join(folder, 'it#main'))).toMatchObject({ kind: 'folder' });
  });

  test('what is the user’s own gets a name before =, and nothing else does', () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'package.json'), '{}');
    expect(parseLibrarySpec(`fork=${folder}`)).toEqual({ kind: 'folder', folder, name: 'fork' });
    expect(() => parseLibrarySpec('fork=1.34.7')).toThrow('only a tarball, a folder or a git reference gets a name');
    expect(() => parseLibrarySpec(`my fork=${folder}`)).toThrow('the name "my fork" may have up to 32 letters');
    expect(() => parseLibrarySpec(`=${folder}`)).toThrow('the name "" may have up to 32 letters');
  });

  test('a path is a tarball or a folder', () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'package.json'), '{}');
    writeFileSync(join(folder, 'it.tgz'), '');
    expect(parseLibrarySpec(folder)).toEqual({ kind: 'folder', folder });
    expect(parseLibrarySpec(join(folder, 'it.tgz'))).toEqual({ kind: 'tarball', file: join(folder, 'it.tgz') });
  });

  test.each(['^1.34.0', '~1.34.0', '1.34', '1.x', '*', '>=1 <2', 'v1.34.7', '1.34.7.1', '', '1.34.7 || 2', 'a b'])(
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
