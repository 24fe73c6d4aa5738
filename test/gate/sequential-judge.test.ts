import { describe, expect, it } from 'vitest';
import { EvidenceCollector } from '../../src/gate/evidence-collector.ts';
import { judge } from '../../src/gate/judge.ts';
import { SequentialJudge } from '../../src/gate/sequential-judge.ts';
import { asOf, attempts, defaultPolicy } from './evidence-of.ts';

const flows = ['qr-to-ready', 'restore-to-ready'] as const;

/** Attempts of two flows that arrive during judgements. */
function newJudged() {
  const collector = new EvidenceCollector({ baseline: 'old', candidate: 'new', askedAt: asOf }, defaultPolicy);
  for (const flow of flows) {
    collector.expect({ build: '2.3000.1', browser: 'current', flow, condition: 'none', target: 'replica' });
  }
  const sequential = new SequentialJudge(defaultPolicy);
  /** So many pairs more, in some of which the candidate fails. */
  const add = (flow: (typeof flows)[number], pairs: number, failures: number) => {
    const cell = { flow, build: '2.3000.1' };
    for (const each of [...attempts('old', pairs, 0, cell), ...attempts('new', pairs - failures, failures, cell)]) {
      collector.add(each);
    }
    sequential.look(collector.evidence());
    return sequential.decided && `${sequential.decided.verdict} by ${sequential.decided.rule}`;
  };
  const rules = () =>
    judge(collector.evidence(), defaultPolicy).flows.map(({ verdict, rule }) => `${verdict} by ${rule}`);
  return { add, rules };
}

describe('a judge of attempts that come in', () => {
  it('does not let the look of one flow judge the rates of another', () => {
    const { add, rules } = newJudged();
    expect(add('restore-to-ready', 80, 8)).toBeNull();
    expect(add('restore-to-ready', 10, 8)).toBeNull();
    expect(rules()[1]).toBe('block by success-rate');
    expect(add('qr-to-ready', 10, 0)).toBeNull();
    expect(add('restore-to-ready', 10, 2)).toBe('block by success-rate');
  });

  it('blocks plain breakage of any flow at once', () => {
    const { add } = newJudged();
    expect(add('qr-to-ready', 10, 0)).toBeNull();
    expect(add('restore-to-ready', 6, 6)).toBe('block by fast-path');
  });

  it('promotes nothing before every planned flow was tried, and then only what every flow earned at its own look', () => {
    const { add } = newJudged();
    expect(add('qr-to-ready', 80, 0)).toBeNull();
    expect(add('restore-to-ready', 40, 0)).toBeNull();
    expect(add('restore-to-ready', 12, 0)).toBeNull();
    expect(add('restore-to-ready', 1, 0)).toBe('promote by success-rate');
  });

  it('holds flows that were not tried yet to their share of the error rate from the start', () => {
    const { add } = newJudged();
    // Enough for one flow alone: 180 times likelier than equal, which blocks from 167.
    expect(add('qr-to-ready', 4, 4)).toBeNull();
  });
});
