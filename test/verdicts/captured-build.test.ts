import { afterEach, expect, test } from 'vitest';
import type { RunReport } from '../../src/contracts/run.ts';
import { addCapture, removeCaptures } from '../../src/replica/builds/added-facts.ts';
import { resolveSurface } from '../../src/replica/builds/resolve-surface.ts';
import { captureSurface } from '../../src/surface/capture/capture-surface.ts';
import { checkSurface } from '../../src/surface/check-surface.ts';
import { indexLibrary } from '../../src/surface/extract/index-library.ts';
import { predict } from '../../src/surface/predict.ts';
import { judgeVersions } from '../../src/verdicts/gate.ts';
import { exampleCell, exampleRun, passedAttempt } from '../fixtures/example-run.ts';
import { define, pageOf } from '../surface/capture/tiny-page.ts';
import { toyClient } from '../surface/toy-package.ts';

afterEach(removeCaptures);

const tonight = '2.3000.1059999999';

/** What a library that needs one module is predicted to do on a build, twice for each of two versions. */
function reportOn(build: string): RunReport {
  const index = indexLibrary(toyClient(`window.require('WAWebCmd').Cmd.on('x', () => {});`));
  const surface = resolveSurface(build);
  expect(checkSurface(index, surface).behavioursOf).toBe(surface.behavioursOf);
  const prediction = predict(index, surface);
  const cells = ['1.0.0', '1.0.1'].map((library) => ({
    ...exampleCell({ library, build }),
    expectation: null,
    surprise: false,
    attempts: [passedAttempt({ prediction }), passedAttempt({ prediction })],
  }));
  const summary = { cells: 2, passed: 4, failed: 0, infra: 0, surprises: 0 };
  return { schemaVersion: 1, run: exampleRun, cells, summary };
}

const warningsOn = async (build: string) => {
  const { notices } = await judgeVersions({ baseline: '1.0.0', candidate: '1.0.1', attempts: [reportOn(build)] });
  return notices.filter(({ isWarning }) => isWarning).map(({ kind, sentence }) => `${kind}: ${sentence}`);
};

test('a verdict on attempts of a captured build warns of the build whose behaviours it has, until its own are known', async () => {
  const { to: known } = resolveSurface(tonight).known;
  expect(await warningsOn(known)).toEqual([]);
  addCapture(captureSurface(pageOf({ 'a.js': define('WAWebCmd', 'l.Cmd = {}') }, tonight), []), 'tonight.json');
  expect(await warningsOn(tonight)).toEqual([
    `behaviours-carried-over: ${tonight} is a captured build: names are those of the capture, behaviours those of ${known}, the nearest build whose behaviours are known.`,
  ]);
  expect(await warningsOn(known)).toEqual([]);
});
