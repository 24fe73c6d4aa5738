import {
  type ArmTally,
  type CellFinding,
  type Failure,
  type FlowVerdict,
  isSetAside,
  type Verdict,
  type VerdictWord,
} from '../../contracts/verdict.ts';
import { symbols } from '../../words/text.ts';

/** Symbols beside the words, so that no meaning depends on colour. */
export const verdictSymbols: Record<VerdictWord, string> = {
  promote: symbols.passed,
  block: symbols.failed,
  inconclusive: symbols.surprise,
};

/** What stands before a flow: a flow that is set aside did not pass. */
export function flowSymbol(flow: Pick<FlowVerdict, 'verdict' | 'rule'>): string {
  return isSetAside(flow) ? '-' : verdictSymbols[flow.verdict];
}

/** The word for a flow. */
export function flowWord(flow: Pick<FlowVerdict, 'verdict' | 'rule'>): string {
  return isSetAside(flow) ? 'decides nothing' : flow.verdict;
}

/** `79/80`: successes of all that count. */
export function successes({ attempts, failures }: ArmTally): string {
  return `${attempts - failures}/${attempts}`;
}

/**
 * `2.5 (-1.1 to 8.9)` in points; `-` where an arm is missing. The range is at a level for any number of questions: after a few attempts it
 * may reach 0 where plain breakage is found, so it is left out there.
 */
export function lossWords({ loss, ...its }: Pick<FlowVerdict | CellFinding, 'loss'> & { rule?: string }): string {
  if (loss === null) return '-';
  const hasRange = its.rule === undefined || loss.lower > 0 || !('verdict' in its && its.verdict === 'block');
  return hasRange ? `${loss.estimate} (${loss.lower} to ${loss.upper})` : String(loss.estimate);
}

/** What a cell says beside its counts. */
export function cellRemark({ state, worse, suspect }: CellFinding): string {
  if (worse) return 'worse';
  if (state === 'dead') return 'works with neither';
  if (state === 'candidate-only') return 'works with the candidate only';
  if (suspect) return 'looks worse';
  return state === 'open' ? 'not known yet' : '';
}

/** `candidate 3 × no-ready in phase ready: WAWebCollections has no Call (src/Client.js:732)`. */
export function failureWords({ arm, phase, code, attempts, cause }: Failure): string {
  const line = [cause?.file, cause?.line].filter(Boolean).join(':');
  const file = line === '' || cause?.message.includes(line) ? '' : ` (${line})`;
  const why = cause ? `: ${cause.message}${file}` : '';
  return `${arm} ${attempts} × ${code ?? 'failed'}${phase === null ? '' : ` in phase ${phase}`}${why}`;
}

/** The cells in which something failed: first those in which the candidate failed more often. */
export function cellsWithFailures({ cells }: Pick<FlowVerdict, 'cells'>): CellFinding[] {
  return cellsByLoss(cells).filter(({ failures }) => failures.length > 0);
}

/** `Newest build 2.3000.1044822804 of 2026-08-20, 100 days old. WhatsApp Web data ends 2026-08-22, 98 days ago.` */
export function datesWords({ newestBuild, dataEnds }: Pick<Verdict, 'newestBuild' | 'dataEnds'>): string {
  const days = (count: number | null) => `${count} day${count === 1 ? '' : 's'}`;
  const newest =
    newestBuild === null
      ? ''
      : `Newest build ${newestBuild.build}${newestBuild.date === null ? ', of which the day is not known' : ` of ${newestBuild.date}, ${days(newestBuild.ageDays)} old`}. `;
  const end = dataEnds === null ? '' : `WhatsApp Web data ends ${dataEnds.date}, ${days(dataEnds.ageDays)} ago.`;
  return `${newest}${end}`.trim();
}

/** `promote (exit code 0), with 1 warning: ...`, the line that a verdict ends with. */
export function exitWords({ verdict, notices }: Pick<Verdict, 'verdict' | 'notices'>): string {
  const code = { promote: 0, block: 1, inconclusive: 2 }[verdict];
  const warnings = notices.filter(({ isWarning }) => isWarning).map(({ sentence }) => sentence);
  const words = `${warnings.length} warning${warnings.length === 1 ? '' : 's'}`;
  return `${verdict} (exit code ${code})${warnings.length === 0 ? '' : `, with ${words}: ${warnings.join(' ')}`}`;
}

/** `, only build 2.3000.1029241508` for a narrowed verdict. */
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
