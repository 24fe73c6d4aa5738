import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { InputError } from '../../src/contracts/input-error.ts';
import { chooseReporters } from '../../src/report/choose-reporters.ts';
import { temporaryFolder } from '../temporary-folder.ts';

function messageOf(text: string): string {
  try {
    chooseReporters(text);
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    return (error as InputError).message;
  }
  throw new Error('it was accepted');
}

test('several reporters are chosen, with absolute targets', () => {
  const folder = temporaryFolder();
  expect(chooseReporters(`list, json=${folder}/out.json,html=${folder}/html`)).toEqual([
    { name: 'list', target: '' },
    { name: 'json', target: join(folder, 'out.json') },
    { name: 'html', target: join(folder, 'html') },
  ]);
});

test('checking a target makes its folder and leaves no file', () => {
  const folder = temporaryFolder();
  chooseReporters(`json=${folder}/deep/out.json`);
  expect(existsSync(join(folder, 'deep'))).toBe(true);
  expect(existsSync(join(folder, 'deep', 'out.json'))).toBe(false);
});

test.each(['json=/proc/nope/x.json', 'html=/proc/nope', 'html=/proc'])(
  '%s is refused: it cannot be written',
  (text) => {
    expect(messageOf(text)).toBe(`--reporter ${text}: it cannot be written (ENOENT)`);
  },
);

test('a - is standard output, which one reporter can write to', () => {
  expect(chooseReporters('junit=-')).toEqual([{ name: 'junit', target: '-' }]);
  expect(messageOf('html=-')).toBe('--reporter: html writes a folder and cannot write to standard output');
  expect(messageOf('list,json=-')).toBe(
    '--reporter: list and json=- would both write to standard output: give one of them a file',
  );
});

test('an unknown reporter is answered with the one that was meant', () => {
  expect(messageOf('jnuit=a.xml')).toMatch(
    /^--reporter: there is no reporter "jnuit", did you mean "junit"\?; there are list,json=FILE/,
  );
});

test('a name that every object has is no reporter', () => {
  expect(messageOf('toString')).toMatch(/there is no reporter "toString"/);
});

test('a missing target says what is right', () => {
  expect(messageOf('json')).toBe('--reporter: json needs a target: json=FILE');
  expect(messageOf('html=')).toBe('--reporter: html needs a target: html=DIR');
});

test('a target where none belongs is refused', () => {
  expect(messageOf('list=a')).toBe('--reporter: list writes to the terminal and takes no "=a"');
});

test('one target for two reporters is refused', () => {
  const file = join(temporaryFolder(), 'out');
  expect(messageOf(`json=${file},junit=${file}`)).toBe(`--reporter: ${file} is given twice`);
});

test('a target that cannot be written is named', () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'file'), '');
  mkdirSync(join(folder, 'dir'));
  expect(messageOf(`json=${folder}/file/out.json`)).toMatch(/^--reporter json=.*: it cannot be written \(E\w+\)$/);
  expect(messageOf(`json=${folder}/dir`)).toBe(`--reporter json=${folder}/dir: it is a folder`);
  expect(messageOf(`html=${folder}/file`)).toMatch(/cannot be written/);
});
