import type { Policy } from '../../contracts/policy.ts';
import type { SamplePlan } from '../../gate/sample-plan.ts';
import { columns } from '../../report/fit-text.ts';
import { plural } from '../../words/text.ts';

/** What a policy does with candidates, as text: a table by how much worse they are, and a sentence on what is found when. */
export function renderPlan(
  { rows, detects }: SamplePlan,
  { success }: Policy,
  baseline: number,
  width?: number,
): string {
  const cap = success.looks.at(-1) as number;
  const head = [
    'worse by',
    'promoted',
    'blocked',
    'undecided',
    'attempts per arm',
    ...success.looks.map((look) => `blocked by ${look}`),
  ];
  const table = rows.map(({ lossPoints, odds }) => [
    `${round(lossPoints)} points`,
    percent(odds.promote),
    percent(odds.block),
    percent(odds.inconclusive),
    odds.meanAttempts.toFixed(0),
    ...odds.blockedBy.map(({ chance }) => percent(chance)),
  ]);
  const found = detects
    .filter(({ lossPoints }) => lossPoints !== null)
    .map(({ attempts, lossPoints }) => `${lossPoints} points by ${attempts}`);
  return `A baseline that succeeds ${percent(baseline)} of the time, a margin of ${success.marginPoints} points, at most ${plural(cap, 'attempt')} per arm, one cell.

${columns([head, ...table], width)}
${found.length > 0 ? `Blocked with 80 % certainty, attempts per arm: ${found.join(', ')}.` : `No loss is blocked with 80 % certainty by ${plural(cap, 'attempt')} per arm: it takes more looks, or a baseline that works more often.`}
`;
}

function percent(share: number): string {
  const value = share * 100;
  return value > 0 && value < 0.1 ? '< 0.1 %' : `${round(value)} %`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
