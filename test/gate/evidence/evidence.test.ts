import { describe, expect, it } from 'vitest';
import { countedCells, hasSucceeded, isUntried, noEvidence, tallyArm } from '../../../src/gate/evidence/evidence.ts';
import { cellOf } from '../cell-of.ts';

const cell = (baseline: number, candidate: number) => cellOf(1, [0, baseline], [0, candidate]);
const none = { attempts: 0, failures: 0, infra: 0, stale: 0 };

describe('the evidence of an arm', () => {
  it('is empty before the first attempt', () => {
    expect(noEvidence()).toEqual({ ...none, mismatched: 0, times: [], findings: {}, failureKinds: new Map() });
  });

  it('adds up over cells by what was done with the attempts', () => {
    const arms = [
      { attempts: 20, failures: 3, infra: 2, stale: 5 },
      { attempts: 10, failures: 4, infra: 1, stale: 7 },
    ];
    expect(tallyArm(arms)).toEqual({ attempts: 30, failures: 7, infra: 3, stale: 12 });
    expect(tallyArm([])).toEqual(none);
  });

  it('is untried without an attempt of any kind', () => {
    expect(isUntried(none)).toBe(true);
    for (const kind of ['attempts', 'infra', 'stale'] as const) {
      expect(isUntried({ ...none, [kind]: 1 })).toBe(false);
      expect(isUntried({ attempts: 1, failures: 0, infra: 1, stale: 1, [kind]: 0 })).toBe(false);
    }
  });

  it('has succeeded when more attempts were made than failed', () => {
    expect(hasSucceeded({ attempts: 2, failures: 1 })).toBe(true);
    expect(hasSucceeded({ attempts: 2, failures: 2 })).toBe(false);
    expect(hasSucceeded(none)).toBe(false);
  });
});

it('the cells of a flow that count are those with an attempt of both arms', () => {
  const both = cell(1, 1);
  expect(countedCells({ flow: 'f', cells: [cell(1, 0), both, cell(0, 1), cell(0, 0)] })).toEqual([both]);
});
