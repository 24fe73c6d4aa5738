import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Attempt, Cell } from '../../src/contracts/attempt.ts';
import { versionDoes } from '../../src/contracts/standing.ts';
import { openStore, type Store } from '../../src/store/open-store.ts';
import {
  exampleCell,
  exampleRun,
  failedAttempt,
  infraAttempt,
  passedAttempt,
  planned,
} from '../fixtures/example-run.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const build = exampleCell().build;

type Attempts = readonly (readonly [Partial<Cell>, Attempt])[];

const standings = (runs: readonly Attempts[]) =>
  inStore(runs, (store) => store.standings.of({ builds: [build], browser: 'current', target: 'replica' }));

/** What a store of these runs answers. */
async function inStore<Answer>(runs: readonly Attempts[], ask: (store: Store) => Promise<Answer>): Promise<Answer> {
  const folder = temporaryFolder();
  const store = await openStore(join(folder, 'store.sqlite'));
  try {
    for (const [i, attempts] of runs.entries()) {
      await store.runs.add({ ...exampleRun, id: `run-${i}` });
      for (const [axes, attempt] of attempts) await store.attempts.add(`run-${i}`, planned(axes).cell, attempt);
    }
    return await ask(store);
  } finally {
    await store.close();
    rmSync(folder, { recursive: true });
  }
}

test('the attempts of all runs count, flow by flow, with the code and the cause of what fails', async () => {
  const send = { flow: 'message-round-trip' };
  const lost = failedAttempt({ code: 'message-lost', phase: 'message', cause: null });
  const rejected = () => failedAttempt({ code: 'send-failed', phase: 'message' });
  const [standing, ...others] = await standings([
    [
      [{}, passedAttempt()],
      [send, rejected()],
      [send, lost],
    ],
    [
      [{}, passedAttempt()],
      [send, rejected()],
    ],
  ]);
  expect(others).toEqual([]);
  expect(standing).toEqual({
    library: '1.34.7',
    build,
    flows: [
      {
        flow: 'message-round-trip',
        passed: 0,
        failed: 3,
        spoiled: 0,
        code: 'send-failed',
        cause: 'window.Store.User.getMeUser is not a function',
      },
      { flow: 'qr-to-ready', passed: 2, failed: 0, spoiled: 0, code: null, cause: null },
    ],
  });
  expect(versionDoes(standing?.flows ?? [])).toBe('fails');
});

test('what the machine, the harness or a mistake in a flow spoiled says nothing about a version', async () => {
  const mistake = failedAttempt({ code: 'flow-error', blame: 'harness', cause: null });
  const [standing] = await standings([
    [
      [{}, infraAttempt()],
      [{}, mistake],
    ],
  ]);
  expect(standing?.flows).toMatchObject([{ passed: 0, failed: 0, spoiled: 2, code: null }]);
  expect(versionDoes(standing?.flows ?? [])).toBe('unknown');
});

test('other browsers, conditions and builds count for nothing', async () => {
  const elsewhere = [{ browser: '107' }, { condition: 'socket-drop' }, { build: '2.2412.54' }];
  expect(await standings([elsewhere.map((axes) => [axes, failedAttempt()] as const)])).toEqual([]);
});

test('attempts on the live site count for the build that their page was of from the start to the end', async () => {
  const live = (builds: string[]) => ({ live: { accounts: ['anna'], builds, switches: {}, intercepts: false } });
  const onSite = { target: 'live', build: 'live', flow: 'restore-to-ready' } as const;
  const [it, other] = ['2.3000.1050000000', '2.3000.1050000001'];
  const counted: [Partial<Cell>, Attempt][] = [
    [onSite, passedAttempt({ ...live([it]), startedAt: '2026-11-22T07:55:01.000Z' })],
    [{ ...onSite, library: '1.34.6' }, failedAttempt({ ...live([it]), startedAt: '2026-11-23T07:55:01.000Z' })],
  ];
  const ignored: [Partial<Cell>, Attempt][] = [
    [onSite, passedAttempt(live([it, other]))],
    [onSite, passedAttempt(live([]))],
    [onSite, infraAttempt(live([it]))],
    [onSite, failedAttempt({ ...live([it]), blame: 'harness' })],
    [{ build: it }, passedAttempt({ page: { debugVersion: it, userAgent: null } })],
    [{ build: it }, passedAttempt(live([it]))],
  ];
  const none = { passed: 0, failed: 0, libraries: [], newestAt: null };
  const seen = await inStore([[...counted, ...ignored]], (store) => store.standings.onLiveSite([it, other]));
  expect(seen).toEqual([
    { build: it, passed: 1, failed: 1, libraries: ['1.34.6', '1.34.7'], newestAt: '2026-11-23T07:55:01.000Z' },
    { build: other, ...none },
  ]);
  expect(await inStore([], (store) => store.standings.onLiveSite([it]))).toEqual([{ build: it, ...none }]);
  expect(await inStore([counted], (store) => store.standings.onLiveSite([]))).toEqual([]);
});

test.each([
  [[], 'unknown'],
  [[[3, 0]], 'works'],
  [
    [
      [3, 0],
      [0, 0],
    ],
    'works',
  ],
  [
    [
      [3, 0],
      [2, 1],
    ],
    'varies',
  ],
  [
    [
      [3, 0],
      [2, 1],
      [0, 1],
    ],
    'fails',
  ],
  [[[0, 0]], 'unknown'],
] as const)('a version with flows that passed and failed %j: %s', (counts, does) => {
  const flows = counts.map(([passed, failed]) => ({
    flow: 'a',
    passed,
    failed,
    spoiled: 0,
    code: null,
    cause: null,
  }));
  expect(versionDoes(flows)).toBe(does);
});
