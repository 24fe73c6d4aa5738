import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Annotation, annotationCommands } from '../../src/report/annotations.ts';
import { verdictGithub } from '../../src/report/verdict/verdict-github.ts';
import { exampleCells, exampleRun } from '../fixtures/example-run.ts';
import { keptTerminal, reportRun } from '../fixtures/recorded-run.ts';
import { attempts, verdictOn } from '../gate/evidence-of.ts';

/** Reads workflow commands as the documentation of GitHub describes them: one per line, with escaped values. */
function read(text: string): Annotation[] {
  return text.split('\n').slice(0, -1).map(readLine);
}

function readLine(line: string): Annotation {
  const [, level, title = '', message = ''] = /^::(error|warning|notice) title=([^:,]*)::(.*)$/.exec(line) ?? [];
  const data = (value: string) => value.replaceAll('%0A', '\n').replaceAll('%0D', '\r').replaceAll('%25', '%');
  const property = (value: string) => data(value.replaceAll('%3A', ':').replaceAll('%2C', ','));
  return { level: level as Annotation['level'], title: property(title), message: data(message) };
}

const annotation: fc.Arbitrary<Annotation> = fc.record({
  level: fc.constantFrom('error', 'warning', 'notice'),
  title: fc.string({ unit: 'grapheme-ascii' }),
  message: fc.stringMatching(/^[\w\s%:,]*$/),
});

test('what is written is what GitHub reads, whatever characters it has', () => {
  fc.assert(
    fc.property(annotation, (one) => {
      expect(read(annotationCommands([one]))).toEqual([one]);
    }),
  );
});

test('of a level with more than GitHub keeps, the last line counts the rest', () => {
  const errors = Array.from({ length: 25 }, (_, i) => ({ level: 'error' as const, title: `cell ${i}`, message: 'x' }));
  const shown = read(annotationCommands([...errors, { level: 'warning', title: 'one', message: 'y' }]));
  expect(shown).toHaveLength(11);
  expect(shown[9]).toMatchObject({ level: 'error', title: '16 more' });
  expect(shown[10]).toMatchObject({ level: 'warning', title: 'one' });
});

test('a run annotates each cell that is not as expected, and what is missing, on standard error', async () => {
  const terminal = keptTerminal();
  const run = { ...exampleRun, missing: ['shard 2/2 is missing: 3 cells were not run'] };
  await reportRun('github', '', exampleCells(), { terminal, run: { run } });
  expect(terminal.resulted).toBe('');
  expect(read(terminal.progressed)).toEqual([
    {
      level: 'error',
      title: expect.stringMatching(/^not as expected: 1\.25\.0 .*2\.3000\.1044822804/),
      message: expect.stringMatching(/^expected passed, seen .*no-ready.*: window\.Store\.User\.getMeUser is not a/),
    },
    { level: 'warning', title: 'incomplete', message: 'shard 2/2 is missing: 3 cells were not run' },
  ]);
});

test.each([
  ['promote', 'notice', 80],
  ['block', 'error', 0],
  ['inconclusive', 'warning', 3],
] as const)('the verdict %s is a %s', (word, level, passed) => {
  const made = word === 'inconclusive' ? 3 : 80;
  const verdict = verdictOn([...attempts('old', made, 0), ...attempts('new', made, made - passed)]);
  expect(verdict.verdict).toBe(word);
  const [first] = read(verdictGithub(verdict));
  expect(first).toEqual({
    level,
    title: `${word}: whatsapp-web.js new against old`,
    message: verdict.because.join(' '),
  });
});
