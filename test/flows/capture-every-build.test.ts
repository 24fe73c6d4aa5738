import { describe, expect, test } from 'vitest';
import { ensureBrowser } from '../../src/browser/ensure-browser.ts';
import { sortBuilds } from '../../src/contracts/build-number.ts';
import type { Capture } from '../../src/contracts/capture.ts';
import type { Surface } from '../../src/contracts/surface.ts';
import { hourMs } from '../../src/live/live-policy.ts';
import { readBuildDates, touchedModules } from '../../src/replica/builds/read-build-data.ts';
import { resolveSurface, timelineOf } from '../../src/replica/builds/resolve-surface.ts';
import { startReplica } from '../../src/replica/start-replica.ts';
import { captureSurface } from '../../src/surface/capture/capture-surface.ts';
import { fetchRunPage } from '../../src/surface/capture/fetch-page.ts';
import { KeptScripts } from '../../src/surface/capture/kept-scripts.ts';
import { realClock } from '../../src/surface/capture/live-site.ts';
import { runPage } from '../../src/surface/page/run-page.ts';
import { simulatedLiveSite } from '../support/simulated-live-site.ts';
import { captureOf, shownAfter, shownBy } from '../surface/capture/round-trip.ts';
import { temporaryFolder } from '../temporary-folder.ts';

/** Every build from which on something is different, and one dated build of each month. */
const changed = timelineOf('comet').data.facts.changes.map(({ since }) => since);
const months = new Map(readBuildDates().map(({ build, date }) => [date.slice(0, 7), build]));
const builds = sortBuilds([...new Set([...changed, ...months.values()])]);

/** The page of a build in a browser that no account is linked to. */
async function capturePage(build: string): Promise<Capture> {
  const browser = await ensureBrowser('current', console.log);
  const replica = await startReplica({ build, liveScripts: true });
  try {
    const connectTo = { host: '127.0.0.1', port: replica.port };
    const page = await fetchRunPage(
      { ...realClock, connectTo, trusted: replica.certificate },
      new KeptScripts(temporaryFolder()),
      { forced: false, say: () => {}, run: () => runPage({ browser, flags: replica.chromiumArgs }) },
    );
    return captureSurface(page, touchedModules());
  } finally {
    await replica.close();
  }
}

function isSurface(capture: Capture, surface: Surface, hasRun: boolean): void {
  expect(shownAfter(capture, Object.keys(surface.modules), hasRun)).toEqual(
    shownBy(surface, undefined, undefined, hasRun),
  );
  expect(capture.findings).toEqual([]);
  expect(capture.ran?.drift ?? []).toEqual([]);
}

test.each(builds)('the capture of the scripts of %s is the surface that they were made from', (build) => {
  const surface = resolveSurface(build);
  isSurface(captureOf(surface), surface, false);
});

test.each(builds)('the capture of the page of %s is the surface that it was made from', async (build) => {
  isSurface(await capturePage(build), resolveSurface(build), false);
});

describe('the capture of the page of an account', () => {
  const site = simulatedLiveSite('2.3000.1032534684');

  test('begins with accounts that are linked', () => site().link());

  test.each(builds)('of %s is the surface that it was made from', async (build) => {
    await site().serve(build);
    await site().advance(6 * hourMs);
    isSurface(await site().capture('anna'), resolveSurface(build), true);
  });
});
