import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Attempt, Cell } from '../../src/contracts/attempt.ts';
import { cellSchema } from '../../src/contracts/attempt.ts';
import { cellKey } from '../../src/contracts/cell-key.ts';
import { isSurprise } from '../../src/contracts/is-surprise.ts';
import { judgedAttempt } from '../../src/contracts/judged-attempt.ts';
import type { PlannedCell } from '../../src/contracts/run.ts';
import { stagedFlow } from '../../src/contracts/stages.ts';
import { isSetAside, type Verdict } from '../../src/contracts/verdict.ts';
import { EvidenceCollector } from '../../src/gate/evidence-collector.ts';
import { expectationOf } from '../../src/runner/plan.ts';
import { readExpectations } from '../../src/runs/read-plan.ts';
import { PairQueue } from '../../src/verdicts/pair-queue.ts';
import { plannedChoice, planPairs } from '../../src/verdicts/plan-pairs.ts';
import { exampleCell, passedAttempt } from '../fixtures/example-run.ts';
import { defaultPolicy } from '../gate/evidence-of.ts';

interface Seen {
  cell: Cell;
  attempt: Pick<Attempt, 'outcome' | 'phase' | 'code' | 'blame' | 'phases'> &
    Partial<Pick<Attempt, 'spans' | 'stages'>>;
}

/**
 * Real attempts of three versions in all cells of the default matrix, four each and two of `linked-device`, and of two flows on a build on
 * which 1.34.2 cannot send: `run --library 1.33.2,1.34.2,1.34.7 --flow qr-to-ready --repeat 4`, the same with `--flow linked-device
 * --repeat 2`, and `run --library 1.34.2,1.34.7 --build 2.3000.1032373751 --flow qr-to-ready,message-round-trip --repeat 4`, 2026-11-28 and 29.
 */
const seen = Map.groupBy(
  readFileSync('test/gate/seen-attempts.jsonl', 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Seen)
    .map(({ cell, ...seen }) => ({ ...seen, cell: cellSchema.parse(cell) })),
  ({ cell }) => cellKey(cell),
);
const startedAt = '2026-11-28T19:10:00.000Z';
const askedAt = '2026-11-28T19:20:00.000Z';

/** Makes the attempts that a `gate --run` asks for out of those that were seen in the same cell, one after the other. */
function decided(baseline: string, candidate: string, flow?: string[]): { verdict: Verdict; made: PlannedCell[] } {
  const { pairs, places } = planPairs({ baseline, candidate }, plannedChoice({ flow }, defaultPolicy), 'replica');
  const collector = new EvidenceCollector({ baseline, candidate, askedAt, plan: places }, defaultPolicy);
  const queue = new PairQueue(pairs, collector, defaultPolicy, 1);
  const made: PlannedCell[] = [];
  for (let task = queue.next(); task; task = queue.next()) {
    const its = seen.get(cellKey(task.planned.cell)) as Seen[];
    const { attempt } = its[made.length % its.length] as Seen;
    made.push(task.planned);
    queue.attemptEnded(task.planned, { ...passedAttempt({ startedAt, seed: task.seed }), ...attempt });
  }
  return { verdict: queue.verdict, made };
}

const linking = ['qr-to-ready'];
const sentences = ({ notices }: Verdict) => notices.map(({ sentence }) => sentence);
const neither = 'Neither version works on 2.2412.54, 2.3000.1014111620';
const newest = 'Neither version works on the newest build 2.3000.1044822804.';

describe('what was seen on the default matrix, when linking alone is judged', () => {
  it('1.34.7 against itself is promoted, though its probe fails on the newest build in both arms', () => {
    const { verdict } = decided('1.34.7', '1.34.7', linking);
    expect(verdict.verdict).toBe('promote');
    expect(sentences(verdict)).toEqual([
      newest,
      `${neither}.`,
      expect.stringMatching(/^Both versions break the hard rule probe-failure in qr-to-ready on 2\.3000\.1044822804/),
    ]);
  });

  it('1.33.2 -> 1.34.7 is promoted: the candidate works on one more build, and fails only where the baseline does', () => {
    const { verdict } = decided('1.33.2', '1.34.7', linking);
    expect(verdict.verdict).toBe('promote');
    expect(sentences(verdict)).toEqual([
      newest,
      `${neither}.`,
      'The candidate works on 1 build on which the baseline does not: 2.3000.1032534684.',
    ]);
    expect(verdict.hardFindings).toMatchObject([{ rule: 'probe-failure', effect: 'compared' }]);
  });

  it('1.33.2 -> 1.34.2 is promoted, and the verdict says on which builds neither works; they cost few attempts', () => {
    const { verdict, made } = decided('1.33.2', '1.34.2', linking);
    expect(verdict.verdict).toBe('promote');
    expect(sentences(verdict)).toEqual([newest, `${neither}, 2.3000.1032534684.`]);
    expect(verdict.notices.map(({ isWarning }) => isWarning)).toEqual([true, false]);
    const dead = made.filter(({ cell }) => !['2.3000.1026515401', '2.3000.1029241508'].includes(cell.build));
    expect(dead.filter(({ cell }) => cell.library === '1.34.2')).toHaveLength(4 * 4);
    expect(dead.filter(({ cell }) => cell.library === '1.33.2')).toHaveLength(4 * 13);
    expect(made.length - dead.length).toBe(2 * 60);
  });

  it('1.34.7 -> 1.34.2 is blocked where 1.34.2 does not work any more', () => {
    const { verdict } = decided('1.34.7', '1.34.2', linking);
    expect(`${verdict.verdict} by ${verdict.rule}`).toBe('block by fast-path');
    expect(verdict.because[0]).toContain('candidate 0 of 6 on 2.3000.1032534684: the candidate is broken');
  });

  it('a flow that the candidate cannot do outside of the plan is listed and decides nothing; where it is asked for, it blocks', () => {
    const build = '2.3000.1032373751';
    const ofFlow = (flow: string) =>
      [...seen.values()].flat().filter(({ cell }) => cell.build === build && cell.flow === flow);
    const sent = [...ofFlow('message-round-trip'), ...ofFlow('qr-to-ready')];
    const { library: _, ...place } = exampleCell({ build, flow: 'qr-to-ready' });
    const verdictIn = (plan: (typeof place)[]) => {
      const question = { baseline: '1.34.7', candidate: '1.34.2', askedAt, plan };
      const collector = new EvidenceCollector(question, defaultPolicy);
      const queue = new PairQueue([], collector, defaultPolicy, 1);
      for (let i = 0; i < 15; i++)
        for (const { cell, attempt } of sent)
          collector.add(judgedAttempt(cell, { ...passedAttempt({ startedAt }), ...attempt }));
      return queue.standing;
    };
    const onlyLinking = verdictIn([place]);
    expect(onlyLinking.verdict).toBe('promote');
    expect(sentences(onlyLinking)).toEqual([
      'Outside the plan, and in no rate: the candidate failed 60 of 60 attempts of message-round-trip on 2.3000.1032373751 (send-failed), the baseline failed 0 of 60.',
    ]);
    const sending = verdictIn([place, { ...place, flow: 'message-round-trip' }]);
    expect(`${sending.verdict} by ${sending.rule}`).toBe('block by fast-path');
  });
});

