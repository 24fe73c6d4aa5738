import type { CellState } from '../contracts/canary-history.ts';
import type { Outcome } from '../contracts/outcome.ts';

/** A state in one word; `mixed` when some attempts passed and some failed. */
export type StateWord = Outcome | 'mixed';

/** Attempts that ended in the same way. */
export interface EndCount {
  outcome: Outcome;
  code: string | null;
  attempts: number;
}

/** The state of a cell, from how its attempts ended. */
export function cellState(ends: readonly EndCount[]): CellState {
  const having = (outcome: Outcome) => ends.filter((end) => end.outcome === outcome);
  const sum = (outcome: Outcome) => having(outcome).reduce((total, { attempts }) => total + attempts, 0);
  const decisive = having('failed').length > 0 ? having('failed') : having('infra');
  const [most] = decisive.toSorted((a, b) => b.attempts - a.attempts || (a.code ?? '').localeCompare(b.code ?? ''));
  return { passed: sum('passed'), failed: sum('failed'), infra: sum('infra'), code: most?.code ?? null };
}

/** Spoiled attempts say nothing about the library: they count only where a cell has no others. */
export function stateWord({ passed, failed }: CellState): StateWord {
  if (passed > 0 && failed > 0) return 'mixed';
  if (failed > 0) return 'failed';
  return passed > 0 ? 'passed' : 'infra';
}

/** `passed`, `failed no-ready`, `mixed no-ready, 2 of 6 failed`. */
export function stateWords(state: CellState): string {
  const word = stateWord(state);
  const code = word === 'passed' || state.code === null ? '' : ` ${state.code}`;
  const share = word === 'mixed' ? `, ${state.failed} of ${state.passed + state.failed} failed` : '';
  return `${word}${code}${share}`;
}
