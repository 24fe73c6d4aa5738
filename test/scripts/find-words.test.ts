import { expect, test } from 'vitest';
import { findWords } from '../../scripts/words/find-words.ts';

test.each([
  ['Nobody owns the session.', 'Nobody'],
  ['the page is told', 'told'],
  ['Every download is said.', 'is said'],
  ['what became of a probe', 'what became of'],
  ['It is stopped in order, within 20 s.', 'in order'],
  ['the file is left as it is.', 'as it is'],
  ['The API key works no longer.', 'works no longer'],
])('%s', (text, word) => {
  expect(findWords(text)).toMatchObject([{ line: 1, text: word }]);
});

test.each([
  'in order to stop, in order of since',
  'as it is undefined',
  'The API key no longer works.',
  'the untold part, told_begin',
])('%s: nothing is found', (text) => {
  expect(findWords(text)).toEqual([]);
});

test.each([
  ['a comment', '/**\n * The rest was\n * said before.\n */', 2],
  ['line comments', '// It waits.\n// It is closed in\n// order.', 2],
  ['joined strings', "'The key works ' +\n  'no longer'", 1],
  ['a YAML block', 'text: >\n  a download is\n  said', 2],
])('a phrase is found across the lines of %s', (_, text, line) => {
  expect(findWords(text)).toMatchObject([{ line }]);
});

test('a phrase does not reach over an empty line', () => {
  expect(findWords('what is\n\nsaid before')).toEqual([]);
});

test('findings come in the sequence of the text, with their lines', () => {
  expect(findWords('a\nwhoever\nnobody whoever').map(({ line, text }) => [line, text])).toEqual([
    [2, 'whoever'],
    [3, 'nobody'],
    [3, 'whoever'],
  ]);
});
