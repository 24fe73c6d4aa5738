import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Capture } from '../../../src/contracts/capture.ts';
import type { Surface } from '../../../src/contracts/surface.ts';
import { addCapture, removeCaptures } from '../../../src/replica/builds/added-facts.ts';
import { resolveSurface } from '../../../src/replica/builds/resolve-surface.ts';
import { surfaceConfidence } from '../../../src/replica/builds/surface-confidence.ts';
import { livePage } from '../../../src/replica/server/live-page.ts';
import { pageHtml } from '../../../src/replica/server/page-html.ts';
import { captureSurface } from '../../../src/surface/capture/capture-surface.ts';
import { captureText } from '../../../src/surface/capture/file-text.ts';
import { checkSurface } from '../../../src/surface/check-surface.ts';
import { diffBuilds } from '../../../src/surface/diff-builds.ts';
import { indexLibrary } from '../../../src/surface/extract/index-library.ts';
import { predict } from '../../../src/surface/predict.ts';
import { cli } from '../../cli/cli.ts';
import { temporaryFolder } from '../../temporary-folder.ts';
import { collectionsOf, observe } from '../page/observed-page.ts';
import { toyClient } from '../toy-package.ts';

vi.setConfig({ testTimeout: 120_000 }); // whole builds are written and parsed, and commands are processes
vi.spyOn(console, 'error').mockImplementation(() => {});

afterEach(() => {
  removeCaptures();
  vi.unstubAllGlobals();
});

const known = '2.3000.1044822804';
const tonight = '2.3000.1059999999';
/** The nearest build whose behaviours are known. */
const { to } = resolveSurface(known).known;
const kinds = ['network', 'page', 'account'] as const;
const readings = ['complete', 'a script is missing', 'a script is cut off'] as const;
type Kind = (typeof kinds)[number];
type Reading = (typeof readings)[number];

/** Tonight's page: that of a known build without WAWebMuteCollection, whose message keys an account sees under another field. */
function servedTonight() {
  const { WAWebMuteCollection: _, ...modules } = resolveSurface(known).modules;
  const whole = resolveSurface(known);
  const behaviours = { ...whole.behaviours, msgKeyTextField: '_serialized' as const, usedFactories: 'kept' as const };
  return { ...whole, build: tonight, modules, behaviours };
}

function captureOfKind(method: Kind, reading: Reading): Capture {
  const surface = servedTonight();
  const live = livePage(surface);
  const scripts = [...live.scripts].map(([name, text]) => ({ name, text }));
  // The modules of the last script are not read.
  const last = scripts.at(-1) as (typeof scripts)[number];
  const rest = scripts.slice(0, -1);
  const page = {
    build: tonight,
    date: '2026-11-29',
    capturedAt: '2026-11-29T00:00:00.000Z',
    ...{ method, source: 'replica', html: pageHtml(surface, {}, 'abc', live), contentSecurityPolicy: null },
    missing: reading === 'a script is missing' ? [{ script: last.name, message: 'the server answered 404' }] : [],
    scripts:
      reading === 'complete'
        ? scripts
        : reading === 'a script is missing'
          ? rest
          : [...rest, { ...last, text: last.text.slice(0, last.text.length / 2) }],
  };
  const observed = method === 'network' ? undefined : observe(surface, method === 'account', withProps(surface));
  const read =
    observed && method === 'account'
      ? { ...observed, behaviours: { ...observed.behaviours, msgKeyTextField: '_serialized' as const } }
      : observed;
  vi.unstubAllGlobals();
  return captureSurface({ ...page, ...(read && { observed: read }) }, Object.keys(resolveSurface(known).modules));
}

/** An account that has no AB prop. */
function withProps(surface: Surface) {
  return { ...collectionsOf(surface), WAWebABProps: { getABPropConfigValue: () => null } };
}

const cases = kinds.flatMap((kind) => readings.map((reading) => [kind, reading] as const));
const captures = new Map<string, Capture>();
const captureFor = (kind: Kind, reading: Reading): Capture => {
  const key = `${kind} ${reading}`;
  const capture = captures.get(key) ?? captureOfKind(kind, reading);
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

test('the commands say the number of a captured build, and whose behaviours it has', async () => {
  const folder = temporaryFolder();
  const file = join(folder, 'account.json');
  writeFileSync(file, captureText(captureFor('account', 'complete')));
  const at = `captured:${file}`;
  const check = await cli(['surface', 'check', client, '--build', at, '--json'], folder);
  expect(JSON.parse(check.stdout || 'null'), check.stderr).toMatchObject({ build: tonight, behavioursOf: to });
  const { stdout } = await cli(['surface', 'check', client, '--build', at], folder);
  expect(stdout).toContain(`carried over from ${to}`);
});
