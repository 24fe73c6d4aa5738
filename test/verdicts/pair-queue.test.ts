import { describe, expect, it } from 'vitest';
import type { Attempt } from '../../src/contracts/attempt.ts';
import { judgedAttempt } from '../../src/contracts/judged-attempt.ts';
import type { PlannedCell } from '../../src/contracts/run.ts';
import { stagedFlow, stageFlows } from '../../src/contracts/stages.ts';
import { EvidenceCollector } from '../../src/gate/evidence-collector.ts';
import { PairQueue, type PlannedPair } from '../../src/verdicts/pair-queue.ts';
import { exampleCell, failedAttempt, passedAttempt } from '../fixtures/example-run.ts';
import { defaultPolicy } from '../gate/evidence-of.ts';

const startedAt = '2026-01-09T00:00:00.000Z';
const asOf = '2026-01-09T01:00:00.000Z';

/** How the n-th attempt (from 1) of one arm in one cell ends. */
type Ending = (planned: PlannedCell, n: number) => Partial<Attempt> & { fails?: boolean };

function pairsOn(builds: readonly string[], flow = 'qr-to-ready', versions = ['old', 'new']) {
  const planned = (library: string, build: string): PlannedCell => ({
    cell: exampleCell({ library, build, flow }),
    expectation: null,
    repeat: 1,
  });
  return builds.map((build) => ({
    baseline: planned(versions[0] as string, build),
    candidate: planned(versions[1] as string, build),
  }));
}

function newQueue(pairs: ReturnType<typeof pairsOn>, stored: Attempt[] = []) {
  const question = {
    baseline: pairs[0]?.baseline.cell.library ?? '',
    candidate: pairs[0]?.candidate.cell.library ?? '',
    askedAt: asOf,
  };
  const collector = new EvidenceCollector(question, defaultPolicy);
  for (const attempt of stored) collector.add(judgedAttempt((pairs[0] as (typeof pairs)[0]).baseline.cell, attempt));
  return new PairQueue(pairs, collector, defaultPolicy, 100);
}

/** Makes what the queue asks for, one at a time, until it asks for no more. */
function work(queue: PairQueue, ending: Ending = () => ({}), most = 2000): { planned: PlannedCell; seed: number }[] {
  const made: { planned: PlannedCell; seed: number }[] = [];
  const counts = new Map<PlannedCell, number>();
  for (let task = queue.next(); task && made.length < most; task = queue.next()) {
    made.push(task);
    const n = (counts.get(task.planned) ?? 0) + 1;
    counts.set(task.planned, n);
    const { fails, ...more } = ending(task.planned, n);
    const attempt = (fails ? failedAttempt : passedAttempt)({ startedAt, seed: task.seed, ...more });
    queue.attemptEnded(task.planned, attempt);
  }
  return made;
}

const versionsOf = (made: { planned: PlannedCell }[]) => made.map(({ planned }) => planned.cell.library);

