import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { buildFindingSchema } from '../../src/contracts/build-finding.ts';
import { LiveFigures } from '../../src/exporter/live-figures.ts';
import { Instruments } from '../../src/metrics/instruments.ts';
import { openStore, type Store } from '../../src/store/open-store.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const [older, newer] = ['2.3000.1049000000', '2.3000.1050000000'];
const none = { removed: 0, added: 0 };
const version = { missing: [], found: [], regained: [], doubtful: [] };
const finding = (build: string) =>
  buildFindingSchema.parse({
    ...{ schemaVersion: 1, build, date: '2026-11-29', before: older, replayed: null, live: null },
    capture: { file: 'x.json', complete: true, modules: 1, findings: 0 },
    changed: { modules: none, exports: none, collections: none, tiers: 0 },
    drift: [{ behaviour: 'cmdEvents', data: 'plain', seen: 'from_bridge' }],
    versions: [
      { ...version, library: '1.25.0', stops: { before: 'ready', after: 'ready' }, lost: ['Message.forward'] },
      {
        ...version,
        library: '1.34.7',
        stops: { before: null, after: 'ready' },
        lost: ['Message.forward', 'Chat.clear'],
      },
    ],
    worse: [{ library: '1.34.7', flow: 'qr-to-ready', on: 'replica' }],
  });

let store: Store;
beforeEach(async () => {
  store = await openStore(join(temporaryFolder(), 'store.sqlite'));
});
afterEach(() => store.close());

const instruments = () => {
  const made = new Instruments();
  const figures = new LiveFigures(store, made);
  return async () => {
    await figures.refresh();
    const lines = (await made.registry.metrics()).split('\n');
    return lines.filter((line) => line.startsWith('wwebjs_live_'));
  };
};

test('before the first look there are no figures', async () => {
  expect(await instruments()()).toEqual([]);
});

test('the figures are those of the build that the site served last, also when it goes back to an older one', async () => {
  const read = instruments();
  await store.liveBuilds.keep({
    build: older,
    seenAt: 1_000,
    step: 'found',
    finding: { ...finding(older), versions: [] },
  });
  await store.liveBuilds.keep({ build: newer, seenAt: 9_000, step: 'compared', finding: finding(newer) });
  const looks = { lookedAt: 20_000, answeredAt: 10_000, failures: 2, trouble: 'it answered 500', nextAt: 30_000 };
  await store.liveBuilds.keepLooks({ ...looks, build: newer });
  expect(await read()).toEqual([
    `wwebjs_live_build_info{build="${newer}"} 1`,
    'wwebjs_live_build_seen_timestamp_seconds 9',
    'wwebjs_live_page_timestamp_seconds 10',
    'wwebjs_live_failed_looks 2',
    'wwebjs_live_lost{library="1.25.0"} 1',
    'wwebjs_live_lost{library="1.34.7"} 3',
    'wwebjs_live_worse_flows{library="1.25.0"} 0',
    'wwebjs_live_worse_flows{library="1.34.7"} 1',
    'wwebjs_live_drift 1',
  ]);
  await store.liveBuilds.keepLooks({ ...looks, build: older, failures: 0 });
  expect(await read()).toEqual([
    `wwebjs_live_build_info{build="${older}"} 1`,
    'wwebjs_live_build_seen_timestamp_seconds 1',
    'wwebjs_live_page_timestamp_seconds 10',
    'wwebjs_live_failed_looks 0',
    'wwebjs_live_drift 1',
  ]);
});

test('a finding of saved pages has no figures', async () => {
  await store.savedBuilds.keep({ build: newer, seenAt: 9_000, step: 'found', finding: finding(newer) });
  expect(await instruments()()).toEqual([]);
});

test('drift that captures in a browser found on the build counts once with that of its text', async () => {
  await store.liveBuilds.keep({ build: newer, seenAt: 9_000, step: 'found', finding: finding(newer) });
  const drift = async () => (await instruments()()).find((line) => line.startsWith('wwebjs_live_drift'));
  const events = { kind: 'behaviour', name: 'cmdEvents', data: 'plain', page: 'from_bridge' } as const;
  const tier = { kind: 'tier', name: 'WAWebChatForwardMessage', data: '1', page: 'lazy' } as const;
  await store.liveDrift.keep(newer, 'page', [events], 1);
  await store.liveDrift.keep(older, 'page', [tier, { ...tier, name: 'WAWebOther' }], 1);
  expect(await drift()).toBe('wwebjs_live_drift 1');
  await store.liveDrift.keep(newer, 'account', [events, tier], 2);
  expect(await drift()).toBe('wwebjs_live_drift 2');
  await store.liveDrift.keep(newer, 'account', [], 3);
  expect(await drift()).toBe('wwebjs_live_drift 1');
});
