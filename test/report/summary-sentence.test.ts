import { expect, test } from 'vitest';
import type { Attempt, Cell } from '../../src/contracts/attempt.ts';
import type { OpenName, Prediction } from '../../src/contracts/prediction.ts';
import type { RunInfo } from '../../src/contracts/run.ts';
import type { FlowStanding, Standing } from '../../src/contracts/standing.ts';
import { summarySentence } from '../../src/report/summary-sentence.ts';
import { type CellSummary, plannedSummary, withAttempt } from '../../src/words/cell-summary.ts';
import { exampleRun, failedAttempt, infraAttempt, passedAttempt, planned } from '../fixtures/example-run.ts';

const older = '2.3000.1032534684';
const newest = '2.3000.1044822804';
const send = 'message-round-trip';
const restore = 'restore-to-ready';

const of = (axes: Partial<Cell>, ...attempts: Attempt[]) =>
  attempts.reduce(withAttempt, plannedSummary(planned({ build: newest, ...axes })));
const passed = (axes: Partial<Cell>, success: Partial<Attempt> = {}) => of(axes, passedAttempt(success));
const failed = (axes: Partial<Cell>, failure: Partial<Attempt> = {}) => of(axes, failedAttempt(failure));
const spoiled = (axes: Partial<Cell>) => of(axes, infraAttempt());
const interrupted = (axes: Partial<Cell>) => of(axes, infraAttempt({ code: 'interrupted' }));

/** Six days after the builds are dated as of the example run. */
const run: RunInfo = { ...exampleRun, finishedAt: '2026-11-28T08:00:00.000Z' };
const onNewest = `On the newest build ${newest} (2026-08-10, 110 days old)`;
const onBuild = `On build ${newest} (2026-08-10, 110 days old)`;
const dataEnds = 'WhatsApp Web data ends 2026-10-09, 50 days ago.';
const lostSend = { code: 'send-failed', phase: 'message' } as const;

