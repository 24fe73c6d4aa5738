import { join } from 'node:path';
import picocolors from 'picocolors';
import { afterEach, expect, test } from 'vitest';
import type { RunReport } from '../../src/contracts/run.ts';
import { type Verdict, verdictSchema } from '../../src/contracts/verdict.ts';
import { addCapture, removeCaptures } from '../../src/replica/builds/added-facts.ts';
import { buildOrigin } from '../../src/replica/builds/build-origin.ts';
import { resolveSurface } from '../../src/replica/builds/resolve-surface.ts';
import { verdictReporters } from '../../src/report/verdict/verdict-reporters.ts';
import { openStore } from '../../src/store/open-store.ts';
import { judgeVersions } from '../../src/verdicts/gate.ts';
import { buildsInStore, withBuilds } from '../../src/verdicts/judged-builds.ts';
import { capturedPage } from '../fixtures/captured-page.ts';
import { exampleCell, exampleRun, passedAttempt } from '../fixtures/example-run.ts';
import { keptTerminal } from '../fixtures/recorded-run.ts';
import { temporaryFolder } from '../temporary-folder.ts';

afterEach(removeCaptures);

const tonight = '2.3000.1059999999';
const versions = { baseline: '1.0.0', candidate: '1.0.1' };

/** What is known of a captured build, in a process that forgets the capture again. */
function originOfTonight() {
  addCapture(capturedPage(tonight, { method: 'account', executed: { searchIcon: 'x' } }), 'tonight.json');
  const origin = buildOrigin(resolveSurface(tonight));
  removeCaptures();
  return origin;
}

function reportOf(origin: ReturnType<typeof originOfTonight>): RunReport {
  const cells = Object.values(versions).map((library) => ({
    ...exampleCell({ library, build: tonight }),
    ...{ expectation: null, surprise: false },
    attempts: [passedAttempt({ origin }), passedAttempt({ origin })],
  }));
  const summary = { cells: 2, passed: 4, failed: 0, infra: 0, surprises: 0 };
  return { schemaVersion: 1, run: exampleRun, cells, summary };
}

const known =
  'names from a capture of 2026-11-29 (account); behaviours: 1 of 19 seen live, 18 carried over from 2.3000.1049833609 (2026-10-09)';

function shown(verdict: Verdict): string[] {
  const terminal = { ...keptTerminal({ width: 1000 }), colors: picocolors.createColors(false) };
  const texts = ['list', 'markdown', 'html'].map((name) => verdictReporters[name]?.render(verdict, terminal) ?? '');
  return texts.map((text) => text.replaceAll(/\\(.)/g, '$1'));
}

test('a verdict on saved reports says of its builds what their attempts say, and nothing of attempts on the live site', async () => {
  const origin = originOfTonight();
  const verdict = verdictSchema.parse(await judgeVersions({ ...versions, attempts: [reportOf(origin)] }));
  expect(verdict.builds).toEqual([
    { build: tonight, date: '2026-11-29', ageDays: 0, target: 'replica', origin, live: null },
  ]);
  for (const text of shown(verdict)) expect(text).toContain(`${tonight} of 2026-11-29, 0 days old: ${known}`);
  for (const text of shown(verdict)) expect(text).not.toContain('live attempts');
});

test('a verdict on a store says of its builds what the newest attempt says, and how many were made on the live site', async () => {
  const origin = originOfTonight();
  const verdict = await judgeVersions({ ...versions, attempts: [reportOf(origin)] });
  const store = await openStore(join(temporaryFolder(), 'store.sqlite'));
  try {
    await store.runs.add(exampleRun);
    const add = (axes: object, record: object) =>
      store.attempts.add(
        exampleRun.id,
        exampleCell({ library: '1.0.0', build: tonight, ...axes }),
        passedAttempt(record),
      );
    const live = { accounts: [], builds: [tonight], switches: {}, intercepts: false };
    await add({}, { origin: buildOrigin(resolveSurface(tonight)) });
    await add({}, { origin });
    await add({ switches: { production: 'false' } }, { origin: buildOrigin(resolveSurface(tonight)) });
    await add({ target: 'live', build: 'live' }, { live });
    const judged = await withBuilds(verdict, 'replica', buildsInStore(store, verdict));
    expect(judged.builds).toMatchObject([{ build: tonight, origin, live: { passed: 1, failed: 0 } }]);
    for (const text of shown(judged)) expect(text).toContain(`${known}; live attempts: 1 (1 passed), the last on`);
    const onLive = await withBuilds(verdict, 'live', buildsInStore(store, verdict));
    expect(onLive.builds).toMatchObject([{ target: 'live', origin: null, live: { passed: 1 } }]);
    for (const text of shown(onLive)) expect(text).toContain('served by the live site; live attempts: 1 (1 passed)');
  } finally {
    await store.close();
  }
});