describe('what was seen on the default matrix, by the flows of the default policy', () => {
  const words = ({ flows }: Verdict) => Object.fromEntries(flows.map(({ flow, verdict }) => [flow, verdict]));

  it('1.33.2 -> 1.34.7 is blocked: it links and restores, and sends neither texts nor files on a build on which 1.33.2 does', () => {
    const { verdict } = decided('1.33.2', '1.34.7');
    expect(`${verdict.verdict} by ${verdict.rule}`).toBe('block by fast-path');
    expect(words(verdict)).toEqual({
      'group-life': 'inconclusive',
      'media-both-ways': 'block',
      'message-round-trip': 'block',
      'qr-to-ready': 'inconclusive',
      'restore-to-ready': 'inconclusive',
    });
    expect(verdict.because[0]).toMatch(/^media-both-ways: .* on 2\.3000\.1029241508: the candidate is broken/);
    const sent = verdict.flows.find(({ flow }) => flow === 'message-round-trip')?.cells ?? [];
    expect(sent.flatMap(({ failures }) => failures.filter(({ code }) => code === 'send-failed'))).toMatchObject([
      { arm: 'candidate', phase: 'message' },
    ]);
  });

  it('1.33.2 -> 1.34.2 is promoted: each stage is judged on the same attempts, and groups, which 1.33.2 does nowhere, decide nothing', () => {
    const { verdict, made } = decided('1.33.2', '1.34.2');
    expect(verdict.verdict).toBe('promote');
    expect(new Set(Object.values(words(verdict)))).toEqual(new Set(['promote']));
    expect(verdict.flows.filter(isSetAside).map(({ flow }) => flow)).toEqual(['group-life']);
    expect(sentences(verdict)).toEqual([
      newest,
      'group-life: the baseline passes it nowhere, so it decides nothing.',
      'group-life, media-both-ways, message-round-trip, restore-to-ready: neither version works on 2.3000.1032534684.',
      'group-life: the candidate works on 1 build on which the baseline does not: 2.3000.1029241508.',
      `qr-to-ready: ${neither.replace('N', 'n')}, 2.3000.1032534684.`,
    ]);
    const counts = Map.groupBy(made, ({ cell }) => `${cell.library} ${cell.build} ${cell.flow}`);
    expect(Object.fromEntries([...counts].map(([cell, its]) => [cell, its.length]))).toEqual({
      '1.33.2 2.2412.54 qr-to-ready': 13,
      '1.34.2 2.2412.54 qr-to-ready': 4,
      '1.33.2 2.3000.1014111620 qr-to-ready': 13,
      '1.34.2 2.3000.1014111620 qr-to-ready': 4,
      '1.33.2 2.3000.1026515401 qr-to-ready': 10,
      '1.34.2 2.3000.1026515401 qr-to-ready': 10,
      '1.33.2 2.3000.1029241508 linked-device': 60,
      '1.34.2 2.3000.1029241508 linked-device': 60,
      '1.33.2 2.3000.1032534684 linked-device': 13,
      '1.34.2 2.3000.1032534684 linked-device': 4,
      '1.33.2 2.3000.1044822804 linked-device': 13,
      '1.34.2 2.3000.1044822804 linked-device': 4,
    });
  });

  it.each([
    ['1.33.2', ['group-life']],
    ['1.34.2', []],
    ['1.34.7', []],
  ])('%s against itself is promoted; no cell of it passes %o', (version, setAside) => {
    const { verdict } = decided(version, version);
    expect(verdict.verdict).toBe('promote');
    expect(verdict.flows.filter(isSetAside).map(({ flow }) => flow)).toEqual(setAside);
  });

  it('every attempt of the flow with stages did what is expected of its cell', () => {
    const staged = [...seen.values()].flat().filter(({ cell }) => cell.flow === stagedFlow);
    expect(new Set(staged.map(({ cell }) => cellKey(cell))).size).toBe(9);
    const rules = readExpectations();
    const surprises = staged.filter(({ cell, attempt }) => isSurprise(expectationOf(cell, rules), attempt));
    expect(surprises).toEqual([]);
  });
});
