import type { ArmTally, CellFinding, FlowVerdict, Verdict, VerdictWord } from '../../contracts/verdict.ts';
import { symbols } from '../../words/text.ts';

/** Symbols beside the words, so that nothing depends on colour. */
export const verdictSymbols: Record<VerdictWord, string> = {
  promote: symbols.passed,
  block: symbols.failed,
  inconclusive: symbols.surprise,
};

/** `79/80`: successes of all that count. */
export function successes({ attempts, failures }: ArmTally): string {
  return `${attempts - failures}/${attempts}`;
}

/** `2.5 (-1.1 to 8.9)` in points; `-` where an arm is missing. */
export function lossWords({ loss }: Pick<FlowVerdict | CellFinding, 'loss'>): string {
  return loss === null ? '-' : `${loss.estimate} (${loss.lower} to ${loss.upper})`;
}

/** `, only build 2.3000.1029241508` where a part was asked for. */
export function narrowingWords({ narrowing = {} }: Pick<Verdict, 'narrowing'>): string {
  return Object.entries(narrowing)
    .map(([axis, values]) => `, only ${axis} ${values.join(' or ')}`)
    .join('');
}

/** The cells that a reader wants to see first: worse ones, then by loss. */
export function cellsByLoss(cells: readonly CellFinding[]): CellFinding[] {
  return [...cells].sort(
    (a, b) => gravity(b) - gravity(a) || (b.loss?.estimate ?? -Infinity) - (a.loss?.estimate ?? -Infinity),
  );
}

/** 2 for a cell that is worse, 1 for one that is suspect. */
export function gravity({ worse, suspect }: CellFinding): number {
  return worse ? 2 : suspect ? 1 : 0;
}
