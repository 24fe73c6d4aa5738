import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Attempt, Cell } from '../../src/contracts/attempt.ts';
import { judgedAttempt } from '../../src/contracts/judged-attempt.ts';
import type { Prediction } from '../../src/contracts/prediction.ts';
import { EvidenceCollector } from '../../src/gate/evidence-collector.ts';
import { judge } from '../../src/gate/judge.ts';
import { openStore } from '../../src/store/open-store.ts';
import { collectFromStore } from '../../src/verdicts/collect-attempts.ts';
import { exampleCell, exampleRun, failedAttempt, passedAttempt } from '../fixtures/example-run.ts';
import { asOf, defaultPolicy } from '../gate/evidence-of.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const question = { baseline: '1.33.2', candidate: '1.34.2', askedAt: asOf };
const fresh = '2026-01-09T00:00:00.000Z';
const stale = '2025-12-01T00:00:00.000Z';

const phases = fc.record({
  launch: fc.integer({ min: 0, max: 9000 }).map((tenths) => tenths / 10),
  qr: fc.integer({ min: 0, max: 9000 }).map((tenths) => tenths / 10),
  ready: fc.integer({ min: 0, max: 9000 }).map((tenths) => tenths / 10),
});
const attempt: fc.Arbitrary<Attempt> = fc.oneof(
  { weight: 6, arbitrary: phases.map((measured) => passedAttempt({ startedAt: fresh, phases: measured })) },
  { weight: 1, arbitrary: fc.constant({}).map(() => passedAttempt({ startedAt: fresh, phases: { launch: 1 } })) },
  { weight: 1, arbitrary: phases.map((measured) => passedAttempt({ startedAt: stale, phases: measured })) },
  { weight: 1, arbitrary: fc.constant({}).map(() => failedAttempt({ startedAt: stale })) },
  { weight: 2, arbitrary: fc.constant({}).map(() => failedAttempt({ startedAt: fresh })) },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom({ outcome: 'infra', code: 'interrupted' }, { outcome: 'failed', code: 'session-lost' }, {
        outcome: 'failed',
        blame: 'harness',
      } as const)
      .map((more) => failedAttempt({ startedAt: fresh, ...(more as Partial<Attempt>) })),
  },
);
const open = { name: 'WAWebGone', stops: 'ready', offered: true, after: null, since: '2.3000.1037151346' } as const;
const predicted: Prediction = {
  ...{ phase: null, names: [], perhaps: [], confidence: 'inferred', facts: [], read: { upTo: null, after: null } },
  open: [{ ...open, date: '2026-04-11', confidence: 'inferred', sources: ['a/b@1'] }],
  ...{ failsAnyway: false, methods: [] },
};
const withPrediction = fc
  .tuple(attempt, fc.constantFrom(null, predicted), fc.constantFrom('', 'T01:00:00.000Z'))
  .map(([made, prediction, time]): Attempt => {
    const startedAt = time === '' ? made.startedAt : `${made.startedAt.slice(0, 10)}${time}`;
    return { ...made, startedAt, prediction };
  });
const cell: fc.Arbitrary<Cell> = fc
  .record({
    library: fc.constantFrom('1.33.2', '1.34.2', '1.34.7'),
    build: fc.constantFrom('2.3000.1029241508', '2.3000.1044822804'),
    flow: fc.constantFrom('qr-to-ready', 'restore-to-ready'),
    target: fc.constantFrom('replica', 'replica', 'live'),
  })
  .map((axes) => exampleCell(axes as Partial<Cell>));

/** The second flow is outside of it. */
const plan = ['2.3000.1029241508', '2.3000.1044822804'].map((build) => {
  const { library: _, ...place } = exampleCell({ build, flow: 'qr-to-ready' });
  return place;
});

it('a verdict on the store is the same bytes as one on its attempts one by one', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.record({ cell, attempt: withPrediction }), { maxLength: 60 }), async (recorded) => {
      const store = await openStore(join(temporaryFolder(), 'store.sqlite'));
      await store.runs.add(exampleRun);
      for (const each of recorded) await store.attempts.add(exampleRun.id, each.cell, each.attempt);
      const selection = { ...question, choice: {}, target: 'replica', plan } as const;
      const counted = await collectFromStore(store, selection, defaultPolicy, asOf);
      await store.close();

      const { newestBuild, dataEnds } = counted.evidence();
      const oneByOne = new EvidenceCollector(
        { ...question, target: 'replica', plan, newestBuild, dataEnds },
        defaultPolicy,
      );
      for (const each of recorded) {
        if (each.cell.target === 'replica') oneByOne.add(judgedAttempt(each.cell, each.attempt));
      }
      const bytes = (collector: EvidenceCollector) => JSON.stringify(judge(collector.evidence(), defaultPolicy));
      expect(bytes(counted)).toBe(bytes(oneByOne));
    }),
    { numRuns: 25 },
  );
});
