import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Capture } from '../../../src/contracts/capture.ts';
import { addCapture, removeCaptures } from '../../../src/replica/builds/added-facts.ts';
import { resolveSurface } from '../../../src/replica/builds/resolve-surface.ts';
import { surfaceConfidence } from '../../../src/replica/builds/surface-confidence.ts';
import { checkSurface } from '../../../src/surface/check-surface.ts';
import { diffBuilds } from '../../../src/surface/diff-builds.ts';
import { indexLibrary } from '../../../src/surface/extract/index-library.ts';
import { predict } from '../../../src/surface/predict.ts';
import { toyClient } from '../toy-package.ts';
import { captureOfTonight, type Kind, kinds, known, type Reading, readings, tonight } from './tonights-page.ts';

vi.setConfig({ testTimeout: 120_000 }); // whole builds are written and parsed
vi.spyOn(console, 'error').mockImplementation(() => {});

afterEach(() => {
  removeCaptures();
});

/** The nearest build whose behaviours are known. */
const { to } = resolveSurface(known).known;

const cases = kinds.flatMap((kind) => readings.map((reading) => [kind, reading] as const));
const captures = new Map<string, Capture>();
const captureFor = (kind: Kind, reading: Reading): Capture => {
  const key = `${kind} ${reading}`;
  const capture = captures.get(key) ?? captureOfTonight(kind, reading);
  captures.set(key, capture);
  return capture;
};

const client = toyClient(
  `window.require('WAWebMuteCollection').MuteCollection; window.require('WAWebCmd').Cmd; window.require('WAWebNeverThere').x;`,
);

describe.each(cases)('a capture of the kind %s of which %s', (kind, reading) => {
  test("is tonight's build in a check, a difference and a prediction, which say whose behaviours it has", () => {
    const capture = captureFor(kind, reading);
    expect(capture.method).toBe(kind);
    expect(capture.findings.map((each) => each.kind)).toEqual(
      { complete: [], 'a script is missing': ['script-missing'], 'a script is cut off': ['script-unreadable'] }[
        reading
      ],
    );
    expect(capture.names.complete).toBe(reading === 'complete');
    addCapture(capture, 'tonight.json');
    const surface = resolveSurface(tonight);
    expect(surface).toMatchObject({ build: tonight, extrapolated: null, behavioursOf: to });
    expect(surfaceConfidence(surface)).toBe('inferred');
    const index = indexLibrary(client);
    expect(checkSurface(index, surface)).toMatchObject({ build: tonight, extrapolated: false, behavioursOf: to });
    expect(predict(index, surface)).toMatchObject({ behavioursOf: to });
    const { behaviours, modules } = diffBuilds(resolveSurface(known), surface);
    // What was not read did not go: only what is known to be gone is gone.
    if (reading === 'complete') expect(modules.removed).toEqual(['WAWebMuteCollection']);
    else expect(modules.removed).toEqual([]);
    const changed = behaviours.map(({ name }) => name);
    const open = surface.uncertain.flatMap(({ names }) => names);
    // The text of the page shows that factories are kept; only a login shows under which field a message has its key.
    expect([changed.includes('usedFactories'), open.includes('usedFactories')]).toEqual([true, false]);
    expect([changed.includes('msgKeyTextField'), open.includes('msgKeyTextField')]).toEqual(
      kind === 'account' ? [true, false] : [false, true],
    );
  });
});
