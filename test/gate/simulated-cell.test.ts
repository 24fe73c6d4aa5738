import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/contracts/seeded-random.ts';
import { evidenceOf, SimulatedCell, type Truth } from '../../src/gate/simulated-cell.ts';
import { defaultPolicy } from './evidence-of.ts';

const always: Truth = { success: { baseline: 1, candidate: 1 } };
const never: Truth = { success: { baseline: 0, candidate: 0 } };
const turns = (truth: Truth, count: number, seed = 1) => {
  const cell = new SimulatedCell(truth, 0);
  const random = seededRandom(seed);
  for (let i = 0; i < count; i++) cell.takeTurn(defaultPolicy, random);
  return cell.evidence;
};
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('a simulated cell', () => {
  it('makes an attempt of each arm at a turn, or of one arm, or as many as its truth says', () => {
    const { baseline, candidate } = turns(always, 3);
    expect([baseline.attempts, candidate.attempts]).toEqual([3, 3]);
    const cell = new SimulatedCell({ ...always, perTurn: { baseline: 5, candidate: 2 } }, 0);
    cell.takeTurn(defaultPolicy, seededRandom(1));
    expect([cell.evidence.baseline.attempts, cell.evidence.candidate.attempts]).toEqual([5, 2]);
    cell.takeTurn(defaultPolicy, seededRandom(1), ['candidate']);
    expect([cell.evidence.baseline.attempts, cell.evidence.candidate.attempts]).toEqual([5, 4]);
  });

  it('fails as often as its truth says: a number below the success rate is a success', () => {
    const cell = new SimulatedCell({ success: { baseline: 0.5, candidate: 0.25 } }, 0);
    for (const number of [0.25, 0.5, 0.49]) cell.takeTurn(defaultPolicy, () => number);
    expect(cell.evidence.baseline).toMatchObject({ attempts: 3, failures: 1 });
    expect(cell.evidence.candidate).toMatchObject({ attempts: 3, failures: 3 });
  });

  it('has a time for each success, about three seconds with a spread of a fifth, and none for a failure', () => {
    const { times } = turns(always, 4000).baseline;
    const logs = times.map((time) => Math.log(time / 3000));
    expect(times).toHaveLength(4000);
    expect(Math.abs(mean(logs))).toBeLessThan(0.015);
    expect(Math.sqrt(mean(logs.map((log) => log ** 2)))).toBeCloseTo(0.2, 2);
    // Normal: a third beyond one standard deviation, one in twenty beyond two.
    const beyond = (deviations: number) => mean(logs.map((log) => Number(Math.abs(log) > 0.2 * deviations)));
    expect(beyond(1)).toBeCloseTo(0.317, 1);
    expect(beyond(2)).toBeCloseTo(0.046, 1);
    expect(turns(never, 2).candidate.times).toEqual([Infinity, Infinity]);
  });

  it.each([
    [0, 0.2],
    [0.25, 0],
    [0.5, -0.2],
  ])('has a time that two numbers make normal: at an angle of %d turns, e to the power of %d', (turns, power) => {
    const cell = new SimulatedCell(always, 0);
    // Not spoiled, passed, one standard deviation away, in this direction.
    const numbers = [0.5, 0.5, 1 - Math.exp(-0.5), turns];
    cell.takeTurn(defaultPolicy, () => numbers.shift() ?? 0, ['baseline']);
    expect(cell.evidence.baseline.times).toEqual([expect.closeTo(3000 * Math.exp(power), 6)]);
  });

  it('takes longer with the candidate by its slowdown', () => {
    const [cell, slow] = [turns(always, 500), turns({ ...always, slowdown: 2 }, 500)];
    expect(slow.baseline.times).toEqual(cell.baseline.times);
    expect(slow.candidate.times).toEqual(cell.candidate.times.map((time) => time * 2));
  });

  it('has no times of successes where they are not measured', () => {
    const { baseline } = turns({ ...always, timed: false }, 5);
    expect(baseline).toMatchObject({ attempts: 5, failures: 0, times: [] });
  });

  it('repeats a spoiled attempt as often as the policy says, then leaves it out', () => {
    const { baseline } = turns({ ...always, infra: 1 }, 1);
    expect(defaultPolicy.infra.requeues).toBe(2);
    expect(baseline).toMatchObject({ attempts: 0, infra: 3 });
    const cell = new SimulatedCell({ ...always, infra: 0.5 }, 0);
    const numbers = [0.4, 0.4, 0.5, 0.1, 0.1, 0.1];
    cell.takeTurn(defaultPolicy, () => numbers.shift() ?? 0, ['baseline']);
    expect(cell.evidence.baseline).toMatchObject({ attempts: 1, infra: 2, failures: 0 });
  });

  it('shows a lost session in the given share of its failures', () => {
    expect(turns(never, 4).baseline.findings).toEqual({});
    expect(turns({ ...never, lost: 1 }, 4).baseline.findings).toEqual({ 'lost-session': 4 });
    expect(turns({ ...always, lost: 1 }, 4).baseline.findings).toEqual({});
    const { baseline } = turns({ ...never, lost: 0.5 }, 400);
    expect(baseline.findings['lost-session']).toBeGreaterThan(150);
    expect(baseline.findings['lost-session']).toBeLessThan(250);
  });

  it('goes on from what is known, and leaves that as it was', () => {
    const known = turns({ ...never, lost: 1 }, 2);
    const before = structuredClone(known);
    const cell = new SimulatedCell({ ...never, lost: 1 }, 7, known);
    cell.takeTurn(defaultPolicy, seededRandom(1));
    expect(cell.evidence.baseline).toMatchObject({ attempts: 3, failures: 3, findings: { 'lost-session': 3 } });
    expect(cell.evidence.baseline.times).toHaveLength(3);
    expect(cell.places).toEqual([known.place]);
    expect(known).toEqual(before);
  });

  it('has nothing under way, since every attempt ends before the next one', () => {
    expect(new SimulatedCell(always, 0).underWay).toEqual({ baseline: 0, candidate: 0 });
  });
});

describe('the evidence of simulated cells', () => {
  it('has a place for each of them, by flow', () => {
    const cells = [always, { ...always, flow: 'other' }, always].map((truth, i) => new SimulatedCell(truth, i));
    const { flows, ...rest } = evidenceOf(cells);
    expect(flows.map(({ flow, cells }) => [flow, cells.map(({ place }) => place)])).toEqual([
      [
        'simulated',
        [0, 2].map((n) => ({
          build: `2.3000.${n}`,
          browser: 'current',
          flow: 'simulated',
          condition: 'none',
          switches: {},
          target: 'replica',
        })),
      ],
      [
        'other',
        [{ build: '2.3000.1', browser: 'current', flow: 'other', condition: 'none', switches: {}, target: 'replica' }],
      ],
    ]);
    expect(rest).toEqual({
      baseline: 'baseline',
      candidate: 'candidate',
      askedAt: '2026-01-01T00:00:00.000Z',
      newestAttempt: null,
      hardFindings: [],
      outside: [],
    });
  });

  it('stays up to date with them', () => {
    const cell = new SimulatedCell(always, 0);
    const { flows } = evidenceOf([cell]);
    cell.takeTurn(defaultPolicy, seededRandom(1));
    expect(flows[0]?.cells[0]?.baseline.attempts).toBe(1);
  });
});