describe('the queue of a gate run', () => {
  it('pairs the arms back to back, in balanced order, with the same seed', () => {
    const made = work(newQueue(pairsOn(['2.3000.1'])));
    expect(versionsOf(made).slice(0, 6)).toEqual(['old', 'new', 'new', 'old', 'old', 'new']);
    expect(made.slice(0, 4).map(({ seed }) => seed)).toEqual([100, 100, 101, 101]);
  });

  it('stops at the look at which an equal candidate is decided', () => {
    const queue = newQueue(pairsOn(['2.3000.1']));
    const made = work(queue);
    expect(queue.verdict.verdict).toBe('promote');
    expect(made).toHaveLength(2 * 53);
  });

  it('stops after four pairs when the candidate never works', () => {
    const queue = newQueue(pairsOn(['2.3000.1']));
    const made = work(queue, ({ cell }) => ({ fails: cell.library === 'new' }));
    expect(queue.verdict.verdict).toBe('block');
    expect(made).toHaveLength(8);
  });

  it('never goes beyond the cap', () => {
    const queue = newQueue(pairsOn(['2.3000.1']));
    const made = work(queue, ({ cell }, n) => ({ fails: n % (cell.library === 'new' ? 7 : 16) === 0 }));
    expect(queue.verdict.verdict).toBe('inconclusive');
    expect(made).toHaveLength(320);
  });

  it('takes the cell with the fewest pairs, so that all are tried', () => {
    const made = work(newQueue(pairsOn(['2.3000.1', '2.3000.2', '2.3000.3'])), () => ({}), 12);
    const builds = made.map(({ planned }) => planned.cell.build.at(-1));
    expect(builds.join('')).toBe('112233112233');
  });

  it('counts the pairs that are stored already when it looks for the cell with the fewest', () => {
    const pairs = pairsOn(['2.3000.1', '2.3000.2']);
    const collector = new EvidenceCollector({ baseline: 'old', candidate: 'new', askedAt: asOf }, defaultPolicy);
    for (const { cell } of [pairs[0]?.baseline, pairs[0]?.candidate] as PlannedCell[]) {
      for (let i = 0; i < 3; i++) collector.add(judgedAttempt(cell, passedAttempt({ startedAt })));
    }
    const made = work(new PairQueue(pairs, collector, defaultPolicy, 1), () => ({}), 10);
    expect(made.map(({ planned }) => planned.cell.build.at(-1)).join('')).toBe('2222221122');
  });

  it('makes no more than the cap together with what is stored', () => {
    const [pair] = pairsOn(['2.3000.1']);
    if (!pair) throw new Error('no pair');
    const collector = new EvidenceCollector({ baseline: 'old', candidate: 'new', askedAt: asOf }, defaultPolicy);
    for (let i = 0; i < 100; i++) {
      const fails = (every: number) => (i % every === 0 ? failedAttempt : passedAttempt)({ startedAt });
      collector.add(judgedAttempt(pair.baseline.cell, fails(16)));
      collector.add(judgedAttempt(pair.candidate.cell, fails(7)));
    }
    const queue = new PairQueue([pair], collector, defaultPolicy, 1);
    const made = work(queue, ({ cell }, n) => ({ fails: n % (cell.library === 'new' ? 7 : 16) === 0 }));
    expect(made).toHaveLength(120);
    expect(queue.verdict.flows[0]?.pairs).toBe(160);
  });

  it('replaces a pair of which an arm was spoiled for good, so that every look is reached', () => {
    const spoiled = { outcome: 'infra', phase: 'launch', code: 'harness-error', blame: 'harness' } as const;
    const queue = newQueue(pairsOn(['2.3000.1']));
    // The first pair of the candidate, with both of its repetitions.
    const made = work(queue, ({ cell }, n) => (cell.library === 'new' && n <= 3 ? spoiled : {}));
    expect(made).toHaveLength(2 * 60 + 4);
    expect(queue.verdict.flows[0]?.pairs).toBe(60);
    expect(queue.verdict.verdict).toBe('promote');
  });

  it('repeats what the harness spoiled, whatever the outcome is called, and gives up on it too', () => {
    const stubCalled = { fails: true, phase: 'ready', code: 'replica-stub-called', blame: 'harness' } as const;
    const once = work(
      newQueue(pairsOn(['2.3000.1'])),
      ({ cell }, n) => (cell.library === 'old' && n === 1 ? stubCalled : {}),
      4,
    );
    expect(versionsOf(once)).toEqual(['old', 'old', 'new', 'new']);
    const queue = newQueue(pairsOn(['2.3000.1']));
    expect(work(queue, ({ cell }) => (cell.library === 'new' ? stubCalled : {})).length).toBeLessThan(20);
    expect(queue.verdict.rule).toBe('infra-share');
  });

  it('goes on with a cell that is surely worse, since more attempts there are what blocks', () => {
    const cells = pairsOn(['2.3000.1', '2.3000.2', '2.3000.3', '2.3000.4', '2.3000.5', '2.3000.6']);
    const queue = newQueue(cells);
    work(queue, ({ cell }) => ({ fails: cell.library === 'new' && cell.build === '2.3000.1' }));
    expect(queue.verdict.verdict).toBe('block');
  });

  it('goes on with the flow that is undecided when another is promoted', () => {
    const queue = newQueue([...pairsOn(['2.3000.1']), ...pairsOn(['2.3000.1'], 'restore-to-ready')]);
    const made = work(queue, ({ cell }, n) => ({
      fails: cell.flow === 'restore-to-ready' && n % (cell.library === 'new' ? 7 : 16) === 0,
    }));
    const flows = Map.groupBy(made, ({ planned }) => planned.cell.flow);
    expect(flows.get('qr-to-ready')).toHaveLength(2 * 60);
    expect(flows.get('restore-to-ready')).toHaveLength(320);
    expect(queue.verdict.flows.map(({ verdict }) => verdict)).toEqual(['promote', 'inconclusive']);
  });

  it('counts what is known already and makes nothing when that decides', () => {
    const [pair] = pairsOn(['2.3000.1']);
    if (!pair) throw new Error('no pair');
    const collector = new EvidenceCollector({ baseline: 'old', candidate: 'new', askedAt: asOf }, defaultPolicy);
    for (const { cell } of [pair.baseline, pair.candidate]) {
      for (let i = 0; i < 90; i++) collector.add(judgedAttempt(cell, passedAttempt({ startedAt })));
    }
    const queue = new PairQueue([pair], collector, defaultPolicy, 1);
    expect(queue.isDecided).toBe(true);
    expect(queue.next()).toBeUndefined();
    expect(queue.verdict.verdict).toBe('promote');
  });

  it('repeats a spoiled attempt at most twice, and gives up when everything is spoiled', () => {
    const spoiled = { outcome: 'infra', phase: 'launch', code: 'harness-error', blame: 'harness' } as const;
    const once = work(
      newQueue(pairsOn(['2.3000.1'])),
      ({ cell }, n) => (cell.library === 'old' && n <= 3 ? spoiled : {}),
      6,
    );
    expect(versionsOf(once)).toEqual(['old', 'old', 'old', 'new', 'new', 'old']);

    const queue = newQueue(pairsOn(['2.3000.1']));
    const made = work(queue, ({ cell }) => (cell.library === 'new' ? spoiled : {}));
    expect(made.length).toBeLessThan(20);
    expect(`${queue.verdict.verdict} by ${queue.verdict.rule}`).toBe('inconclusive by infra-share');
  });

  it('stops at once at a finding about truth', () => {
    const queue = newQueue(pairsOn(['2.3000.1']));
    const mismatch = { outcome: 'infra', phase: 'launch', code: 'provenance-mismatch', blame: 'harness' } as const;
    const made = work(queue, ({ cell }) => (cell.library === 'new' ? mismatch : {}));
    expect(made).toHaveLength(2);
    expect(`${queue.verdict.verdict} by ${queue.verdict.rule}`).toBe('block by hard-rules');
  });

  it('stops after four pairs when the candidate always shows a finding that the baseline does not', () => {
    const queue = newQueue(pairsOn(['2.3000.1044822804']));
    const probe = { fails: true, phase: 'probe', code: 'probe-message' } as const;
    const made = work(queue, ({ cell }) => (cell.library === 'new' ? probe : {}));
    expect(made).toHaveLength(8);
    expect(`${queue.verdict.verdict} by ${queue.verdict.rule}`).toBe('block by hard-rules');
  });

  it('closes a cell in which neither version works after four pairs, and gives the baseline more there before it promotes', () => {
    const [dead, fine] = ['2.3000.1', '2.3000.2'];
    const queue = newQueue(pairsOn([dead as string, fine as string]));
    const made = work(queue, ({ cell }) => ({ fails: cell.build === dead }));
    expect(queue.verdict.verdict).toBe('promote');
    const inDead = made.filter(({ planned }) => planned.cell.build === dead).map(({ planned }) => planned.cell.library);
    expect(inDead.filter((library) => library === 'new')).toHaveLength(4);
    expect(inDead.filter((library) => library === 'old')).toHaveLength(13);
    expect(queue.verdict.notices.map(({ sentence }) => sentence)).toEqual(['Neither version works on 2.3000.1.']);
  });

  it('serves several flows by attempts that do them one after the other', () => {
    const build = '2.3000.1';
    const [pair] = pairsOn([build], stagedFlow);
    const { library: _, ...place } = exampleCell({ build });
    const places = stageFlows.map((flow) => ({ ...place, flow }));
    const question = { baseline: 'old', candidate: 'new', askedAt: asOf };
    const collector = new EvidenceCollector(question, defaultPolicy);
    const queue = new PairQueue([{ ...(pair as PlannedPair), places }], collector, defaultPolicy, 1);
    const lost = { outcome: 'failed', phase: 'message', code: 'message-lost', blame: 'library' } as const;
    const passed = { outcome: 'passed', phase: null, code: null, blame: null } as const;
    const stagesOf = (isLost: boolean) =>
      stageFlows.map((flow) => ({ flow, methods: [], ...(isLost && flow === 'message-round-trip' ? lost : passed) }));
    const made = work(queue, ({ cell }) =>
      cell.library === 'new'
        ? { fails: true, phase: 'message', code: 'message-lost', stages: stagesOf(true) }
        : { stages: stagesOf(false) },
    );
    expect(made.length).toBeLessThan(14);
    expect(`${queue.verdict.verdict} by ${queue.verdict.rule}`).toBe('block by fast-path');
    expect(queue.verdict.flows.map(({ flow, candidate }) => [flow, candidate.failures > 0])).toEqual([
      ['group-life', false],
      ['media-both-ways', false],
      ['message-round-trip', true],
      ['qr-to-ready', false],
      ['restore-to-ready', false],
    ]);
  });

  it('ends after four pairs of every cell when nothing works', () => {
    const queue = newQueue(pairsOn(['2.3000.1', '2.3000.2', '2.3000.3']));
    const made = work(queue, () => ({ fails: true }));
    expect(made).toHaveLength(3 * 8);
    expect(`${queue.verdict.verdict} by ${queue.verdict.rule}`).toBe('inconclusive by missing-data');
  });

  it('knows the arms of a version that is compared with itself', () => {
    const queue = newQueue(pairsOn(['2.3000.1'], 'qr-to-ready', ['same', 'same']));
    work(queue);
    expect(queue.verdict.verdict).toBe('promote');
    expect(queue.verdict.flows[0]?.baseline.attempts).toBe(53);
    expect(queue.verdict.flows[0]?.candidate.attempts).toBe(53);
  });

  it('gives a second slot the other arm while the first one works', () => {
    const queue = newQueue(pairsOn(['2.3000.1']));
    const [one, two, three] = [queue.next(), queue.next(), queue.next()];
    expect(versionsOf([one, two, three] as { planned: PlannedCell }[])).toEqual(['old', 'new', 'new']);
    expect([one?.seed, two?.seed, three?.seed]).toEqual([100, 100, 101]);
  });
});
