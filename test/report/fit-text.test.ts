import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { columnLines, fitLines } from '../../src/report/fit-text.ts';

const word = fc.stringMatching(/^[a-z0-9.,:/-]{1,26}$/);
const prose = fc
  .tuple(fc.nat({ max: 6 }), fc.array(word, { maxLength: 40 }))
  .map(([indent, words]) => ' '.repeat(indent) + words.join(' '));
const widths = fc.integer({ min: 40, max: 100 });
const wordsOf = (text: string) => text.split(/\s+/).filter((part) => part !== '');

describe('lines', () => {
  test('fit, and have the same words', () => {
    fc.assert(
      fc.property(fc.array(prose, { maxLength: 5 }), widths, (lines, width) => {
        const fitted = fitLines(lines.join('\n'), width);
        expect(fitted.split('\n').filter((line) => line.length > width)).toEqual([]);
        expect(wordsOf(fitted)).toEqual(wordsOf(lines.join('\n')));
      }),
    );
  });

  test('that fit stay unchanged, as do all without a width', () => {
    const text = `  two  spaces\n\n${'word '.repeat(40)}`;
    expect(fitLines(text)).toBe(text);
    expect(fitLines('  two  spaces \n', 60)).toBe('  two  spaces \n');
  });

  test('with colours are as wide as what is seen', () => {
    const text = Array.from({ length: 12 }, () => '\u001b[31mword\u001b[39m').join(' ');
    expect(fitLines(text, 59)).toBe(text);
    expect(fitLines(text, 58).split('\n')).toHaveLength(2);
  });

  test('that are indented go on with a deeper indentation; a word that is longer than a line stays whole', () => {
    const path = `/${'folder/'.repeat(10)}`;
    expect(fitLines(`  - one two three ${path}`, 15)).toBe(`  - one two\n    three\n    ${path}`);
  });

  test('with a command go on after a backslash, so that a shell reads the same words', () => {
    const args = ["--library './my fork'", '--build 2.3000.1029241508', '--flow qr-to-ready', '--seed 12345'];
    const command = `    npx wwebjs-canary run ${args.join(' ')}`;
    const fitted = fitLines(command, 40);
    expect(fitted.split('\n').filter((line) => line.length > 40)).toEqual([]);
    const read = (text: string) =>
      String(execFileSync('sh', ['-c', `npx() { printf '%s|' "$@"; }\n${text}`], { encoding: 'utf8' }));
    expect(read(fitted)).toBe(read(command));
    expect(read(fitted)).toContain('run|--library|./my fork|--build');
  });
});

describe('columns', () => {
  const tables = fc.array(
    fc.tuple(
      word,
      word,
      fc.array(word, { maxLength: 12 }).map((words) => words.join(' ')),
    ),
    { minLength: 1, maxLength: 6 },
  );

  test('fit, and have the same words in the same sequence', () => {
    fc.assert(
      fc.property(tables, widths, (rows, width) => {
        const lines = columnLines(rows, width);
        expect(lines.filter((line) => line.length > width || line.endsWith(' '))).toEqual([]);
        expect(wordsOf(lines.join('\n'))).toEqual(wordsOf(rows.flat().join(' ')));
      }),
    );
  });

  test('are aligned where they fit', () => {
    expect(
      columnLines(
        [
          ['a', 'b', ''],
          ['longer', 'c', 'd'],
        ],
        60,
      ),
    ).toEqual(['a       b', 'longer  c  d']);
  });

  test('break the last one where that is enough', () => {
    expect(
      columnLines(
        [
          ['stops', 'why'],
          ['ready', 'one two three four five six seven'],
        ],
        30,
      ),
    ).toEqual(['stops  why', 'ready  one two three four five', '       six seven']);
  });

  test('stand below the first one where a word of the last one is wider than its column', () => {
    expect(columnLines([['1.25.0', 'fails', 'WAWebUserPrefsMeUser.getMeUser is missing']], 40)).toEqual([
      '1.25.0',
      '  fails  WAWebUserPrefsMeUser.getMeUser',
      '         is missing',
    ]);
  });

  test('stand below the first one where they need the room', () => {
    const rows = [
      ['cell', 'before', 'after'],
      ['  1.34.7 on 2.3000.1029241508', 'passed in 1.3 s', 'no-ready'],
      ['  and one more', '', ''],
    ];
    expect(columnLines(rows, 34)).toEqual([
      'cell',
      '    before           after',
      '  1.34.7 on 2.3000.1029241508',
      '    passed in 1.3 s  no-ready',
      '  and one more',
    ]);
  });
});