const cases: Record<string, [CellSummary[], string]> = {
  'versions that work and versions that do not are named, with the nearest that works': [
    [
      failed({ library: '1.24.0' }),
      failed({ library: '1.34.2' }),
      passed({ library: '1.34.7' }),
      passed({ library: '1.34.2', build: older }),
    ],
    `${onNewest} 1.34.7 works (link 1 of 1); 1.24.0 and 1.34.2 do not link: the nearest for them is 1.34.7.`,
  ],
  'the nearest version is the smallest newer one, else the greatest older one': [
    [
      failed({ library: '1.34.10' }),
      passed({ library: '1.34.9' }),
      passed({ library: '1.33.2' }),
      failed({ library: '1.25.0' }),
    ],
    `${onBuild} 1.33.2 and 1.34.9 work (link 2 of 2); 1.25.0 and 1.34.10 do not link: for 1.25.0 the nearest that works is 1.33.2, for 1.34.10 the nearest that works is 1.34.9.`,
  ],
  'several flows are named one by one': [
    [passed({}), passed({ flow: restore }), failed({ flow: send }, lostSend)],
    `${onBuild} 1.34.7 links and restores; it does not send (link 1 of 1, restore 1 of 1, send and receive 0 of 1); no other build was tried.`,
  ],
  'no version works is never said where a flow passes': [
    [
      passed({}),
      failed({ flow: restore }),
      passed({ library: '1.34.2' }),
      failed({ library: '1.34.2', flow: restore }),
    ],
    `${onBuild} 1.34.2 and 1.34.7 link; they do not restore (link 2 of 2, restore 0 of 2); no other build was tried.`,
  ],
  'when none works, the one that came furthest and the newest build with a working one are named': [
    [
      failed({ library: '1.34.2' }),
      failed({ library: '1.34.7' }, { phase: 'probe' }),
      failed({ library: '1.34.2', build: older }),
      passed({ library: '1.34.7', build: older }),
    ],
    `${onNewest} no version works (1.34.7 gets furthest, to the phase probe); the newest build on which one works is ${older}, with 1.34.7.`,
  ],
  'none works anywhere': [
    [
      failed({ library: '1.34.2' }),
      failed({ library: '1.34.7' }),
      failed({ library: '1.34.2', build: older }),
      failed({ library: '1.34.7', build: older }),
    ],
    `${onNewest} no version works; none works on any of the older builds that were tried.`,
  ],
  'one version alone is named, and claims nothing about others': [
    [failed({})],
    `${onBuild} 1.34.7 does not link; no other build was tried.`,
  ],
  'all work': [
    [passed({ library: '1.34.2' }), passed({ library: '1.34.7' })],
    `${onBuild} 1.34.2 and 1.34.7 work (link 2 of 2).`,
  ],
  'one failed attempt among others is enough not to work': [
    [of({ library: '1.34.2' }, failedAttempt(), passedAttempt()), passed({ library: '1.34.7' })],
    `${onBuild} 1.34.7 works (link 1 of 1); 1.34.2 links only sometimes (link 1 of 2): the nearest that works is 1.34.7.`,
  ],
  'of a version whose attempts were spoiled, nothing is claimed': [
    [spoiled({ library: '1.34.2' }), passed({ library: '1.34.7' })],
    `${onBuild} 1.34.7 works (link 1 of 1); of 1.34.2 nothing is known: its attempts were spoiled by the harness or the machine.`,
  ],
  'no version works is never said of attempts that were interrupted': [
    [interrupted({ library: '1.34.2' }), interrupted({ library: '1.34.7' })],
    `${onBuild} nothing is known: every attempt was interrupted.`,
  ],
  'no version works is never said while another one was interrupted': [
    [failed({ library: '1.25.0' }), failed({ library: '1.34.2' }), interrupted({ library: '1.34.7' })],
    `${onBuild} 1.25.0 and 1.34.2 do not link; no other build was tried; of 1.34.7 nothing is known: its attempts were interrupted.`,
  ],
  'an interrupted newest build hides nothing of the one before it': [
    [interrupted({}), passed({ build: older })],
    `${onNewest} nothing is known: every attempt was interrupted. On build ${older} (2026-01-27, 305 days old) 1.34.7 works (link 1 of 1).`,
  ],
  'a mistake in a flow is no failure of a version': [
    [failed({}, { code: 'flow-error', blame: 'harness' })],
    `${onBuild} nothing is known: every attempt was spoiled by the harness or the machine.`,
  ],
  'cells on another browser than current, or under a condition, do not count': [
    [passed({}), failed({ browser: '107' }), failed({ condition: 'socket-drop' })],
    `${onBuild} 1.34.7 works (link 1 of 1).`,
  ],
  'a build whose date is not known is named without one': [
    [passed({ build: '2.3000.1099999999' })],
    'On build 2.3000.1099999999 1.34.7 works (link 1 of 1).',
  ],
};

test.each(Object.entries(cases))('%s', (_title, [cells, sentence]) => {
  expect(summarySentence(run, cells)).toBe(`${sentence} ${dataEnds}`);
});

const onSite = { target: 'live', build: 'live', flow: 'restore-to-ready' } as const;
const met = { live: { accounts: [], builds: [older], switches: {}, intercepts: false } };

const storedLive: Standing[] = [
  {
    library: '1.34.7',
    build: 'live',
    flows: [{ flow: send, passed: 9, failed: 1, spoiled: 0, code: null, cause: null }],
  },
];

test.each<[string, CellSummary[], string]>([
  ['works', [passed(onSite, met)], `On the live site (${older}) 1.34.7 works (restore 1 of 1).`],
  ['fails', [failed(onSite, met)], `On the live site (${older}) 1.34.7 does not restore.`],
  ['was never reached', [interrupted(onSite)], 'On the live site nothing is known: every attempt was interrupted.'],
  [
    'works beside a replica',
    [passed({}), passed(onSite, met)],
    `${onBuild} 1.34.7 works (link 1 of 1). On the live site (${older}) 1.34.7 works (restore 1 of 1). ${dataEnds}`,
  ],
  [
    'was refused',
    [of(onSite, infraAttempt({ code: 'limit-reached' }))],
    'On the live site nothing is known: every attempt was refused by the limits of the accounts.',
  ],
  [
    'fails, whatever the store has',
    [failed({ ...onSite, flow: send }, { ...met, ...lostSend })],
    `On the live site (${older}) 1.34.7 does not send.`,
  ],
])('the live site is named with the builds that its attempts met: a version that %s', (_, cells, sentence) => {
  expect(summarySentence(run, cells, storedLive)).toBe(sentence);
});

