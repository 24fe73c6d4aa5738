import { expect, test } from 'vitest';
import { InputError } from '../../src/contracts/input-error.ts';
import { expectationsSchema, matrixSchema } from '../../src/contracts/matrix.ts';
import { parseYaml, parseYamlFile } from '../../src/contracts/yaml-file.ts';

function messageOf(text: string, schema: Parameters<typeof parseYaml>[1] = matrixSchema): string {
  try {
    parseYaml(text, schema, 'matrix.yaml');
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    return (error as InputError).message;
  }
  throw new Error('it was accepted');
}

test('a right file gives the typed value with its defaults', () => {
  const matrix = parseYaml(
    'schemaVersion: 1\nblocks:\n  - library: [1.34.2]\n    build: [2.3000.1032534684]\n',
    matrixSchema,
    'm',
  );
  expect(matrix.blocks[0]).toEqual({
    library: ['1.34.2'],
    build: ['2.3000.1032534684'],
    browser: ['current'],
    flow: ['qr-to-ready'],
    condition: ['none'],
    switches: ['none'],
  });
});

test('aliases that would unfold into a billion values are a mistake of the file', () => {
  const levels = Array.from({ length: 9 }, (_, i) => `b${i}: &a${i + 1} [${`*a${i},`.repeat(10)}]`);
  expect(messageOf(['a: &a0 [x]', ...levels].join('\n'))).toMatch(/^matrix\.yaml: .*alias/);
});

test('a wrong key is named with its line and column and the key that was meant', () => {
  const text = 'schemaVersion: 1\nblocks:\n  - library: [1.34.2]\n    biuld: [2.3000.1]\n    build: [2.3000.1]\n';
  expect(messageOf(text)).toBe('matrix.yaml:4:5: blocks[0].biuld: unknown key, did you mean "build"?');
});

test('a key that resembles nothing is answered with the keys that there are', () => {
  expect(messageOf('schemaVersion: 1\nrules: []\nzzzzzzzzzz: 1\n', expectationsSchema)).toBe(
    'matrix.yaml:3:1: zzzzzzzzzz: unknown key; it can be schemaVersion, rules',
  );
});

test('a file of another kind is answered with its first mistakes, and how many more there are', () => {
  const blocks = Array.from({ length: 200 }, (_, i) => `  - colour: ${i}\n`).join('');
  const lines = messageOf(`schemaVersion: 1\nblocks:\n${blocks}`).split('\n');
  expect(lines).toHaveLength(6);
  expect(lines[0]).toMatch(/^matrix\.yaml:3:/);
  expect(lines[5]).toMatch(/^and \d{3} more mistakes$/);
});

test('a wrong value is named by its place', () => {
  expect(messageOf('schemaVersion: 1\nblocks:\n  - library: 1.34.2\n    build: [2.3000.1]\n')).toMatch(
    /^matrix\.yaml:3:14: blocks\[0\]\.library: .*expected array/,
  );
});

test('a missing key points at the block that lacks it', () => {
  expect(messageOf('schemaVersion: 1\nblocks:\n  - library: [1.34.2]\n')).toMatch(
    /^matrix\.yaml:3:5: blocks\[0\]\.build: /,
  );
});

test('text that is not YAML is named by its place', () => {
  expect(messageOf('schemaVersion: 1\nblocks: [\n')).toMatch(/^matrix\.yaml:3:1: /);
});

test('a key given twice is a mistake', () => {
  expect(messageOf('schemaVersion: 1\nschemaVersion: 1\nblocks: []\n')).toContain('matrix.yaml:2:1: ');
});

test('an empty file says what is expected', () => {
  expect(messageOf('')).toMatch(/^matrix\.yaml:1:1: .*expected object/);
});

test('a missing file is named', () => {
  expect(() => parseYamlFile('/no/such/matrix.yaml', matrixSchema)).toThrow(
    '/no/such/matrix.yaml: there is no such file',
  );
});
