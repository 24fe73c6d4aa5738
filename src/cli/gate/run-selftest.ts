import type { Policy } from '../../contracts/policy.ts';
import {
  type Bar,
  missedBars,
  runSelftestCase,
  type SelftestCase,
  type SelftestResult,
  selftestSimulations,
} from '../../gate/selftest.ts';
import { isInShort, selftestCases } from '../../gate/selftest-cases.ts';

const barNames: Record<Bar['what'], string> = {
  promote: 'promoted',
  block: 'blocked',
  inconclusive: 'undecided',
  meanAttempts: 'attempts',
  meanAttemptsToBlock: 'attempts to block',
  mostPairs: 'attempts in rates',
};

const tableHead = `| cells | true success rates | promoted | blocked | undecided | mean attempts | promised | kept |
|---|---|---:|---:|---:|---:|---|---|`;

/**
 * Simulates every case of the grid and prints two Markdown tables row by row: the short one, which README.md shows, and the rest.
 * Returns whether all bars are kept.
 */
export function runSelftest(policy: Policy, print: (line: string) => void): boolean {
  print(
    `${selftestSimulations} simulated comparisons per row unless the row says otherwise, policy ${policy.name}. Attempts are per arm.\n`,
  );
  const cases = selftestCases(policy);
  let areAllKept = true;
  const printTable = (its: readonly SelftestCase[]) => {
    print(tableHead);
    for (const each of its) {
      const result = runSelftestCase(each, policy);
      const isKept = missedBars(each, result, policy).length === 0;
      areAllKept &&= isKept;
      print(selftestRow(each, result, isKept));
    }
  };
  printTable(cases.filter(isInShort));
  print(
    '\nOther baselines, several cells and flows, cells that are dead or work with the candidate only, lost sessions, slower candidates, a machine that spoils attempts; then stored attempts, and repeated requests for a verdict:\n',
  );
  printTable(cases.filter((each) => !isInShort(each)));
  const cap = policy.success.looks.at(-1);
  print(
    `\n${areAllKept ? 'Every promise is kept' : 'A promise is broken'}; no run took more than ${cap} attempts per arm and flow in cells in which the baseline works.`,
  );
  return areAllKept;
}

/** One row of the table. */
export function selftestRow({ group, name, bars }: SelftestCase, result: SelftestResult, isKept: boolean): string {
  const promised = bars.map(describeBar).join(', ');
  const rates = [result.promote, result.block, result.inconclusive].map(percent);
  const kept = isKept ? (bars.length > 0 ? '✓' : '') : '✗';
  return `| ${[group, name, ...rates, result.meanAttempts.toFixed(1), promised, kept].join(' | ')} |`;
}

function describeBar({ what, atMost, atLeast }: Bar): string {
  const value = (atMost ?? atLeast) as number;
  const shown = what === 'promote' || what === 'block' || what === 'inconclusive' ? `${value * 100} %` : String(value);
  return `${barNames[what]} ${atMost === undefined ? '≥' : '≤'} ${shown}`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)} %`;
}