test('a run under conditions only claims nothing about versions in general', () => {
  expect(summarySentence(run, [failed({ condition: 'socket-drop' })])).toBe(
    'Every attempt was made under a condition or with switches; see what each cell did.',
  );
});

test('a run without attempts claims nothing', () => {
  expect(summarySentence(run, [plannedSummary(planned())])).toBe(
    'Nothing was attempted, so nothing is known about any version.',
  );
});

const flow = (name: string, passed: number, failed: number): FlowStanding => ({
  flow: name,
  passed,
  failed,
  spoiled: 0,
  code: failed > 0 ? 'send-failed' : null,
  cause: null,
});
const stored = (...flows: FlowStanding[]): Standing[] => [{ library: '1.34.7', build: newest, flows }];

test('the attempts of all runs count: a version that failed a round trip before is not one that works', () => {
  const all = stored(flow('qr-to-ready', 9, 0), flow(send, 0, 6));
  expect(summarySentence(run, [passed({})], all)).toContain(
    '1.34.7 links; it does not send (link 9 of 9, send and receive 0 of 6)',
  );
});

test('a store that could not take a failure of this run does not hide it', () => {
  expect(summarySentence(run, [failed({})], stored(flow('qr-to-ready', 9, 0)))).toContain('1.34.7 does not link');
});

/** Every way in which two versions with two flows each can end on a build. */
test('whatever the outcomes are, "no version works" only when each attempt of every flow failed', () => {
  const ends = [passed, failed, spoiled, interrupted];
  for (const a of ends)
    for (const b of ends)
      for (const c of ends)
        for (const d of ends) {
          const cells = [a({}), b({ flow: send }), c({ library: '1.34.2' }), d({ library: '1.34.2', flow: send })];
          const sentence = summarySentence(run, cells);
          const allFail = cells.every((cell) => cell.failed > 0 || cell.outcome === 'infra');
          const isSilent = [cells.slice(0, 2), cells.slice(2)].some((its) => its.every(({ failed }) => failed === 0));
          expect(sentence.includes('no version works')).toBe(allFail && !isSilent);
        }
});

test('the headline says how sure the page of the newest build is, and what a version that works there rests on', () => {
  const inBetween = '2.3000.1029241508';
  const open: OpenName = {
    ...{ name: 'WAWebGone', offered: true, stops: 'ready', after: '2.3000.1024191873', since: '2.3000.1037151346' },
    ...{ date: '2026-04-11', confidence: 'inferred', sources: ['a/b#1'] },
  };
  const prediction = (names: OpenName[]): Prediction => ({
    ...{ phase: null, names: [], perhaps: [], confidence: 'inferred', facts: [], failsAnyway: false, methods: [] },
    ...{ read: { upTo: '2.3000.1024191873', after: '2.3000.1037160418' }, open: names },
  });
  const known = (build: Attempt['confidence']['build'], names: OpenName[] = [], behavioursOf?: string) =>
    summarySentence(run, [
      of(
        { build: inBetween },
        passedAttempt({
          confidence: { build, cause: null, facts: [] },
          prediction: { ...prediction(names), ...(behavioursOf && { behavioursOf }) },
        }),
      ),
    ]);
  expect(known('inferred')).toContain(
    'The page of 2.3000.1029241508 is inferred from the code of 2.3000.1024191873 (2025-06-25) and 2.3000.1037160418 (2026-04-12) and reports. WhatsApp',
  );
  expect(known('inferred', [open])).toContain(
    'and reports; 1.34.7 rests on WAWebGone, which the build may have lost (after 2.3000.1024191873 and by 2.3000.1037151346, inferred). WhatsApp',
  );
  expect(known('assumed')).toContain('The page of 2.3000.1029241508 is a guess: nothing is known of it.');
  expect(known('inferred', [], '2.3000.1027602471')).toContain(
    'The page of 2.3000.1029241508 was captured; its behaviours are those of 2.3000.1027602471, the nearest build whose behaviours are known.',
  );
  expect(known(null)).not.toContain('The page of');
});
