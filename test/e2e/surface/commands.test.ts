import { randomUUID } from 'node:crypto';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Attempt, Cell } from '../../../src/contracts/attempt.ts';
import { home } from '../../../src/contracts/home.ts';
import { openStore } from '../../../src/store/open-store.ts';
import { cli } from '../../cli/cli.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

const build = '2.3000.1032534684';

/** A home with the installed libraries of this checkout and a store of its own. */
const ownHome = temporaryFolder();
beforeAll(() => {
  mkdirSync(home('library-index'), { recursive: true });
  for (const part of ['libraries', 'library-index']) symlinkSync(home(part), join(ownHome, part));
});

describe('surface', () => {
  test('extract lists what a library uses, what matters most first', async () => {
    const { exit, stdout } = await cli(['surface', 'extract', '1.34.7'], ownHome);
    expect(exit).toBe(0);
    expect(stdout).toMatch(/^whatsapp-web\.js 1\.34\.7: \d+ names of the page, \d+ of them on the way to ready/);
    expect(stdout).toMatch(
      /WAWebCollections\.Msg +ready +fatal +src\/Client\.js:1031 \(Client\.attachEventListeners\)/,
    );
  });

  test('check ends with 1 and says what stops the library, where, and since which build', async () => {
    const { exit, stdout } = await cli(['surface', 'check', '1.34.2', '--build', build], ownHome);
    expect(exit).toBe(1);
    expect(stdout).toContain(`1.34.2 on ${build}: no ready`);
    expect(stdout).toMatch(/ready +WAWebCollections\.Call +src\/Client\.js:732 .* removed in 2\.3000\.1032534684/);
  });

  test('check ends with 0 when only methods lack something', async () => {
    const { exit, stdout } = await cli(['surface', 'check', '1.34.7', '--build', build, '--json'], ownHome);
    expect([exit, JSON.parse(stdout).stops]).toEqual([0, null]);
  });

  test('diff of two libraries shows the names that only one of them uses', async () => {
    const { exit, stdout } = await cli(['surface', 'diff', '1.33.2', '1.34.2'], ownHome);
    expect(exit).toBe(0);
    expect(stdout).toMatch(/Only 1\.34\.2 uses \(\d+\)\n(?: {2}.*\n)*? {2}WAWebFindChatAction /);
  });
});

describe('advise', () => {
  const advise = async (current: string, of: string) => cli(['advise', '--current', current, '--build', of], ownHome);

  test('without attempts the source decides, and the answer says so', async () => {
    const { exit, stdout } = await advise('1.25.0', build);
    expect(exit).toBe(0);
    expect(stdout).toContain('The nearest version that works is 1.34.7 (by its source only, it was not tried).');
  });

  test('attempts count more than the source', async () => {
    await keepAttempt('1.33.2', build, 'passed');
    await keepAttempt('1.34.7', build, 'failed');
    const { exit, stdout } = await advise('1.25.0', build);
    expect(exit).toBe(0);
    expect(stdout).toContain('The nearest version that works is 1.33.2 (it was tried).');
    expect(stdout).toMatch(/1\.34\.7 +fails +by its attempts +does not link \(link 0 of 1\)/);
  });

  test('a version that links and fails a round trip does not work, whichever came last; surface check says so too', async () => {
    const of = '2.3000.1029241508';
    await keepAttempt('1.33.2', of, 'failed', 'message-round-trip');
    await keepAttempt('1.33.2', of, 'passed');
    const { stdout } = await advise('1.33.2', of);
    expect(stdout).toContain(`1.33.2 does not work on ${of} (links; it does not send and receive`);
    const check = await cli(['surface', 'check', '1.33.2', '--build', of], ownHome);
    expect(check.stdout).toContain(
      'In its attempts it links; it does not send and receive (link 1 of 1, send and receive 0 of 1).',
    );
  });

  test('the advice for a version that works is to stay', async () => {
    expect((await advise('1.34.2', '2.3000.1029241508')).stdout).toMatch(
      /^1\.34\.2 works on .*: stay\. With prefetch=false no ready: /m,
    );
  });

  test('where nothing works it ends with 1, where nothing is known with 2', async () => {
    expect((await advise('1.34.7', '2.3000.1044822804')).exit).toBe(1);
    expect((await advise('1.34.7', '2.3000.1999999999')).exit).toBe(2);
  });
});

/** Puts one attempt, as a run would, into the store. */
async function keepAttempt(
  library: string,
  of: string,
  outcome: 'passed' | 'failed',
  flow = 'qr-to-ready',
): Promise<void> {
  const cell: Cell = {
    library,
    build: of,
    browser: 'current',
    flow,
    condition: 'none',
    switches: {},
    target: 'replica',
  };
  const failed = outcome === 'failed';
  const attempt: Attempt = {
    id: randomUUID(),
    startedAt: new Date().toISOString(),
    seed: 1,
    outcome,
    phase: failed ? 'ready' : null,
    code: failed ? 'no-ready' : null,
    blame: failed ? 'library' : null,
    cause: null,
    phases: {},
    spans: [],
    stages: [],
    confidence: { build: null, cause: null, facts: [] },
    prediction: null,
    methods: [],
    eventTrials: [],
    durationMs: 1,
    events: [],
    provenance: { requested: library, installed: library, loaded: library, frames: [], integrity: null },
    page: { debugVersion: null, userAgent: null },
    browserVersion: null,
    browserMemoryBytes: null,
    artifacts: null,
  };
  const store = await openStore(join(ownHome, 'store.sqlite'));
  const machine = { cpus: 1, memoryBytes: 1, node: 'v0', platform: 'none' };
  const run = { id: randomUUID(), startedAt: attempt.startedAt, finishedAt: null, seed: 1, machine };
  await store.runs.add(run);
  await store.attempts.add(run.id, cell, attempt);
  await store.close();
}
