import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { explain } from '../../../src/cause/explain.ts';
import type { Explanation } from '../../../src/cause/failed-attempt.ts';
import type { Code } from '../../../src/codes/codes.ts';
import type { AttemptEvent } from '../../../src/contracts/attempt.ts';
import { packageRoot } from '../../../src/contracts/home.ts';
import type { Phase } from '../../../src/contracts/outcome.ts';
import { ensureLibrary } from '../../../src/library/ensure-library.ts';
import { resolveSurface } from '../../../src/replica/builds/resolve-surface.ts';

interface Recorded {
  library: string;
  build: string;
  phase: Phase;
  code: Code;
  events: AttemptEvent[];
}

/** Explains what a real library was recorded to have said, by the real source of that library. */
async function explainRecorded(name: string): Promise<Explanation> {
  const file = join(packageRoot, 'test', 'fixtures', 'recorded-errors', `${name}.json`);
  const { library: version, build, phase, code, events } = JSON.parse(readFileSync(file, 'utf8')) as Recorded;
  const library = await ensureLibrary(version, console.log);
  return explain({ library, surface: resolveSurface(build), phase, code, actedMs: 0, events, observed: 'it failed' });
}

describe('a name that was missing in the page leads to the line of the library', () => {
  test.each([
    ['get-me-user', 'WAWebUserPrefsMeUser', 'getMeUser', 'src/Client.js', 226, 'web-build'],
    ['call', 'WAWebCollections', 'Call', 'src/Client.js', 732, 'web-build'],
    ['set-pushname', 'WAWebSetPushnameConnAction', undefined, 'src/util/Injected/Store.js', 111, 'web-build'],
    ['require-throws', 'WAWebBizGatingUtils', undefined, 'src/util/Injected/Store.js', 105, 'web-build'],
    ['noise-info', 'WAWebUserPrefsInfoStore', undefined, 'src/Client.js', 180, 'web-build'],
    ['gating-utils', 'WAWebSyncGatingUtils', undefined, 'src/Client.js', 1029, 'web-build'],
    ['me-pn-user', 'WAWebUserPrefsMeUser', 'getMaybeMePnUser', 'src/Client.js', 359, 'library'],
    ['socket-model', 'WAWebSocketModel', undefined, 'src/util/Injected/AuthStore/AuthStore.js', 5, 'web-build'],
    ['raid-conn', undefined, undefined, 'src/util/Injected.js', 10, null],
  ])('%s', async (name, module, exportName, libraryFile, libraryLine, blame) => {
    const explanation = await explainRecorded(name);
    expect(explanation.cause).toMatchObject({ libraryFile, libraryLine });
    expect([explanation.cause?.module, explanation.cause?.export, explanation.blame]).toEqual([
      module,
      exportName,
      blame,
    ]);
  });
});

test('the evidence tells the error, the expression behind it, the fate of the name, and what is near it now', async () => {
  const { cause } = await explainRecorded('call');
  expect(cause?.evidence).toEqual([
    "Page error: TypeError: Cannot read properties of undefined (reading 'on')",
    'whatsapp-web.js 1.34.2 src/Client.js:732 in Client.attachEventListeners: `window.Store.Call.on`, made out of WAWebCollections at src/util/Injected/Store.js:46.',
    expect.stringMatching(/^WAWebCollections\.Call was offered up to .*; removed in 2\.3000\.1032534684 \(2026-01-27;/),
    expect.stringContaining('WAWebCallCollection'),
  ]);
});

test('the loader’s own complaint about a module is evidence', async () => {
  const { cause } = await explainRecorded('set-pushname');
  expect(cause?.evidence.at(-1)).toContain('Requiring unknown module "WAWebSetPushnameConnAction"');
});

test('moduleRaid on a page that webpack did not make', async () => {
  const { cause, blame } = await explainRecorded('module-raid');
  expect(cause).toMatchObject({ libraryFile: 'src/util/Injected.js', libraryLine: 7 });
  expect(cause?.message).toContain('build 2.3000.1014111620 has no webpack chunk list');
  expect(blame).toBe('web-build');
});

test.each([
  ['strategy-1.24.0', '1.24.0', 215],
  ['strategy-1.34.2', '1.34.2', 129],
])(
  'an auth strategy that returns nothing is distinguished from a fault of the library (%s)',
  async (name, version, line) => {
    const { cause } = await explainRecorded(name);
    expect(cause?.message).toBe(
      `the auth strategy returned nothing from onAuthenticationNeeded(), and ${version} takes members of the result (src/Client.js:${line})`,
    );
    expect(cause?.libraryLine).toBe(line);
  },
);

test('puppeteer 24 that waits in vain for the first page of Chromium 107 is a matter of browser and protocol', async () => {
  const { cause, blame, code } = await explainRecorded('first-page');
  expect([code, blame]).toEqual(['protocol-error', 'browser']);
  expect(cause?.evidence).toContain("The library's puppeteer-core is 24.38.0, made for Chrome 146.0.7680.31.");
});

describe('no error at all', () => {
  const explainSilence = async (version: string, build: string, phase: Phase, code: Code, observed: string) => {
    const library = await ensureLibrary(version, console.log);
    return explain({ library, surface: resolveSurface(build), phase, code, actedMs: 0, events: [], observed });
  };

  test('1.24.0 waits for an icon that later builds do not have', async () => {
    const { cause, blame } = await explainSilence(
      '1.24.0',
      '2.3000.1032534684',
      'authenticated',
      'no-authenticated',
      'x',
    );
    expect(cause).toMatchObject({ libraryFile: 'src/Client.js', libraryLine: 280 });
    expect(cause?.message).toContain("`[data-icon='search']` never appears");
    expect(blame).toBe('web-build');
  });

  test('1.25.0 waits for an event of the socket', async () => {
    const { cause } = await explainSilence(
      '1.25.0',
      '2.3000.1014111620',
      'authenticated',
      'no-authenticated',
      'it was late',
    );
    expect(cause).toEqual({
      message: 'it was late',
      evidence: ["1.25.0 waits for the event 'change:hasSynced' of WAWebSocketModel.Socket (src/Client.js:263)."],
    });
  });

  test('ids of messages without _serialized come from a field that the build renamed', async () => {
    const observed = 'message.id._serialized is null';
    const { cause, blame } = await explainSilence('1.34.7', '2.3000.1044822804', 'probe', 'probe-message', observed);
    expect(cause).toMatchObject({ module: 'WAWebMsgKey', libraryFile: 'src/structures/Message.js', libraryLine: 37 });
    expect(cause?.evidence.join('\n')).toContain('since 2.3000.1042401057');
    expect(blame).toBe('web-build');
  });
});
