import { type ExitCode, worstExit } from '../contracts/exit-code.ts';
import type { Night, NightStep } from '../contracts/nightly.ts';
import { cellName } from '../words/cell-names.ts';
import { formatMs, plural } from '../words/text.ts';
import { leftOf, type MadeAttempts, openCells } from './plan-night.ts';

/** The name of a step in lists: `gate 1.34.8`. */
export function stepName(step: NightStep): string {
  switch (step.step) {
    case 'run': {
      const target = step.cells[0]?.cell.target;
      return [target === 'live' ? 'run on the live site' : 'run', waitedWords(step)].join('');
    }
    case 'gate':
      return `gate ${step.candidate}${waitedWords(step)}`;
    default:
      return step.step;
  }
}

function waitedWords({ waited }: { waited: number }): string {
  return waited === 0 ? '' : ` (left for ${plural(waited, 'night')})`;
}

/** What a night did not get to, in words. */
export interface LeftWords {
  cells: string[];
  candidates: string[];
}

export function leftWords(night: Night, made: MadeAttempts): LeftWords {
  const cells = night.steps.filter((step) => step.step === 'run').flatMap((step) => openCells(step, made));
  return { cells: cells.map(({ cell }) => cellName(cell)), candidates: [...leftOf(night, made).candidates.keys()] };
}

/** The exit code of a night: that of its worst step. */
export function exitOfNight({ steps }: Pick<Night, 'steps'>): ExitCode {
  return worstExit(steps.flatMap(({ result }) => (result ? [result.exit] : [])));
}

const resultWords: Readonly<Record<ExitCode, string>> = {
  0: 'as expected',
  1: 'not as expected',
  2: 'not decided',
  3: 'wrong input',
  4: 'trouble',
};

/** One sentence about a night. */
export function headlineOfNight(night: Night, left: LeftWords): string {
  const pieces = [
    ...(left.cells.length > 0 ? [plural(left.cells.length, 'cell')] : []),
    ...(left.candidates.length > 0 ? [plural(left.candidates.length, 'verdict')] : []),
  ];
  const rest = pieces.length === 0 ? '' : `; left for the next night: ${pieces.join(' and ')}`;
  const [spent, budget] = [night.spentMs, night.budgetMs].map(formatMs);
  return `Night ${night.id}: ${resultWords[exitOfNight(night)]}, ${spent} of ${budget}${rest}.`;
}

/** The steps of a night with how each ended. */
export function stepRows({
  steps,
}: Pick<Night, 'steps'>): { name: string; result: string; sentence: string; details: readonly string[] }[] {
  return steps.flatMap((step) => {
    if (step.result === null) return [];
    const { exit, sentence, details } = step.result;
    return [{ name: stepName(step), result: resultWords[exit], sentence, details }];
  });
}
