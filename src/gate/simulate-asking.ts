import type { Policy } from '../contracts/policy.ts';
import type { Random } from '../contracts/seeded-random.ts';
import { judgeFlow } from './judge-flow.ts';
import { type Simulated, SimulatedCell, type Truth } from './simulated-cell.ts';

/** Beyond the cap one pair more changes little: it is asked after so many. */
const turnsBetweenQuestions = 10;

/**
 * Attempts of one flow that arrive independently of requests, as in a store that nightly runs fill. A verdict is requested after every turn
 * of a cell (beyond the cap after every tenth); the first one that is not inconclusive counts.
 *
 * @param truths one per cell, which take turns. @param until attempts per arm after which no verdict is requested.
 */
export function simulateAsking(truths: readonly Truth[], policy: Policy, random: Random, until: number): Simulated {
  const cap = policy.success.looks.at(-1) as number;
  const cells = truths.map((truth, i) => new SimulatedCell(truth, i));
  const flow = { flow: 'simulated', cells: cells.map(({ evidence }) => evidence) };
  for (let turn = 1; ; turn++) {
    cells[turn % cells.length]?.takeTurn(policy, random);
    const isAsked = turn <= cap || turn % turnsBetweenQuestions === 0;
    if (!isAsked) continue;
    const { verdict, pairs, cells: judged } = judgeFlow(flow, policy, 1);
    const areClosed = judged.every(({ state }) => state === 'dead');
    if (verdict !== 'inconclusive' || pairs >= until || areClosed) return { verdict, attempts: pairs, pairs };
  }
}
