import { describe, expect, it } from 'vitest';
import { type Policy, policySchema, type Threshold } from '../../src/contracts/policy.ts';
import { parseYaml } from '../../src/contracts/yaml-file.ts';
import { checkPolicy } from '../../src/gate/check-policy.ts';
import { SequentialJudge } from '../../src/gate/sequential-judge.ts';
import { evidenceOf, SimulatedCell } from '../../src/gate/simulated-cell.ts';
import { flowThresholds } from '../../src/gate/thresholds.ts';
import { attempts, defaultPolicy, verdictOn } from './evidence-of.ts';

const [strict, other] = [{ build: '2.3000.1' }, { build: '2.3000.2' }];
const withThresholds = (...thresholds: Threshold[]): Policy => ({ ...defaultPolicy, thresholds });
const both = (passed: number, more: Parameters<typeof attempts>[3]) => [
  ...attempts('old', passed, 0, more),
  ...attempts('new', passed, 0, more),
];

describe('a threshold', () => {
  it('of a build holds each of its cells to a margin of its own, which takes more attempts there', () => {
    const policy = withThresholds({ build: ['2.3000.1'], marginPoints: 5 });
    const given = (pairs: number) => [...both(pairs, strict), ...both(60, other)];
    expect(verdictOn(given(60)).verdict).toBe('promote');
    const held = verdictOn(given(60), policy);
    expect(`${held.verdict} by ${held.rule}`).toBe('inconclusive by cells');
    expect(held.because[0]).toBe(
      'qr-to-ready: The candidate would be promoted, but it is not surely inside the margin that the policy sets for 2.3000.1 (baseline 60 of 60, candidate 60 of 60, margin 5).',
    );
    expect(held.flows[0]?.cells.map(({ marginPoints }) => marginPoints)).toEqual([5, undefined]);
    expect(verdictOn(given(130), policy).verdict).toBe('promote');
  });

  it('of a flow is its margin and its ratio of times', () => {
    const policy = withThresholds({ flow: ['qr-to-ready'], marginPoints: 20, timeRatio: 2 });
    const given = [...attempts('old', 40, 0, { readyMs: 3000 }), ...attempts('new', 40, 0, { readyMs: 4500 })];
    expect(verdictOn(given).rule).toBe('time-to-ready');
    const verdict = verdictOn(given, policy);
    expect(verdict.verdict).toBe('promote');
    expect(verdict.flows[0]).toMatchObject({ marginPoints: 20, time: { ratio: { allowed: 2 } } });
  });

  it('of another flow or cell changes nothing, and the last one that matches applies', () => {
    const elsewhere = { flow: ['restore-to-ready'], build: ['2.3000.1'], marginPoints: 1 };
    expect(verdictOn(both(60, strict), withThresholds(elsewhere)).flows[0]?.cells[0]?.marginPoints).toBeUndefined();
    const twice = withThresholds({ browser: ['current'], marginPoints: 5 }, { build: ['2.3000.1'], marginPoints: 9 });
    expect(verdictOn(both(60, strict), twice).flows[0]?.cells[0]?.marginPoints).toBe(9);
  });

  it('that names one value leaves the other to the entries before it', () => {
    const [margin, ratio] = [
      { flow: ['qr-to-ready'], marginPoints: 20 },
      { flow: ['qr-to-ready'], timeRatio: 2 },
    ];
    for (const thresholds of [
      [margin, ratio],
      [ratio, margin],
    ]) {
      expect(flowThresholds(withThresholds(...thresholds), 'qr-to-ready')).toEqual({ marginPoints: 20, timeRatio: 2 });
    }
  });

  it('of cells of a flow, or of another flow, is none of the flow', () => {
    const policy = withThresholds(
      { flow: ['qr-to-ready'], build: ['2.3000.1'], marginPoints: 1 },
      { flow: ['restore-to-ready'], marginPoints: 2, timeRatio: 3 },
      { browser: ['current'], marginPoints: 4 },
    );
    expect(flowThresholds(policy, 'qr-to-ready')).toEqual({ marginPoints: 10, timeRatio: 1.25 });
  });

  it('gets its cell the attempts that it takes from `gate --run`', () => {
    const policy = withThresholds({ build: ['2.3000.0'], marginPoints: 5 });
    const sequential = new SequentialJudge(policy);
    const cells = [0, 1].map((index) => new SimulatedCell({ success: { baseline: 1, candidate: 1 } }, index));
    const evidence = evidenceOf(cells);
    for (;;) {
      sequential.look(evidence);
      const next = sequential.decided ? undefined : sequential.nextCell(cells, evidence);
      if (!next) break;
      next.cell.takeTurn(policy, () => 0.5, next.arms);
    }
    expect(sequential.decided?.verdict).toBe('promote');
    expect(cells[0]?.evidence.candidate.attempts).toBeGreaterThan(100);
    expect(cells[1]?.evidence.candidate.attempts).toBeLessThanOrEqual(80);
  });
});

describe('a threshold with a mistake', () => {
  const base = JSON.stringify(defaultPolicy);
  const read = (...thresholds: unknown[]) =>
    parseYaml(JSON.stringify({ ...JSON.parse(base), thresholds }), policySchema, 'policy.yaml');

  it.each([
    [{ build: ['2.3000.1'] }, /thresholds\[0\]: a threshold gives marginPoints or timeRatio, such as/],
    [
      { marginPoints: 5 },
      /thresholds\[0\]: a threshold names flow, build, browser, condition or switches; what holds for all/,
    ],
    [
      { build: ['2.3000.1'], margin: 5 },
      /thresholds\[0\]\.margin: unknown key; it can be flow, build, browser, condition, switches, marginPoints, timeRatio/,
    ],
    [{ build: ['2.3000.1'], marginPoints: 0 }, /thresholds\[0\]\.marginPoints: the margin is above 0 points/],
    [{ build: ['2.3000.1'], timeRatio: 2 }, /thresholds\[0\]: timeRatio is for whole flows/],
  ])('%o is named with its key and what would be right', (threshold, message) => {
    expect(() => read(threshold)).toThrow(message);
  });

  it('that no number of attempts up to the cap could satisfy is refused', () => {
    const policy = withThresholds({ build: ['2.3000.1'], marginPoints: 2 });
    expect(() => checkPolicy(policy, 'policy.yaml')).toThrow(
      /policy\.yaml: thresholds\[0\]\.marginPoints: nothing could ever be promoted: after 160 attempts per arm, the cap, .*2 points/,
    );
  });

  it('so few attempts of the baseline in closed cells that they could hide a loss are refused', () => {
    const policy = { ...defaultPolicy, deadCells: { ...defaultPolicy.deadCells, beforePromoting: 4 } };
    expect(() => checkPolicy(policy, 'policy.yaml')).toThrow(
      /deadCells\.beforePromoting: after 4 attempts a baseline that works 30 % of the time is taken for one that never does with a chance of 24 %/,
    );
  });
});
