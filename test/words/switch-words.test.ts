import { expect, test } from 'vitest';
import type { BrokenNames } from '../../src/contracts/surface-check.ts';
import { switchBreakWords, switchSentence } from '../../src/words/switch-words.ts';

const broken = (more: Partial<BrokenNames>): BrokenNames => ({
  ...{ name: 'prefetch', value: 'false', default: 'true', confidence: 'read', sources: ['a/b#1', 'a/b#2'] },
  ...{ stops: null, missing: [], methods: [] },
  ...more,
});
const missing = (stops: 'ready' | 'probe', certain = true) => [{ name: 'WAWebX', stops, certain }];
const methods = (certain: boolean, ...names: string[]) => names.map((name) => ({ name, certain }));

test.each<[Partial<BrokenNames>, string]>([
  [{ stops: 'ready', missing: missing('ready') }, 'with prefetch=false no ready: WAWebX'],
  [{ stops: 'probe', missing: missing('probe') }, 'with prefetch=false ready, but broken: WAWebX'],
  [{ missing: missing('ready', false) }, 'with prefetch=false perhaps no ready: WAWebX'],
  [{ methods: methods(true, 'A.b') }, 'with prefetch=false A.b fails'],
  [{ methods: methods(true, 'A.b', 'A.c', 'A.d', 'A.e') }, 'with prefetch=false A.b, A.c, A.d and 1 more fail'],
  [{ methods: methods(false, 'A.b') }, 'with prefetch=false perhaps A.b fails'],
  [
    { stops: 'ready', missing: missing('ready'), methods: [...methods(true, 'A.b'), ...methods(false, 'A.c')] },
    'with prefetch=false no ready: WAWebX; A.b fails; perhaps A.c fails',
  ],
])('%j is "%s"', (more, words) => {
  expect(switchBreakWords(broken(more))).toBe(words);
});

test('a sentence says how sure it is and from where', () => {
  expect(switchSentence(broken({ methods: methods(true, 'A.b') }))).toBe(
    'With prefetch=false A.b fails (read: a/b#1, a/b#2).',
  );
});
