import { expect, test } from 'vitest';
import { withoutPrinted } from '../../src/runner/scene.ts';

const text = 'Anna Example wrote: see you at nine';
const shown = `[${text.length} characters]`;

test('what a live page or a library prints is recorded by its length only', () => {
  for (const type of ['host:stdout', 'host:stderr'] as const)
    expect(withoutPrinted({ at: 1, type, detail: text })).toEqual({ at: 1, type, detail: shown });
  const printed = withoutPrinted({ at: 1, type: 'page:console', detail: { level: 'log', text } });
  expect(printed).toEqual({ at: 1, type: 'page:console', detail: { level: 'log', text: shown } });
  const other = { at: 1, type: 'page:intercepted', detail: true } as const;
  expect(withoutPrinted(other)).toBe(other);
});
