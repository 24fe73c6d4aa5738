import type { CanaryHistory, CellChange } from '../../contracts/canary-history.ts';
import { cellName } from '../../words/cell-names.ts';
import { stateWord, stateWords } from '../../words/cell-state.ts';
import { el } from '../dom.ts';
import { momentName } from './bucket-words.ts';

const dayMs = 86_400_000;

/** The cells whose result of the last 24 hours differs from the one before. */
export function changeList({ changes, newestAttempt, to }: CanaryHistory): HTMLElement {
  if (newestAttempt !== null && Date.parse(newestAttempt) < Date.parse(to) - dayMs)
    return el(
      'p',
      {},
      `Nothing was attempted in the last 24 hours; the newest attempt is of ${momentName(newestAttempt)}.`,
    );
  if (changes.length === 0)
    return el('p', {}, 'Nothing: every cell attempted in the last 24 hours did what it did before.');
  const items = changes.map(({ before, now, ...cell }) =>
    el('li', {}, el('strong', {}, cellName(cell)), ': ', runState(before), ', now ', runState(now)),
  );
  return el('ul', { class: 'changes' }, ...items);
}

function runState(state: CellChange['now']): HTMLElement {
  const word = stateWord(state);
  return el(
    'span',
    { class: 'run-state' },
    el('span', { class: `state ${word}`, 'aria-hidden': 'true' }),
    `${stateWords(state)} `,
    el('time', { datetime: state.at }, `(${momentName(state.at)})`),
  );
}
