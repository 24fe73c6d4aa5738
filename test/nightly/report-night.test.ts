import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Night } from '../../src/contracts/nightly.ts';
import { notifyOfNight } from '../../src/nightly/report-night.ts';
import { openStore } from '../../src/store/open-store.ts';
import { exampleFinding } from '../fixtures/example-finding.ts';
import { startWebhook } from '../support/webhook.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const hour = 3_600_000;

test('a build whose night was cut off and did not go on is sent by a later night; one that may still go on is not', async () => {
  const [notified, address, close] = await startWebhook();
  const store = await openStore(join(temporaryFolder(), 'store.sqlite'));
  const at = new Date().toISOString();
  const step = { step: 'notification' as const, sending: false, result: null };
  const night: Night = {
    ...{ schemaVersion: 1, id: 'a', startedAt: at, endedAt: null, budgetMs: 1, spentMs: 0, seed: 1, steps: [step] },
  };
  const [abandoned, young] = ['2.3000.1050000001', '2.3000.1050000002'];
  for (const [build, hours] of [
    [abandoned, 13],
    [young, 1],
  ] as const) {
    const seenAt = Date.now() - hours * hour;
    await store.liveBuilds.keep({ build, seenAt, step: 'compared', finding: exampleFinding({ build }) });
  }
  try {
    await notifyOfNight(night, step, { store, webhook: address });
    expect(notified).toEqual(['build', 'night']);
    expect(await store.liveBuilds.of(abandoned)).toMatchObject({
      step: 'found',
      finding: { replayed: { run: null, note: 'no attempt on a replica of it: it was cut off' } },
    });
    expect(await store.liveBuilds.of(young)).toMatchObject({ step: 'compared', notifiedAt: null });
  } finally {
    await store.close();
    await close();
  }
});
