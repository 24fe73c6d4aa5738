import { describe, expect, it } from 'vitest';
import type { Attempt, Span, StageRecord } from '../../src/contracts/attempt.ts';
import { judgedAttempts, stagedFlow, stageFlows } from '../../src/contracts/stages.ts';
import { exampleCell, failedAttempt, passedAttempt } from '../fixtures/example-run.ts';

const cell = exampleCell({ flow: stagedFlow });

/** The phases of each stage; the calls of files and groups are of one phase. */
const phasesOf: Record<(typeof stageFlows)[number], readonly Span['phase'][]> = {
  'qr-to-ready': ['launch', 'page', 'qr', 'scan', 'authenticated', 'ready', 'probe'],
  'message-round-trip': ['message', 'message'],
  'media-both-ways': ['call', 'call'],
  'group-life': ['call', 'message'],
  'restore-to-ready': ['close', 'launch', 'page', 'authenticated', 'ready', 'probe'],
};

/** What the stages came to, the first ones passed, each with spans of a second. */
function staged(failures: Partial<Record<string, Partial<StageRecord>>>, reached: number = stageFlows.length) {
  const flows = stageFlows.slice(0, reached);
  const stages = flows.map(
    (flow): StageRecord => ({
      flow,
      outcome: 'passed',
      phase: null,
      code: null,
      blame: null,
      methods: [],
      ...failures[flow],
    }),
  );
  const spans = flows
    .flatMap((stage) => phasesOf[stage].map((phase) => ({ stage, phase })))
    .map(({ stage, phase }, i): Span => {
      const startedAt = new Date(Date.UTC(2026, 0, 9, 0, 0, i)).toISOString();
      return { stage, phase, startedAt, ms: 1000, outcome: failures[stage]?.phase === phase ? 'failed' : 'passed' };
    });
  return { stages, spans };
}

const lost = { outcome: 'failed', phase: 'message', code: 'message-lost', blame: 'library' } as const;
const noReady = { outcome: 'failed', phase: 'ready', code: 'no-ready', blame: 'library' } as const;
const noCall = { outcome: 'failed', phase: 'call', code: 'call-failed', blame: 'library' } as const;

const judged = (attempt: Partial<Attempt>) =>
  judgedAttempts(cell, attempt.outcome === undefined ? passedAttempt(attempt) : failedAttempt(attempt)).map(
    ({ cell: { flow }, outcome, phase, code }) => `${flow} ${outcome}${phase === null ? '' : ` ${phase} ${code}`}`,
  );
const passed = (flow: string) => `${flow} passed`;

describe('an attempt with stages', () => {
  it('that passed is one that passed of each stage, with the times of its own start', () => {
    const attempt = passedAttempt(staged({}));
    expect(judged(staged({}))).toEqual(stageFlows.map(passed));
    const times = judgedAttempts(cell, attempt).map(({ readyMs }) => readyMs);
    const { launch = 0, page = 0, qr = 0, scan = 0, authenticated = 0, ready = 0 } = attempt.phases;
    expect(times).toEqual([6000, 6000, 6000, 6000, launch + page + qr + scan + authenticated + ready]);
  });

  it.each(stageFlows.slice(1))('whose stage %s failed passes every other stage', (failing) => {
    const failure = failing === 'restore-to-ready' ? noReady : failing === 'message-round-trip' ? lost : noCall;
    expect(judged({ ...failure, ...staged({ [failing]: failure }) })).toEqual(
      stageFlows.map((flow) => (flow === failing ? `${flow} failed ${failure.phase} ${failure.code}` : passed(flow))),
    );
  });

  it('whose texts and restore failed has the code of each', () => {
    const failures = { 'message-round-trip': lost, 'restore-to-ready': noReady };
    expect(judged({ ...lost, ...staged(failures) })).toEqual([
      'qr-to-ready passed',
      'message-round-trip failed message message-lost',
      'media-both-ways passed',
      'group-life passed',
      'restore-to-ready failed ready no-ready',
    ]);
  });

  it('that did not link fails in every stage', () => {
    expect(judged({ ...noReady, ...staged({ 'qr-to-ready': noReady }, 1) })).toEqual(
      stageFlows.map((flow) => `${flow} failed ready no-ready`),
    );
  });

  it('that ended before its first stage did is judged by its end', () => {
    const late = { outcome: 'failed', phase: 'qr', code: 'no-qr', blame: 'library' } as const;
    expect(judged({ ...late, stages: [], spans: [] })).toEqual(stageFlows.map((flow) => `${flow} failed qr no-qr`));
  });

  it.each([
    ['by the machine', { outcome: 'infra', phase: 'message', code: 'harness-error', blame: 'harness' }],
    ['by a stub', { outcome: 'failed', phase: 'call', code: 'replica-stub-called', blame: 'harness' }],
  ] as const)('that is spoiled %s is spoiled in every stage', (_, whole) => {
    const results = judgedAttempts(cell, failedAttempt({ ...whole, ...staged({ 'group-life': whole }) }));
    expect(results.map(({ outcome, code, blame }) => ({ outcome, code, blame }))).toEqual(
      stageFlows.map(() => ({ outcome: whole.outcome, code: whole.code, blame: whole.blame })),
    );
  });

  it.each([
    ['a ready that came twice', 'ready', 'duplicate-ready', ['qr-to-ready', 'restore-to-ready']],
    ['a text that was reported twice', 'message', 'duplicate-message', ['message-round-trip', 'group-life']],
  ] as const)('in which no stage failed fails where its phase is: %s', (_, phase, code, failing) => {
    expect(judged({ outcome: 'failed', phase, code, ...staged({}) })).toEqual(
      stageFlows.map((flow) =>
        failing.some((its) => its === flow) ? `${flow} failed ${phase} ${code}` : passed(flow),
      ),
    );
  });

  it('rests in each stage on what the methods that it called need', () => {
    const open = (name: string) => ({
      ...{ name, stops: 'call', offered: true, after: null, since: '2.3000.2', date: '2026-04-11' },
      ...{ confidence: 'inferred' as const, sources: ['a/b@1'] },
    });
    const { stages, spans } = staged({
      'media-both-ways': { methods: ['Client.sendMessage'] },
      'group-life': { methods: ['Client.createGroup', 'Client.sendMessage'] },
    });
    const prediction = {
      ...{ stops: null, failsAnyway: false, open: [] },
      methods: [
        { name: 'Client.sendMessage', open: [open('WAWebSend')] },
        { name: 'Client.createGroup', open: [open('WAWebGroup')] },
      ],
    } as unknown as NonNullable<Attempt['prediction']>;
    const rests = judgedAttempts(cell, passedAttempt({ stages, spans, prediction })).map(({ doubt }) =>
      doubt?.open.map(({ name }) => name),
    );
    expect(rests).toEqual([[], [], ['WAWebSend'], ['WAWebSend', 'WAWebGroup'], []]);
  });

  it('of any other flow is judged as it is', () => {
    expect(judgedAttempts(exampleCell(), passedAttempt())).toHaveLength(1);
  });
});
