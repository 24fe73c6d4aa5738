import { expect, test, vi } from 'vitest';
import { isEndless } from '../../../src/session/backoff.ts';
import { networkCut } from '../../chaos/network-cut.ts';

// The short form of test/chaos/network-cut.chaos.ts: each session fails several times within seconds, not minutes.
vi.setConfig({ testTimeout: 120_000 });

test.each(['refuse', 'silent'] as const)(
  'after a cut of the network (%s) all sessions come back without a person, though each had failed four times',
  async (how) => {
    const deadlines = { startMs: 1_000, readyMs: 1_000, watchEveryMs: 250, answerMs: 500 };
    const sessions = 3;
    const cut = { how, sessions, slots: sessions, cutMs: 60_000, failuresEach: 4, deadlines, pingMs: 1_000 };
    const { failed, needingAttention } = await networkCut(cut);
    const { disconnected = 0, ...ofStarts } = failed;
    expect(disconnected, 'the watch ends a session without a connection').toBeLessThanOrEqual(sessions);
    expect(Object.keys(ofStarts).filter((code) => !isEndless(code))).toEqual([]);
    expect(needingAttention).toBe(0);
  },
);
